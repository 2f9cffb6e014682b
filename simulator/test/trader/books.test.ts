import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { formatAmount } from '../../src/market/amount.ts';
import { createContracts } from '../../src/market/contracts.ts';
import { createMarket } from '../../src/market/market.ts';
import { generateAccount } from '../../src/trader/account.ts';
import { Books } from '../../src/trader/books.ts';
import { ContractPen, MarginPen } from '../../src/trader/debt-pen.ts';
import { Pen } from '../../src/trader/pen.ts';
import { SpotPen } from '../../src/trader/spot-pen.ts';
import { timelineOf } from '../../src/trader/timeline.ts';
import { NegativeBalanceError, Wallet } from '../../src/trader/wallet.ts';

const LAST_DAY = 20_777;
const market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });

function pens() {
  const pen = new Pen({ seed: 'by hand', market, firstDay: LAST_DAY - 9, lastDay: LAST_DAY });
  return { pen, spot: new SpotPen(pen), contracts: new ContractPen(pen), margin: new MarginPen(pen) };
}

const balance = (pen: Pen, wallet: Parameters<Books['balance']>[0], asset: string): string =>
  formatAmount(pen.books.balance(wallet, asset));

describe('when only spot is used', () => {
  it('agrees with the wallet of spot', () => {
    const account = generateAccount({ seed: 'demo', market, lastDay: LAST_DAY });
    const books = new Books(createContracts(market));
    const wallet = new Wallet();
    for (const event of account.events) {
      books.apply(event);
      wallet.apply(event);
    }
    expect(books.balances('spot')).toEqual(wallet.entries());
    expect(books.wallets()).toEqual(['spot']);
  });
});

describe('when money moves between wallets', () => {
  it('leaves one and arrives in the other, and is refused where there is none', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '100');
    spot.transfer(pen.at(0, 2), 'spot', 'usdm', 'USDT', '60');
    expect([balance(pen, 'spot', 'USDT'), balance(pen, 'usdm', 'USDT')]).toEqual(['40', '60']);
    expect(() => spot.transfer(pen.at(0, 3), 'spot', 'funding', 'USDT', '41')).toThrow(NegativeBalanceError);
  });

  it('stays in the balance while an order holds it, and cannot be spent', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '100');
    spot.order(pen.at(0, 2), 'lock', 'USDT', '70');
    expect([balance(pen, 'spot', 'USDT'), formatAmount(pen.books.locked('USDT'))]).toEqual(['100', '70']);
    expect(() => spot.transfer(pen.at(0, 3), 'spot', 'funding', 'USDT', '31')).toThrow(NegativeBalanceError);
    expect(() => spot.order(pen.at(0, 4), 'release', 'USDT', '71')).toThrow(NegativeBalanceError);
  });

  it('comes back when a withdrawal fails', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '100');
    spot.withdraw(pen.at(0, 2), 'USDT', '50', '1', { fails: true, processingMs: HOUR_MS });
    expect(balance(pen, 'spot', 'USDT')).toBe('49');
    pen.advance(pen.at(0, 4));
    expect(balance(pen, 'spot', 'USDT')).toBe('100');
    expect(pen.books.returning()).toEqual([]);
    const [, out] = timelineOf(pen.account());
    const books = new Books(pen.contracts);
    for (const event of timelineOf(pen.account()).slice(0, 2)) books.apply(event);
    expect(formatAmount(books.balance('spot', 'USDT'))).toBe('49');
    expect(books.returning()).toEqual([out]);
  });
});

describe('when money is borrowed', () => {
  it('accrues interest every hour, rounded up, and pays it back first', () => {
    const { pen, spot, margin } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '100');
    spot.transfer(pen.at(0, 2), 'spot', 'cross', 'USDT', '100');
    margin.borrow(pen.at(0, 3), 'cross', 'USDT', '1000');
    pen.advance(pen.at(0, 5));
    // 1000 × 0.0003 / 24 = 0.0125 at 04:00 and at 05:00
    expect(formatAmount(pen.books.owed('cross', 'USDT').interest)).toBe('0.025');
    margin.repay(pen.at(0, 6), 'cross', 'USDT', '400');
    expect(balance(pen, 'cross', 'USDT')).toBe('699.9625');
    expect(pen.books.owed('cross', 'USDT')).toEqual({ principal: 60_000_000_000n, interest: 0n });
    pen.advance(pen.at(0, 7));
    expect(formatAmount(pen.books.owed('cross', 'USDT').interest)).toBe('0.0075');
    expect(() => margin.repay(pen.at(0, 8), 'cross', 'USDT', '601')).toThrow(NegativeBalanceError);
  });

  it('keeps each isolated wallet apart', () => {
    const { pen, spot, margin } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '100');
    spot.transfer(pen.at(0, 2), 'spot', 'isolated:BTCUSDT', 'USDT', '50');
    margin.borrow(pen.at(0, 3), 'isolated:BTCUSDT', 'USDT', '10');
    expect(balance(pen, 'isolated:BTCUSDT', 'USDT')).toBe('60');
    expect(balance(pen, 'isolated:ETHUSDT', 'USDT')).toBe('0');
    expect(() => margin.repay(pen.at(0, 4), 'cross', 'USDT', '1')).toThrow(NegativeBalanceError);
  });
});

