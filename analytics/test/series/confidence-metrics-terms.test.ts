import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { conditionalDrawdown95 } from '../../src/series/conditional-drawdown.ts';
import {
  type ConfidenceParameters,
  type ConfidenceRecord,
  confidenceMetrics,
} from '../../src/series/confidence-metrics.ts';
import { moments } from '../../src/series/moments.ts';
import * as risk from '../../src/series/risk.ts';
import { expectClose } from '../closeness.ts';
import { confidenceGoldens } from '../goldens.ts';
import { metricsOf, NONE, recordOf } from './confidence.ts';

describe('when a gap is in the middle', () => {
  const left = [0.01, 0.02, -0.01, 0.03];
  const right = [-0.02, 0.01, 0.02, 0.01];

  it('n counts the returns of one step, and no pair reaches over the gap', () => {
    const record = recordOf([...left, NONE, NONE, ...right]);
    const spans = Float64Array.of(...left, -0.3, ...right);
    const metrics = confidenceMetrics({ ...record, returns: spans });
    expect(metrics).toMatchObject({ observationCount: 8, excludesSpans: true });
    expect(metrics.autocorrelation).not.toEqual(metricsOf([...left, ...right]).autocorrelation);
    expectClose(metrics.conditionalDrawdown95, conditionalDrawdown95(spans));
    expectClose(metrics.conditionalDrawdown95, 1 - 0.7 * 0.98);
    expect(metricsOf([...left, ...right]).excludesSpans).toBe(false);
  });
});

describe('when rates are given', () => {
  const { returns } = confidenceGoldens.C;

  it('the risk-free rate enters the ratio, and never the autocorrelation', () => {
    const [plain, charged] = [metricsOf(returns, {}), metricsOf(returns, { riskFreeRateAnnual: 0.2 })];
    expect(charged.riskFreeRateAnnual).toBe(0.2);
    expect(charged.autocorrelation).toEqual(plain.autocorrelation);
    expect(charged.effectiveObservationCount).toBe(plain.effectiveObservationCount);
    for (const field of [
      'sharpeRatioLower95',
      'sharpeRatioUpper95',
      'sharpeRatioAutocorrelationAdjusted',
    ] as const) {
      expect(charged[field]).toBeLessThan(plain[field]!);
    }
    expect(charged.deflatedSharpeRatio[10]).toBeLessThan(plain.deflatedSharpeRatio[10]!);
    expect(charged.minimumTrackRecordLength).toBeGreaterThan(plain.minimumTrackRecordLength!);
    expect(charged.bootstrap!.sharpeRatio![0]).toBeLessThan(plain.bootstrap!.sharpeRatio![0]);
    expect(charged.bootstrap!.totalReturn).toEqual(plain.bootstrap!.totalReturn);
  });

  it('is the rate of a period, and of the ratio of a year', () => {
    const sample = moments(Float64Array.from(returns));
    const rate = 1.2 ** (1 / 365) - 1;
    const ratio = (sample.mean - rate) / sample.deviation;
    const error = Number(risk.sharpeRatioStandardError(sample, 365, rate));
    const { sharpeRatioUpper95 } = metricsOf(returns, { riskFreeRateAnnual: 0.2 });
    expectClose(sharpeRatioUpper95, ratio * Math.sqrt(365) + 1.959963984540054 * error);
  });

  it('the reference enters the length alone', () => {
    const [plain, demanding] = [
      metricsOf(returns),
      metricsOf(returns, { referenceSharpeAnnual: 1, withBootstrap: false }),
    ];
    expectClose(
      (demanding.minimumTrackRecordLength! - 1) / (plain.minimumTrackRecordLength! - 1),
      (2.3473903231786486 / 1.3473903231786486) ** 2,
    );
    expect(demanding).toEqual({
      ...plain,
      referenceSharpeAnnual: 1,
      minimumTrackRecordLength: demanding.minimumTrackRecordLength,
      minimumTrackRecordLengthAdjusted: demanding.minimumTrackRecordLengthAdjusted,
    });
    const beyond = metricsOf(returns, { referenceSharpeAnnual: 3 });
    expect(beyond.undefinedReasons).toMatchObject({ minimumTrackRecordLength: 'belowReference' });
  });
});

