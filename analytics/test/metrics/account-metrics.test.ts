/** An answer is complete: every null has a reason, and parts add up to their sums. */
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import type { HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics, type Metrics } from '../../src/metrics/account-metrics.ts';
import { fill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');
const bought = fill('2024-01-01T02:00', 'buy', '1', 'BTC/USDT', '100');
const closes = ['110', '90', '120'].map((price, i) => mark(`2024-01-0${i + 2}`, 'BTC', price));
const unpriced = transfer('2024-01-01T03:00', 'deposit', '5 XYZ');
const overdrawn = transfer('2024-01-02T03:00', 'withdrawal', '2000 USDT');

/** Members that are null when there is nothing to report. These are not undefined metrics. */
const FACTS = new Set([
  ...['startTime', 'endTime', 'liveSince', 'earliestActivity', 'benchmark'],
  ...['maxDrawdownPeakTime', 'maxDrawdownTroughTime', 'maxDrawdownRecoveryTime', 'maxDrawdownDurationDays'],
  ...['cornishFisherValid', 'cornishFisherValid95', 'cornishFisherValid99'],
]);

function silent(values: object, reasons: object): readonly string[] {
  const nulls = Object.entries(values).flatMap(([name, value]) => (value === null ? [name] : []));
  return nulls.filter((name) => !FACTS.has(name) && !Object.hasOwn(reasons, name));
}

describe('when a value is not known', () => {
  it.each<[string, Partial<HistoryInput>]>([
    ['nothing happened', {}],
    ['nothing but cash', { entries: [deposit] }],
    ['an asset has no price', { entries: [deposit, unpriced] }],
    ['more left than was there', { entries: [deposit, overdrawn] }],
    ['all is known', { entries: [deposit, bought], marks: closes }],
  ])('%s: every null has a reason, and no other value has one', (_, input) => {
    const metrics = computeMetrics(build(input));
    expect(silent(metrics, metrics.undefinedReasons)).toEqual([]);
    expect(silent(metrics.exposure, metrics.exposure.undefinedReasons)).toEqual([]);
    for (const part of [metrics, metrics.exposure] as readonly (object &
      Pick<Metrics, 'undefinedReasons'>)[]) {
      for (const name of Object.keys(part.undefinedReasons)) {
        expect((part as Record<string, unknown>)[name], name).toBeNull();
      }
    }
  });

  it('tells which part of exposure and amounts is missing', () => {
    const empty = computeMetrics(build({}));
    expect(empty.exposure.undefinedReasons).toMatchObject({ grossExposure: 'noData', hhi: 'noData' });
    const negative = computeMetrics(build({ entries: [deposit, overdrawn] }));
    expect(negative.exposure.undefinedReasons).toMatchObject({ netExposure: 'nonPositiveNav' });
    const lost = computeMetrics(build({ entries: [deposit, unpriced] }));
    expect(lost.undefinedReasons).toMatchObject({ navEnd: 'noData', unexplainedPnl: 'noData' });
  });
});

describe('when all values are known', () => {
  const metrics = computeMetrics(build({ entries: [deposit, bought], marks: closes }));

  it('amounts at risk are ratios of the value at the end', () => {
    const { historicalVar95, historicalVar95Amount, expectedShortfall99, expectedShortfall99Amount } =
      metrics;
    expect(metrics.navEnd).toBe('1020');
    expect(Number(historicalVar95Amount)).toBeCloseTo(1020 * historicalVar95!, 9);
    expect(Number(expectedShortfall99Amount)).toBeCloseTo(1020 * expectedShortfall99!, 9);
  });

  it('attribution has the unrealised profit at the end beside its change', () => {
    const whole = metrics.attribution.find(({ symbol }) => symbol === 'BTC/USDT');
    expect(whole).toMatchObject({ unrealizedPnl: '20', unrealizedPnlChange: '20' });
    const history = build({ entries: [deposit, bought], marks: closes });
    const late = computeMetrics(history, { from: Date.UTC(2024, 0, 3) });
    const [row] = late.attribution;
    expect(row).toMatchObject({ unrealizedPnl: '20', unrealizedPnlChange: '30' });
    expect(late.unrealizedPnl).toBe('20');
  });

  it('a management fee lowers the net return day by day', () => {
    const history = build({ entries: [deposit, bought], marks: closes });
    const { compliance } = computeMetrics(history, { managementFeeAnnual: 0.02 });
    const { grossReturn, netReturn } = compliance.sinceInception!;
    expect(compliance.managementFeeAnnual).toBe(0.02);
    expect(grossReturn).toBeCloseTo(0.02, 12);
    expect(netReturn).toBeCloseTo(1.02 * 0.98 ** (metrics.observationCount / 365) - 1, 12);
    expect(metrics.compliance.sinceInception!.netReturn).toBe(metrics.compliance.sinceInception!.grossReturn);
    expect(compliance.largeFlows).toContain('above 1 %');
  });

  it('the result names the risk-free rate, and tells whether the caller set it', () => {
    const history = build({ entries: [deposit] });
    expect(computeMetrics(history, { riskFreeRateAnnual: 0.03 }).compliance).toMatchObject({
      riskFreeRateAnnual: 0.03,
      riskFreeRateSource: 'asked',
    });
    expect(computeMetrics(history).compliance).toMatchObject({
      riskFreeRateAnnual: 0,
      riskFreeRateSource: 'default',
    });
  });

  it.each([-0.01, 1, Number.NaN])('a management fee of %s is refused', (managementFeeAnnual) => {
    const compute = () => computeMetrics(build({ entries: [deposit] }), { managementFeeAnnual });
    expect(compute).toThrow(InputError);
    expect(compute).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});
