import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { parseAmount } from '../../src/market/amount.ts';
import { createMarket } from '../../src/market/market.ts';
import { generateAccount } from '../../src/trader/account.ts';
import { withEdit } from '../../src/trader/edit.ts';
import type { TraderAccount, TraderEvent, TraderFill } from '../../src/trader/event.ts';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import { Wallet } from '../../src/trader/wallet.ts';

const LAST_DAY = 20_777;
const market = createMarket({ lastDay: LAST_DAY + 1 });
const account = generateAccount({ seed: 'demo', market, lastDay: LAST_DAY });

const FIRST = LAST_DAY - 1;
const at = (day: number, hour: number): number => day * DAY_MS + hour * 3_600_000;
const transfer = { network: 'ETH', address: 'x', transactionHash: 'y' };

function small(events: readonly TraderEvent[]): TraderAccount {
  return { seed: 'by hand', firstDay: FIRST, lastDay: LAST_DAY, events };
}

function fill(
  id: number,
  time: number,
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
  fee: string,
): TraderFill {
  const [amount = '', asset = ''] = fee.split(' ');
  return {
    kind: 'fill',
    id,
    orderId: id,
    time,
    symbol: 'BTC/USDT',
    side,
    price,
    quantity,
    fee: { amount, asset },
    isMaker: false,
  };
}

describe('when an account is small enough to compute by hand', () => {
  const deposit: TraderEvent = {
    kind: 'deposit',
    id: 'd',
    time: at(FIRST, 1),
    asset: 'USDT',
    amount: '1000',
    ...transfer,
  };

  it('links the day at a flow: the flow does not dilute the profit before it', () => {
    const price = (day: number, hour: number): number =>
      Number(market.minuteClose('BTC', at(day, hour))) / 100;
    const truth = groundTruth(
      small([
        deposit,
        fill(1, at(FIRST, 2), 'buy', '0.01', '50000', '0 USDT'),
        { kind: 'deposit', id: 'e', time: at(FIRST, 3), asset: 'USDT', amount: '9000', ...transfer },
      ]),
      market,
    );
    const before = 500 + 0.01 * price(FIRST, 3);
    const end = 9500 + (0.01 * Number(market.dayClose('BTC', FIRST))) / 100;
    expect(truth.days[0]?.return).toBeCloseTo((before / 1000) * (end / (before + 9000)) - 1, 12);
    expect(truth.days[0]?.deposits).toBe('10000');
    expect(Number(truth.days[0]?.nav)).toBeCloseTo(end, 8);
  });

  it('matches lots first in, first out, and treats fees as docs/metrics.md §6 defines', () => {
    const bnb: TraderEvent = {
      kind: 'deposit',
      id: 'n',
      time: at(FIRST, 1),
      asset: 'BNB',
      amount: '2',
      ...transfer,
    };
    const truth = groundTruth(
      small([
        deposit,
        bnb,
        fill(1, at(FIRST, 2), 'buy', '0.002', '100', '0.0005 BTC'), // a lot of 0.0015 at 100; fee 0.05
        fill(2, at(FIRST, 3), 'buy', '0.001', '200', '0 USDT'),
        fill(3, at(FIRST, 4), 'sell', '0.002', '300', '0.06 USDT'), // 0.0015 × 200 + 0.0005 × 100
        fill(4, at(FIRST, 5), 'sell', '0.0005', '150', '0.1 BNB'), // 0.0005 × −50
      ]),
      market,
    );
    const disposal =
      (market.minuteClose('BNB', at(FIRST, 5)) - market.minuteClose('BNB', at(FIRST, 1))) * 10_000_000n;
    expect(truth.realizedPnl['BTC/USDT']).toBe('0.325');
    expect(BigInt(Math.round(Number(truth.realizedPnl['BNB/USDT']) * 1e10))).toBe(disposal);
    expect(truth.openLots['BTC']).toEqual([]);
    expect(truth.openLots['BNB']).toEqual([expect.objectContaining({ quantity: '1.9' })]);
    expect(truth.tradingVolume).toBe('1.075');
    const thirdFee = Number(market.minuteClose('BNB', at(FIRST, 5))) / 1000;
    expect(Number(truth.fees)).toBeCloseTo(0.05 + 0.06 + thirdFee, 10);
  });

  it('counts a withdrawal fee as a cost, but not the withdrawal itself', () => {
    const truth = groundTruth(
      small([
        deposit,
        {
          kind: 'withdrawal',
          id: 'w',
          time: at(FIRST, 2),
          asset: 'USDT',
          amount: '490',
          fee: '10',
          ...transfer,
        },
      ]),
      market,
    );
    expect(truth.days[0]).toMatchObject({ nav: '500', deposits: '1000', withdrawals: '490' });
    expect(truth.days[0]?.return).toBeCloseTo(-0.01, 12);
    expect(truth.transferFees).toBe('10');
    expect(truth.maxDrawdown).toBeCloseTo(0.01, 12);
  });
});

