import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { concentration } from '../../src/metrics/concentration.ts';
import { expectClose } from '../closeness.ts';
import { type MatrixCase, matrixCases } from '../goldens.ts';

describe.each(matrixCases)('when the weights are those of golden case $id', (golden: MatrixCase) => {
  it('agrees on the concentration', () => {
    const { hhi, effectivePositions, topNWeights } = concentration(golden.weights);
    expectClose(hhi, golden.expected.hhi);
    expectClose(effectivePositions, golden.expected.effectivePositions);
    expectClose(topNWeights!['1'], golden.expected.top1Weight);
    expectClose(topNWeights!['3'], golden.expected.top3Weight);
  });
});

describe('when a portfolio is concentrated', () => {
  it('weighs positions by absolute size, including short ones', () => {
    const { hhi, effectivePositions, topNWeights } = concentration({ a: 50, b: -30, c: 20, d: 0 });
    expect(hhi).toBeCloseTo(0.38, 14);
    expect(effectivePositions).toBeCloseTo(1 / 0.38, 12);
    expectClose(topNWeights, { '1': 0.5, '3': 1, '5': 1, '10': 1 });
  });

  it('has one position for one asset', () => {
    expect(concentration({ a: -1e-300 })).toEqual({
      hhi: 1,
      effectivePositions: 1,
      topNWeights: { '1': 1, '3': 1, '5': 1, '10': 1 },
      undefinedReasons: {},
    });
  });

  it.each([[{}], [{ a: 0 }]])('has no concentration for %j', (weights) => {
    expect(concentration(weights)).toEqual({
      hhi: null,
      effectivePositions: null,
      topNWeights: null,
      undefinedReasons: { hhi: 'noData', effectivePositions: 'noData', topNWeights: 'noData' },
    });
  });

  it('refuses a value that is no number', () => {
    const act = () => concentration({ a: Number.NaN });
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_parameter_invalid' }));
  });
});
