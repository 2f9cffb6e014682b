import { describe, expect, it } from 'vitest';
import { confidenceMetrics } from '../../src/series/confidence-metrics.ts';
import { moments } from '../../src/series/moments.ts';
import * as risk from '../../src/series/risk.ts';
import { expectClose } from '../closeness.ts';
import { confidenceGoldens } from '../goldens.ts';
import {
  all,
  metricsOf,
  OF_CAPACITY,
  OF_MONTHS,
  OF_RHO,
  OF_SHARPE,
  reasonsOf,
  recordOf,
} from './confidence.ts';

describe.each(['A', 'B', 'C'] as const)('when the golden series %s is judged', (name) => {
  const { returns, periodsPerYear, expected } = confidenceGoldens[name];
  const record = recordOf(returns, periodsPerYear);
  const {
    n,
    sharpeRatio,
    sharpeRatioStandardError,
    probabilisticSharpeRatio,
    bootstrap: resampled,
    ...confidence
  } = expected;

  it('has all numbers of the golden', () => {
    const metrics = confidenceMetrics(record);
    for (const [field, value] of Object.entries(confidence)) {
      expectClose(metrics[field as keyof typeof metrics], value, { absolute: 0 });
    }
    expectClose(metrics.bootstrap, resampled, { absolute: 0 });
    expect(metrics.observationCount).toBe(n);
  });

  it('has the ratio and its errors', () => {
    const sample = moments(record.steps.returns);
    expectClose(risk.sharpeRatio(sample, periodsPerYear, 0), sharpeRatio);
    expectClose(risk.sharpeRatioStandardError(sample, periodsPerYear, 0), sharpeRatioStandardError);
    expectClose(risk.probabilisticSharpeRatio(sample, 0), probabilisticSharpeRatio);
  });
});

describe('when twelve good months are judged', () => {
  const { returns } = confidenceGoldens.A;
  const metrics = (count: number) =>
    confidenceMetrics(recordOf(Array(count).fill(returns).flat() as number[], 12));

  it('they are too few, though the published length says otherwise', () => {
    const { minimumTrackRecordLength, observationCount, trackRecordIsLongEnough } = metrics(1);
    expect(minimumTrackRecordLength).toBeLessThan(observationCount);
    expect(trackRecordIsLongEnough).toBe(false);
  });

  it('a record of exactly the length is long enough', () => {
    const record = recordOf(Array(4).fill(returns).flat() as number[], 12);
    const judged = (referenceSharpeAnnual: number) =>
      confidenceMetrics(record, { referenceSharpeAnnual, withBootstrap: false });
    let [low, high] = [0, 2.5];
    for (let i = 0; i < 60; i++) {
      const middle = (low + high) / 2;
      if (judged(middle).minimumTrackRecordLengthAdjusted! < 48) low = middle;
      else high = middle;
    }
    expect(judged(high)).toMatchObject({
      minimumTrackRecordLengthAdjusted: 48,
      trackRecordIsLongEnough: true,
    });
    expect(judged(high + 1e-9).trackRecordIsLongEnough).toBe(false);
  });

  it('in the end they are enough', () => {
    expect(metrics(4)).toMatchObject({ observationCount: 48, trackRecordIsLongEnough: true });
  });
});