describe('when the truth of the demonstration account is computed', () => {
  const truth = groundTruth(account, market);

  it('has a value and a return on every day', () => {
    expect(truth.days).toHaveLength(730);
    for (const day of truth.days) expect(day.return).not.toBeNull();
    expect(truth.totalReturn).not.toBe(0);
    expect(truth.maxDrawdown).toBeGreaterThan(0.05);
    expect(truth.maxDrawdown).toBeLessThan(1);
  });

  it('has lots that add up to the balances', () => {
    const wallet = new Wallet();
    for (const event of account.events) wallet.apply(event);
    for (const [asset, lots] of Object.entries(truth.openLots)) {
      expect(lots.reduce((total, lot) => total + parseAmount(lot.quantity), 0n)).toBe(wallet.get(asset));
    }
  });

  it('explains every cent: profit = realised + unrealised − fees, apart from the gains of withdrawn lots', () => {
    const close = market.dayClose('ETH', LAST_DAY);
    expect(close).toBe(market.minuteClose('ETH', (LAST_DAY + 1) * DAY_MS + MINUTE_MS - 1));
    const withoutEther: TraderAccount = {
      ...account,
      events: account.events.filter((event) => event.kind !== 'withdrawal' || event.asset !== 'ETH'),
    };
    const plain = groundTruth(withoutEther, market);
    const total = (values: readonly string[]): number =>
      values.reduce((sum, value) => sum + Number(value), 0);
    const unrealized = Object.entries(plain.openLots).flatMap(([asset, lots]) =>
      lots.map(
        (lot) =>
          Number(lot.quantity) *
          (Number(market.dayClose(asset as 'BTC', LAST_DAY)) / 100 - Number(lot.price)),
      ),
    );
    const explained =
      total(Object.values(plain.realizedPnl)) +
      unrealized.reduce((a, b) => a + b, 0) -
      Number(plain.fees) -
      Number(plain.transferFees);
    const profit =
      Number(plain.days.at(-1)?.nav) -
      total(plain.days.map((d) => d.deposits)) +
      total(plain.days.map((d) => d.withdrawals));
    expect(explained / profit).toBeCloseTo(1, 6);
  });

  it('an edited fill changes exactly the numbers that depend on it', () => {
    const target = account.events.filter((event) => event.kind === 'fill').at(-1)!;
    const price = String(Number(target.price) + 1);
    const edited = groundTruth(
      withEdit(account, { kind: 'fill', symbol: target.symbol, id: target.id, price }),
      market,
    );
    const day = Math.floor(target.time / DAY_MS);
    expect(edited.days.filter((d) => d.day < day)).toEqual(truth.days.filter((d) => d.day < day));
    expect(edited.totalReturn).not.toBe(truth.totalReturn);
    expect(edited.tradingVolume).not.toBe(truth.tradingVolume);
    expect(edited.fillCount).toBe(truth.fillCount);
  });

  it('an edited deposit changes flows and returns from its day on, but not trading', () => {
    const target = account.events.filter((event) => event.kind === 'deposit').at(-1)!;
    const edited = groundTruth(
      withEdit(account, { kind: 'deposit', id: target.id, amount: '123456' }),
      market,
    );
    const day = Math.floor(target.time / DAY_MS);
    expect(edited.days.find((d) => d.day === day)?.deposits).toBe('123456');
    expect(edited.days.filter((d) => d.day < day)).toEqual(truth.days.filter((d) => d.day < day));
    expect(edited).toMatchObject({
      tradingVolume: truth.tradingVolume,
      realizedPnl: truth.realizedPnl,
      fees: truth.fees,
    });
  });
});
