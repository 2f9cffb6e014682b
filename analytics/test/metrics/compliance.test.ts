import { describe, expect, it } from 'vitest';
import { buildAccountHistory } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';

const DAY = 86_400_000;

/** An account that holds only BTC from `start` on. The price of BTC grows by `daily(day)` each day. */
function invested(start: string, days: number, daily: (day: number) => number) {
  const first = at(start);
  let price = 100;
  const marks = [mark(first, 'BTC', '100'), mark(first, 'BTC', '100', '1m')];
  for (let day = 1; day <= days; day++) {
    price *= 1 + daily(day);
    marks.push(mark(first + day * DAY, 'BTC', price.toFixed(12)));
  }
  const history = buildAccountHistory({
    entries: [transfer(first, 'deposit', '100 USDT'), fill(first, 'buy', '1', 'BTC/USDT', '100')],
    marks,
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: first + days * DAY,
  });
  return computeMetrics(history, { benchmark: 'BTC' });
}

describe('when an allocator reads the metrics of an account', () => {
  const { compliance } = invested('2020-07-01', 4 * 365 + 1, (day) => (day % 2 === 0 ? 0.01 : -0.008));

  it('each calendar year has its own return, and partial years are marked', () => {
    expect(compliance.years.map(({ span, partial }) => [span, partial])).toEqual([
      ['2020', true],
      ['2021', false],
      ['2022', false],
      ['2023', false],
      ['2024', true],
    ]);
    const chained = compliance.years.reduce((product, { grossReturn }) => product * (1 + grossReturn!), 1);
    const { grossReturn } = compliance.sinceInception!;
    const days = (Date.UTC(2024, 5, 30) + DAY - Date.UTC(2020, 6, 1)) / DAY;
    expect(chained ** (365 / days) - 1).toBeCloseTo(grossReturn!, 9);
    expect(compliance.years.every(({ annualized }) => !annualized)).toBe(true);
    expect(compliance.sinceInception!.annualized).toBe(true);
  });

  it('the benchmark stands beside it, and the benchmark here equals the account', () => {
    for (const { grossReturn, benchmarkReturn } of compliance.years) {
      expect(benchmarkReturn).toBeCloseTo(grossReturn!, 9);
    }
    expect(compliance.benchmarkThreeYearDeviation).toBeCloseTo(compliance.threeYearDeviation!, 9);
  });

  it('the leverage of an account that holds only one asset is 1', () => {
    expect(compliance.leverageMax).toBeCloseTo(1, 12);
    expect(compliance.leverageMean).toBeCloseTo(1, 2);
  });
});

describe('when a record is short', () => {
  it('nothing is annualised before 365 days, and there is no three-year deviation before 36 whole months', () => {
    const year = invested('2023-01-01', 364, () => 0.001).compliance;
    expect(year.sinceInception).toMatchObject({ annualized: false });
    expect(year.sinceInception!.grossReturn).toBeCloseTo(1.001 ** 364 - 1, 9);
    expect(year.threeYearDeviation).toBeNull();
    const almost = invested('2020-01-02', 3 * 365, (day) => (day % 3) / 1_000);
    expect(almost.compliance.threeYearDeviation).toBeNull();
    const enough = invested('2020-01-01', 3 * 365 + 1, (day) => (day % 3) / 1_000);
    expect(enough.compliance.threeYearDeviation).toBeGreaterThan(0);
  });

  it('an account without a day has no metrics', () => {
    const { compliance } = invested('2023-01-01', 0, () => 0);
    expect(compliance).toMatchObject({ years: [], sinceInception: null, leverageMax: null });
  });
});
