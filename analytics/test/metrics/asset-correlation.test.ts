import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { contractFill, fill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const deposit = transfer('2024-01-01T01:00', 'deposit', '100000 USDT');
const day = (i: number) => new Date(Date.UTC(2024, 0, i)).toISOString().slice(0, 10);
const closes = (asset: string, ...prices: readonly number[]) =>
  prices.map((price, i) => mark(day(i + 1), asset, String(price)));
const asOf = Date.UTC(2024, 0, 6, 1);

/** Pearson correlation by the textbook formula. */
function pearson(x: readonly number[], y: readonly number[]): number {
  const mean = (all: readonly number[]) => all.reduce((sum, value) => sum + value, 0) / all.length;
  const [mx, my] = [mean(x), mean(y)];
  const sum = (of: (i: number) => number) => x.reduce((total, _, i) => total + of(i), 0);
  return (
    sum((i) => (x[i]! - mx) * (y[i]! - my)) /
    Math.sqrt(sum((i) => (x[i]! - mx) ** 2) * sum((i) => (y[i]! - my) ** 2))
  );
}

const returns = (...prices: readonly number[]) => prices.slice(1).map((price, i) => price / prices[i]! - 1);

describe('when an account holds several assets', () => {
  const A = [10, 11, 10, 12, 13, 12] as const;
  const B = [5, 5.2, 5.5, 5.1, 5.3, 5.6] as const;
  const entries = [
    deposit,
    fill('2024-01-01T02:00', 'buy', '1', 'BBB/USDT', '5'),
    fill('2024-01-01T02:00', 'buy', '1', 'AAA/USDT', '10'),
  ];
  const marks = [...closes('AAA', ...A), ...closes('BBB', ...B)];

  it('correlates their daily returns, by code, without the reporting currency', () => {
    const { correlation } = computeMetrics(build({ entries, marks, asOf }));
    expect(correlation.assets).toEqual(['AAA', 'BBB']);
    expect(correlation.assetCount).toBe(2);
    expect(correlation.matrix[0]![0]).toBe(1);
    expect(correlation.matrix[1]![1]).toBe(1);
    expect(correlation.matrix[0]![1]).toBeCloseTo(pearson(returns(...A), returns(...B)), 12);
    expect(correlation.matrix[1]![0]).toBe(correlation.matrix[0]![1]);
  });

  it('uses the days of the period, and the assets that were held in them', () => {
    const sold = fill('2024-01-02T02:00', 'sell', '1', 'BBB/USDT', '5.2');
    const history = build({ entries: [...entries, sold], marks, asOf });
    const all = computeMetrics(history).correlation;
    expect(all.assets).toEqual(['AAA', 'BBB']);
    const late = computeMetrics(history, { from: Date.UTC(2024, 0, 3) }).correlation;
    expect(late).toEqual({ assets: ['AAA'], matrix: [[1]], assetCount: 1 });
    const none = computeMetrics(history, { from: Date.UTC(2023, 0, 1), to: Date.UTC(2023, 1, 1) });
    expect(none.correlation).toEqual({ assets: [], matrix: [], assetCount: 0 });
  });

  it('drops days without a fresh price, and is null where too few days are left', () => {
    // AAA has no close on the third and fourth day. This removes three of its returns and leaves one pair.
    const holes = marks.filter(({ asset, time }) => asset !== 'AAA' || time <= Date.UTC(2024, 0, 2));
    const { matrix } = computeMetrics(build({ entries, marks: holes, asOf })).correlation;
    expect(matrix).toEqual([
      [null, null],
      [null, 1],
    ]);
  });

  it('uses the reporting currency', () => {
    const rates = [1.1, 1.2, 1.1, 1.3, 1.2, 1.1];
    const euro = closes('EUR', ...rates);
    const history = build({ entries, marks: [...marks, ...euro], asOf, reportingCurrency: 'EUR' });
    const { assets, matrix } = computeMetrics(history).correlation;
    const inEuro = (prices: readonly number[]) => returns(...prices.map((price, i) => price / rates[i]!));
    expect(assets).toEqual(['AAA', 'BBB', 'USDT']);
    expect(matrix[0]![1]).toBeCloseTo(pearson(inEuro(A), inEuro(B)), 12);
    expect(matrix[0]![2]).toBeCloseTo(pearson(inEuro(A), returns(...rates.map((rate) => 1 / rate))), 12);
  });

  it('names a contract by its underlying, and uses the price of the contract where there is no other', () => {
    const symbol = 'CCC/USDT:USDT';
    const contract = contractFill('2024-01-01T03:00', 'sell', '1', symbol, '5');
    const priced = build({
      entries: [...entries, contract],
      marks: [...marks, ...closes(symbol, ...B)],
      asOf,
    });
    const { assets, matrix } = computeMetrics(priced).correlation;
    expect(assets).toEqual(['AAA', 'BBB', 'CCC']);
    expect(matrix[1]![2]).toBeCloseTo(1, 12);
  });
});

describe('when an account holds more assets than a matrix has', () => {
  it('keeps the assets of the largest value, in order', () => {
    const codes = Array.from({ length: 60 }, (_, i) => `C${String(i).padStart(2, '0')}`);
    const bought = codes.map((code, i) =>
      fill('2024-01-01T02:00', 'buy', String(i + 1), `${code}/USDT`, '1'),
    );
    const marks = codes.flatMap((code, i) => closes(code, 1, 1 + i / 100, 1, 1.2, 1, 1.1));
    const { assets, matrix, assetCount } = computeMetrics(
      build({ entries: [deposit, ...bought], marks, asOf }),
    ).correlation;
    expect(assetCount).toBe(60);
    expect(assets).toEqual(codes.slice(10));
    expect(matrix).toHaveLength(50);
  });
});