describe('when any record is judged', () => {
  const records = fc.array(
    fc.integer({ min: -50, max: 60 }).map((k) => k / 1000),
    { minLength: 4, maxLength: 80 },
  );

  it('autocorrelation makes nothing surer', () => {
    fc.assert(
      fc.property(records, (returns) => {
        const metrics = metricsOf(returns);
        fc.pre(metrics.sharpeRatioLower95 !== null);
        const { minimumTrackRecordLength: length, minimumTrackRecordLengthAdjusted: adjusted } = metrics;
        expect(metrics.effectiveObservationCount).toBeLessThanOrEqual(returns.length);
        expect(adjusted === null).toBe(length === null);
        if (adjusted !== null) expect(adjusted).toBeGreaterThanOrEqual(length!);
        expect(metrics.trackRecordIsLongEnough).toBe(adjusted !== null && returns.length >= adjusted);
        expect(metrics.sharpeRatioLower95).toBeLessThanOrEqual(metrics.sharpeRatioUpper95!);
        const { 10: ofTen, 100: ofHundred } = metrics.deflatedSharpeRatio;
        expect(ofHundred).toBeLessThanOrEqual(ofTen!);
      }),
    );
  });

  it('has no NaN and no infinity', () => {
    const wild = fc.array(fc.double({ min: -1e300, max: 1e300, noNaN: true }), { maxLength: 45 });
    const rate = fc.constantFrom(0, 0.2, 1e6);
    fc.assert(
      fc.property(wild, rate, (returns, riskFreeRateAnnual) => {
        const text = JSON.stringify(metricsOf(returns, { riskFreeRateAnnual }), (_, value: unknown) => {
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
          return value;
        });
        expect(text).toBeTypeOf('string');
      }),
    );
  });
});

describe('when the deepest drawdowns are averaged', () => {
  it('takes floor(0.05 (n − 1)) + 1 of them', () => {
    // 199 times 0.05 is 9.95: the ten deepest of 200.
    const returns = Float64Array.from({ length: 200 }, (_, i) => (i < 30 ? -0.01 : 1));
    const deepest = Array.from({ length: 10 }, (_, i) => 1 - 0.99 ** (30 - i));
    expectClose(conditionalDrawdown95(returns), deepest.reduce((sum, depth) => sum + depth, 0) / 10);
    expectClose(conditionalDrawdown95(Float64Array.of(-0.1)), 0.1);
    expect(conditionalDrawdown95(new Float64Array())).toBe('noData');
  });
});

describe('when a record is yearly', () => {
  it('has the ratio of a year without autocorrelation', () => {
    const { steps } = recordOf([0.1, -0.1, 0.2, 0.1, 0.3]);
    const metrics = confidenceMetrics({ ...recordOf([0.1, -0.1, 0.2, 0.1, 0.3]), periodsPerYear: 1 });
    expectClose(metrics.sharpeRatioAutocorrelationAdjusted, risk.sharpeRatio(moments(steps.returns), 1, 0));
  });
});

describe('when months and trades are known', () => {
  it('has their numbers', () => {
    const metrics = confidenceMetrics({
      ...recordOf([0.1, -0.1, 0.2, 0.1]),
      months: { returns: { '2023-01': -0.2, '2023-02': 0.4 }, partial: [] },
      capacity: { rows: [{ ownValue: 100, marketValue: 10_000, dailySigma: 0.02 }], netPnl: 5 },
    });
    expect(metrics).toMatchObject({
      positiveMonthShare: 0.5,
      bestMonth: 0.4,
      worstMonth: -0.2,
      longestLosingMonths: 1,
    });
    expectClose(metrics.participation95, 0.01);
    expectClose(metrics.impactPerTraded, 0.002);
  });
});

describe('when the bootstrap is not asked for', () => {
  it('is absent', () => {
    const { returns } = confidenceGoldens.C;
    const { bootstrap: drawn, ...others } = metricsOf(returns, {});
    expect(drawn).toBeTypeOf('object');
    expect(metricsOf(returns)).toEqual(others);
    expect(Object.hasOwn(metricsOf(returns), 'bootstrap')).toBe(false);
    expect(metricsOf([]).undefinedReasons).not.toHaveProperty('bootstrap');
  });
});

describe('when the input is invalid', () => {
  const record = recordOf([0.1, 0.2, 0.1, 0.3]);

  it.each<[string, Partial<ConfidenceRecord>, ConfidenceParameters?]>([
    ['steps that do not ascend', { steps: { ...record.steps, positions: Int32Array.of(0, 1, 1, 2) } }],
    ['a return that is not finite', { returns: Float64Array.of(0.1, Number.NaN) }],
    ['no periods in a year', { periodsPerYear: 0 }],
    ['infinite periods in a year', { periodsPerYear: Number.POSITIVE_INFINITY }],
    ['NaN periods in a year', { periodsPerYear: Number.NaN }],
    ['a rate that is none', {}, { riskFreeRateAnnual: -1 }],
    ['a reference that is not a number', {}, { referenceSharpeAnnual: Number.NaN }],
    [
      'a negative value',
      { capacity: { rows: [{ ownValue: -1, marketValue: 1, dailySigma: 1 }], netPnl: 1 } },
    ],
  ])('refuses %s', (_, change, parameters = {}) => {
    const act = () => confidenceMetrics({ ...record, ...change }, parameters);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});