describe('when contracts are traded', () => {
  it('moves the wallet by what is realised, fees and funding, and by nothing else', () => {
    const { pen, spot, contracts } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '10000');
    spot.transfer(pen.at(0, 2), 'spot', 'usdm', 'USDT', '5000');
    contracts.fill(pen.at(0, 3), 'BTCUSDT', 'buy', '0.1', { price: '90000', positionSide: 'LONG' });
    contracts.fill(pen.at(0, 4), 'BTCUSDT', 'sell', '0.1', { price: '91000', positionSide: 'SHORT' });
    expect(pen.books.positions('usdm')).toHaveLength(2);
    // Fees of 0.05 %: 4.5 and 4.55
    expect(balance(pen, 'usdm', 'USDT')).toBe('4990.95');
    contracts.close(pen.at(0, 5), 'BTCUSDT', { price: '90500', positionSide: 'LONG' });
    // + 50 − 4.525
    expect(balance(pen, 'usdm', 'USDT')).toBe('5036.425');
    pen.advance(pen.at(0, 9));
    const funding = timelineOf(pen.account()).filter(({ kind }) => kind === 'funding');
    expect(funding[0]).toMatchObject({ contract: 'BTCUSDT', time: (LAST_DAY - 9) * DAY_MS + 8 * HOUR_MS });
  });

  it('delivers a dated contract at its price, without a fee', () => {
    const { pen, spot, contracts } = pens();
    const dated = pen.contracts.all.find(({ expiry }) => expiry !== null)!;
    spot.deposit(pen.at(0, 1), 'USDT', '10000');
    spot.transfer(pen.at(0, 2), 'spot', 'usdm', 'USDT', '5000');
    contracts.fill(pen.at(0, 3), dated.id, 'buy', '0.01');
    const before = pen.books.balance('usdm', 'USDT');
    const { cost, quantity } = pen.books.position(dated.id, 'BOTH');
    contracts.deliver(dated.id);
    const settled = (pen.contracts.indexAt(dated, dated.expiry!) * quantity) / 100_000_000n - cost;
    expect(pen.books.balance('usdm', 'USDT') - before).toBe(settled);
    expect(pen.books.positions('usdm')).toEqual([]);
    expect(() => contracts.deliver('BTCUSDT')).toThrow(RangeError);
  });

  it('takes a clearance fee for a liquidation', () => {
    const { pen, spot, contracts } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '1000');
    spot.transfer(pen.at(0, 2), 'spot', 'usdm', 'USDT', '1000');
    contracts.fill(pen.at(0, 3), 'ETHUSDT', 'buy', '1', { price: '4000' });
    contracts.close(pen.at(0, 4), 'ETHUSDT', { price: '3200', isLiquidation: true });
    // − 800, fees of 2 and 1.6, clearance of 0.5 % of 3200
    expect(balance(pen, 'usdm', 'USDT')).toBe('180.4');
  });
});

describe('when coins become others', () => {
  it('turns dust into BNB less a charge', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'ETH', '0.001');
    spot.dust(pen.at(0, 2), ['ETH']);
    const event = timelineOf(pen.account()).find(({ kind }) => kind === 'dust');
    const [item] = event?.kind === 'dust' ? event.items : [];
    expect(balance(pen, 'spot', 'ETH')).toBe('0');
    expect(balance(pen, 'spot', 'BNB')).toBe(item?.received);
    expect(Number(item?.serviceCharge) / Number(item?.received)).toBeCloseTo(2 / 98, 4);
  });

  it('renames a coin in every wallet by its ratio', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'LUMA', '3');
    spot.transfer(pen.at(0, 2), 'spot', 'funding', 'LUMA', '1');
    spot.rename(pen.at(0, 3), 'LUMA', 'LUMX', 1_000);
    expect([balance(pen, 'spot', 'LUMX'), balance(pen, 'funding', 'LUMX')]).toEqual(['2000', '1000']);
    expect([balance(pen, 'spot', 'LUMA'), balance(pen, 'funding', 'LUMA')]).toEqual(['0', '0']);
  });

  it('grows a flexible position by its real-time interest, and spot by the bonus', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDC', '100');
    spot.earn(pen.at(0, 2), 'subscribe', 'flexible', 'USDC', '80');
    spot.reward(pen.at(1, 2), 'REALTIME', 'USDC', '0.5');
    spot.reward(pen.at(1, 3), 'BONUS', 'USDC', '0.25');
    expect(balance(pen, 'earn:flexible', 'USDC')).toBe('80.5');
    expect(balance(pen, 'spot', 'USDC')).toBe('20.25');
  });
});

describe('when the pen writes', () => {
  it('does not go back in time', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(1, 1), 'USDT', '1');
    expect(() => spot.deposit(pen.at(0, 1), 'USDT', '1')).toThrow(RangeError);
  });
});
