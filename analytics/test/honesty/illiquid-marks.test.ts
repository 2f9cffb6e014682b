/** The trader raises the price of a coin that only he trades (docs/metrics.md §1 "Illiquid marks"). */
import { describe, expect, it } from 'vitest';
import type { Mark } from '../../src/entries/mark.ts';
import type { HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { contractFill, fill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');
const LINEAR = 'XYZ/USDT:USDT';
const INVERSE = 'XYZ/USD:XYZ';

const traded = (time: string, price: string, volume: string, vwap?: string, asset = 'XYZ'): Mark => ({
  ...mark(time, asset, price),
  volume,
  ...(vwap === undefined ? {} : { vwap }),
});

function seen(input: Partial<HistoryInput>) {
  const history = build(input);
  const { totalReturn } = computeMetrics(history);
  return { nav: history.nav, totalReturn, illiquidPnlShare: history.dataQuality.illiquidPnlShare };
}

describe('when the last trade of a day is made at ten times the price', () => {
  const entries = [deposit, fill('2024-01-01T02:00', 'buy', '100', 'XYZ/USDT', '1')];

  it('values the holding at the price of the day, and tells the share of the profit', () => {
    const marks = [
      traded('2024-01-02', '1', '999', '1'),
      traded('2024-01-03', '10', '999', '1.1'),
      traded('2024-01-04', '10', '999', '1.2'),
    ];
    const numbers = seen({ entries, marks });
    expect(numbers.nav).toEqual(['1000', '1010', '1020']);
    expect(numbers.totalReturn).toBeCloseTo(0.02, 14);
    expect(numbers.illiquidPnlShare).toBe(1);
  });

  it('is an ordinary mark where the market is ten times larger', () => {
    const marks = [traded('2024-01-02', '10', '1000', '1.1'), traded('2024-01-03', '10', '1000', '1.1')];
    expect(seen({ entries, marks })).toMatchObject({ nav: ['1900', '1900', '1900'], illiquidPnlShare: 0 });
  });

  it('uses the mark where it is lower than the median, or where no median is known', () => {
    expect(seen({ entries, marks: [traded('2024-01-02', '1', '1', '3')] }).nav[0]).toBe('1000');
    const unknown = seen({ entries, marks: [traded('2024-01-02', '3', '1')] });
    expect(unknown).toMatchObject({ nav: ['1200', '1200', '1200'], illiquidPnlShare: 1 });
  });

  it('values flows within the day in the same way', () => {
    const flow = transfer('2024-01-02T12:00', 'deposit', '500 USDT');
    const marks = [traded('2024-01-02', '10', '9', '1'), traded('2024-01-03', '10', '9', '1')];
    const history = build({
      entries: [...entries, flow],
      marks: [...marks, mark('2024-01-02T12:00', 'XYZ', '10', '1m')],
    });
    expect(history.returns[1]).toBe(0);
  });

  it('removes the illiquid gain when the holding is sold', () => {
    const sold = fill('2024-01-03T05:00', 'sell', '100', 'XYZ/USDT', '0.5');
    const marks = [traded('2024-01-02', '2', '9', '2'), traded('2024-01-03', '3', '9', '3')];
    const history = build({ entries: [...entries, sold], marks });
    expect(history.exact.illiquidPnl.map(String)).toEqual(['100', '100', '-250']);
    expect(history.dataQuality.illiquidPnlShare).toBe(1);
  });

  it('tells how much of the profit rests on the mark beside other assets', () => {
    const btc = fill('2024-01-01T03:00', 'buy', '1', 'BTC/USDT', '100');
    const marks = [
      traded('2024-01-02', '2', '9', '2'),
      traded('2024-01-03', '4', '9', '4'),
      traded('2024-01-04', '4', '9', '4'),
      mark('2024-01-02', 'BTC', '100'),
      mark('2024-01-03', 'BTC', '200'),
    ];
    // A gain of 300 on XYZ and 100 on BTC.
    expect(seen({ entries: [...entries, btc], marks }).illiquidPnlShare).toBe(0.75);
  });
});

describe('when a period is requested', () => {
  const btc = fill('2024-01-01T03:00', 'buy', '1', 'BTC/USDT', '100');
  const entries = [deposit, fill('2024-01-01T02:00', 'buy', '100', 'XYZ/USDT', '1'), btc];
  // XYZ gains 100 on the first day and loses 50 on the second. BTC gains 150 on the second day. Then XYZ is liquid.
  const history = build({
    entries,
    marks: [
      traded('2024-01-02', '2', '9', '2'),
      traded('2024-01-03', '1.5', '9', '1.5'),
      traded('2024-01-04', '1.5', '9999', '1.5'),
      traded('2024-01-05', '3', '9999', '3'),
      mark('2024-01-02', 'BTC', '100'),
      mark('2024-01-03', 'BTC', '250'),
    ],
    asOf: Date.parse('2024-01-05T01:00Z'),
  });
  const shareOf = (from: string, to: string) =>
    computeMetrics(history, { from: Date.parse(`${from}Z`), to: Date.parse(`${to}Z`) });

  it('compares the gains of its days with the profit of its days', () => {
    expect(history.exact.illiquidPnl.map(String)).toEqual(['100', '-50', '0', '0']);
    expect(shareOf('2024-01-01', '2024-01-02').illiquidPnlShare).toBe(1);
    // The profit is 100, of which -50 is on illiquid marks: 50 / (50 + 150).
    expect(shareOf('2024-01-02', '2024-01-03').illiquidPnlShare).toBe(0.25);
    // The profit is 350, of which 50 is on illiquid marks.
    expect(computeMetrics(history).illiquidPnlShare).toBe(50 / 350);
    expect(history.dataQuality.illiquidPnlShare).toBe(50 / 350);
  });

  it('is zero where no profit rests on such marks, and null without a day', () => {
    expect(shareOf('2024-01-04', '2024-01-05').illiquidPnlShare).toBe(0);
    const none = shareOf('2023-01-01', '2023-02-01');
    expect(none.illiquidPnlShare).toBeNull();
    expect(none.undefinedReasons).toMatchObject({ illiquidPnlShare: 'noData' });
  });
});

describe('when the holding is a contract', () => {
  it.each([
    ['buy', '13', '12', 1020],
    ['buy', '12', '13', 1020],
    ['sell', '12', '13', 970],
    ['sell', '13', '12', 970],
  ] as const)('marks a linear %s at the worse of %s and %s', (side, price, median, value) => {
    const entries = [deposit, contractFill('2024-01-01T02:00', side, '10', LINEAR, '10')];
    const marks = [traded('2024-01-02', price, '99', median, LINEAR)];
    expect(seen({ entries, marks }).nav[0]).toBe(String(value));
  });

  it.each([
    ['buy', '20', 100 * (1 / 10 - 1 / 20)],
    ['sell', '25', 100 * (1 / 25 - 1 / 10)],
  ] as const)('marks an inverse %s at the worse price, %s', (side, _, profit) => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '100 XYZ'),
      contractFill('2024-01-01T02:00', side, '100', INVERSE, '10'),
    ];
    const marks = [{ ...traded('2024-01-02', '25', '999', '20', INVERSE), quote: 'USD' }];
    const history = build({ entries, marks, reportingCurrency: 'XYZ' });
    expect(Number(history.nav[0])).toBeCloseTo(100 + profit, 12);
  });

  it('counts the price that was paid for it as no gain', () => {
    const entries = [deposit, contractFill('2024-01-01T02:00', 'sell', '10', LINEAR, '10')];
    const marks = ['12', '9', '9'].map((price, i) => traded(`2024-01-0${i + 2}`, price, '9', price, LINEAR));
    expect(build({ entries, marks }).exact.illiquidPnl.map(String)).toEqual(['-20', '30', '0']);
  });
});
