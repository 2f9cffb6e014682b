import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { createMarket } from '../../src/market/market.ts';
import { generateAccount } from '../../src/trader/account.ts';
import { accountTruth } from '../../src/trader/account-truth.ts';
import { ContractPen, MarginPen } from '../../src/trader/debt-pen.ts';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import { Pen } from '../../src/trader/pen.ts';
import { SpotPen } from '../../src/trader/spot-pen.ts';

const LAST_DAY = 20_777;
const market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });

function pens(days = 2) {
  const pen = new Pen({ seed: 'by hand', market, firstDay: LAST_DAY - days + 1, lastDay: LAST_DAY });
  return { pen, spot: new SpotPen(pen), contracts: new ContractPen(pen), margin: new MarginPen(pen) };
}
const truthOf = (pen: Pen) => accountTruth(pen.account(), market);

describe('when only spot is used', () => {
  it('is the truth of spot: values, flows, returns and sums', () => {
    const account = generateAccount({ seed: 'demo', market, lastDay: LAST_DAY });
    const [all, spot] = [accountTruth(account, market), groundTruth(account, market)];
    const days = all.days.map(({ balances, ...day }) => ({ ...day, balances: balances['spot'] ?? {} }));
    expect(days).toEqual(spot.days);
    const { totalReturn, maxDrawdown, fillCount, tradingVolume, fees, transferFees } = spot;
    expect(all).toMatchObject({ totalReturn, maxDrawdown, fillCount, tradingVolume, fees, transferFees });
  });

  it('refuses to call an account of more wallets one of spot', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '10');
    spot.transfer(pen.at(0, 2), 'spot', 'funding', 'USDT', '5');
    expect(() => groundTruth(pen.account(), market)).toThrow(RangeError);
    const coins = pens();
    coins.spot.deposit(coins.pen.at(0, 1), 'USDT', '10');
    coins.spot.fillFor(coins.pen.at(0, 2), 'PEBL/USDT', 'buy', '5');
    expect(() => groundTruth(coins.pen.account(), market)).toThrow(RangeError);
  });
});

describe('when money lies in several wallets', () => {
  it('is worth the same wherever it lies, and moving it earns nothing', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '1000');
    spot.transfer(pen.at(0, 2), 'spot', 'usdm', 'USDT', '100');
    spot.transfer(pen.at(0, 3), 'spot', 'cross', 'USDT', '200');
    spot.earn(pen.at(0, 4), 'subscribe', 'locked', 'USDT', '300');
    const [day] = truthOf(pen).days;
    expect(day).toMatchObject({ nav: '1000', deposits: '1000', withdrawals: '0', return: 0 });
    expect(day?.balances).toMatchObject({ spot: { USDT: '400' }, 'earn:locked': { USDT: '300' } });
  });

  it('takes what is owed off the value', () => {
    const { pen, spot, margin } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '1000');
    spot.transfer(pen.at(0, 22), 'spot', 'cross', 'USDT', '1000');
    margin.borrow(pen.at(0, 23.5), 'cross', 'USDT', '2400');
    const { days, interest } = truthOf(pen);
    expect(days[0]?.nav).toBe('1000');
    // 24 hours of the next day and the midnight before it, 0.03 each
    expect(days[1]?.nav).toBe('999.28');
    expect(interest).toBe('0.72');
  });

  it('values contracts at mark, a linear one in USDT and an inverse one in coins', () => {
    const { pen, spot, contracts } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '50000');
    spot.transfer(pen.at(0, 2), 'spot', 'usdm', 'USDT', '50000');
    contracts.fill(pen.at(0, 23), 'BTCUSDT', 'buy', '1', { price: '90000' });
    const btc = pen.contracts.byId('BTCUSDT');
    const mark = Number(pen.contracts.markClose(btc, (LAST_DAY + 1 - 1) * DAY_MS)) / 1e8;
    expect(Number(truthOf(pen).days[0]?.nav)).toBeCloseTo(50_000 - 45 + mark - 90_000, 6);
  });

  it('keeps what a failing withdrawal brings back', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '100');
    spot.withdraw(pen.at(0, 23.5), 'USDT', '50', '1', { fails: true, processingMs: 3_600_000 });
    const { days } = truthOf(pen);
    expect(days.map(({ nav, withdrawals }) => [nav, withdrawals])).toEqual([
      ['100', '0'],
      ['100', '0'],
    ]);
  });
});