describe('when there are too few returns', () => {
  const others = { ...all(OF_MONTHS, 'tooFewObservations'), ...all(OF_CAPACITY, 'noData') };

  it('has nothing but the drawdown below four', () => {
    for (const grid of [[0.1], [0.1, -0.2], [0.1, -0.2, 0.1]]) {
      const few = all([...OF_SHARPE, ...OF_RHO, 'bootstrap'], 'tooFewObservations');
      expect(reasonsOf(grid)).toEqual({ ...few, ...others });
      expect(metricsOf(grid)).toMatchObject({
        trackRecordIsLongEnough: false,
        observationCount: grid.length,
      });
    }
    expectClose(metricsOf([0.1, -0.2]).conditionalDrawdown95, 0.2);
  });

  it('has nothing without any', () => {
    const none = all([...OF_SHARPE, ...OF_RHO, ...OF_MONTHS, ...OF_CAPACITY, 'bootstrap'], 'noData');
    expect(reasonsOf([])).toEqual({ ...none, conditionalDrawdown95: 'noData' });
    expect(metricsOf([]).trackRecordIsLongEnough).toBe(false);
  });

  it('has everything but the bootstrap from four on', () => {
    expect(reasonsOf([0.1, 0.05, -0.1, 0.05])).toEqual({ ...others, bootstrap: 'tooFewObservations' });
  });

  it('has everything from thirty on', () => {
    const grid = Array.from({ length: 31 }, (_, i) => ((i * i) % 7) / 100 - 0.01);
    expect(reasonsOf(grid)).toEqual(all(OF_CAPACITY, 'noData'));
  });
});

describe('when a record does not vary', () => {
  it('has no ratio and no resample', () => {
    const reasons = reasonsOf(Array<number>(40).fill(0.001));
    expect(reasons).toEqual({
      ...all([...OF_SHARPE, ...OF_RHO, 'bootstrap'], 'zeroVariance'),
      ...all(OF_CAPACITY, 'noData'),
    });
  });

  it('has no error where the error is only rounding', () => {
    const grid = [...Array<number>(9).fill(0.0012062464280282376), 0.01];
    expect(reasonsOf(grid)).toMatchObject(all(OF_SHARPE, 'zeroVariance'));
    expect(metricsOf(grid)).toMatchObject({ trackRecordIsLongEnough: false });
    expect(metricsOf(grid).sharpeRatioAutocorrelationAdjusted).toBeGreaterThan(0);
  });

  it('has reasons for what a resample lacks', () => {
    const rare = [0.05, ...Array<number>(29).fill(0)];
    expect(reasonsOf(rare)).toMatchObject({ 'bootstrap.sharpeRatio': 'zeroVariance' });
    const steep = Array.from({ length: 41 }, (_, i) => (i % 2 === 0 ? 1e20 : -0.5));
    expect(reasonsOf(steep)).toMatchObject({ 'bootstrap.totalReturn': 'noConvergence' });
    expect(metricsOf(steep, {}).bootstrap?.sharpeRatio).toHaveLength(2);
  });
});

describe('when a record only wins or only loses', () => {
  const gains = Array.from({ length: 40 }, (_, i) => (1 + ((i * i) % 11)) / 1000);

  it('a lossless one has a length, and no resample loses', () => {
    const metrics = metricsOf(gains, {});
    expect(metrics.minimumTrackRecordLength).toBeGreaterThan(1);
    expect(metrics.trackRecordIsLongEnough).toBe(true);
    expect(metrics.bootstrap).toMatchObject({ lossProbability: 0, maxDrawdown95: 0 });
    expect(metrics.conditionalDrawdown95).toBe(0);
    expect(Object.is(metrics.conditionalDrawdown95, -0)).toBe(false);
  });

  it('a losing one has no length, and a deflated ratio', () => {
    const metrics = metricsOf(gains.map((r) => -r));
    expect(metrics.undefinedReasons).toMatchObject({
      minimumTrackRecordLength: 'belowReference',
      minimumTrackRecordLengthAdjusted: 'belowReference',
    });
    expect(metrics.trackRecordIsLongEnough).toBe(false);
    expect(metrics.deflatedSharpeRatio[10]).toBeLessThan(0.01);
  });

  it('a wiped-out one draws the loss of everything too', () => {
    const metrics = metricsOf([...gains.slice(0, 35), -1, 0.1], {});
    expect(metrics.bootstrap).toMatchObject({ maxDrawdown95: 1 });
    expect(metrics.bootstrap!.totalReturn![0]).toBe(-1);
    expect(metrics.conditionalDrawdown95).toBe(1);
  });
});