describe('when money crosses the boundary', () => {
  it.each([
    ['a card', ({ spot, pen }: ReturnType<typeof pens>) => spot.card(pen.at(1, 2), 'USDC', '50', 'EUR')],
    [
      'a bank',
      ({ spot, pen }: ReturnType<typeof pens>) => spot.fiat(pen.at(1, 2), 'deposit', 'EUR', '50', '1'),
    ],
    [
      'a person',
      ({ spot, pen }: ReturnType<typeof pens>) => spot.personal(pen.at(1, 2), 'pay', 'in', 'USDT', '50'),
    ],
    [
      'a sub-account',
      ({ spot, pen }: ReturnType<typeof pens>) => spot.subTransfer(pen.at(1, 2), 'in', 'USDT', '50'),
    ],
    ['no list', ({ spot, pen }: ReturnType<typeof pens>) => spot.credit(pen.at(1, 2), 'cross', 'USDT', '50')],
  ])('money from %s is a deposit and no profit', (_from, write) => {
    const all = pens();
    all.spot.deposit(all.pen.at(0, 1), 'USDT', '1000');
    write(all);
    const day = truthOf(all.pen).days[1];
    expect(Number(day?.deposits)).toBeGreaterThan(49);
    expect(Math.abs(day?.return ?? 1)).toBeLessThan(0.001);
  });

  it('a dividend is income, and worth nothing without a market', () => {
    const { pen, spot } = pens();
    spot.deposit(pen.at(0, 1), 'USDT', '1000');
    spot.dividend(pen.at(1, 2), 'USDT', '10', 'Rebate');
    spot.dividend(pen.at(1, 3), 'DRIP', '1000000', 'DRIP airdrop');
    const { days, income } = truthOf(pen);
    expect(days[1]).toMatchObject({ nav: '1010', deposits: '0', return: 0.01 });
    expect(income).toBe('10');
  });
});

describe('when a coin goes away', () => {
  const { schedule } = market;
  const start = schedule!.renameDay - 2;
  const open = () => {
    const pen = new Pen({ seed: 'coins', market, firstDay: start, lastDay: LAST_DAY });
    return { pen, spot: new SpotPen(pen) };
  };

  it('keeps its value over a renaming', () => {
    const { pen, spot } = open();
    spot.deposit(pen.at(0, 1), 'LUMA', '1000');
    spot.rename(schedule!.renameDay * DAY_MS, 'LUMA', 'LUMX', 1_000);
    const days = truthOf(pen).days;
    const luma = market.spot.find(({ base }) => base === 'LUMA')!;
    expect(days[1]?.nav).toBe(String(Number(luma.minuteClose(schedule!.renameDay * DAY_MS)) / 10));
    expect(Math.abs(days[2]?.return ?? 1)).toBeLessThan(0.2);
    expect(days[2]?.balances['spot']).toEqual({ LUMA: '0', LUMX: '1000000' });
  });

  it('keeps its last price while it is listed, and is worth nothing when it is in no list', () => {
    const { pen, spot } = open();
    spot.deposit(pen.at(0, 1), 'ORBT', '1000');
    const at = (day: number) => truthOf(pen).days.find((one) => one.day === day)!;
    const last = at(schedule!.orbtBreakDay - 1).nav;
    expect(Number(last)).toBeGreaterThan(0);
    expect(at(schedule!.orbtBreakDay).nav).toBe(last);
    expect(at(schedule!.orbtRemovedDay - 1).nav).toBe(last);
    expect(at(schedule!.orbtRemovedDay).nav).toBe('0');
  });
});
