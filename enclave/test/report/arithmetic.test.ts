/** All results of the analytics pass the arithmetic of the verifier. */
import { toReturnSeries } from '@perf-aggregator/analytics/series/return-series';
import { returnsMetrics } from '@perf-aggregator/analytics/series/returns-metrics';
import type { ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkArithmetic } from '../../../attestation/src/report/arithmetic.ts';

const START = Date.UTC(2024, 11, 1);

/** Claims with all metrics of these daily returns. */
function claimsOf(periodReturns: readonly (number | null)[], riskFreeRateAnnual: number): ReportClaims {
  const metrics = returnsMetrics(toReturnSeries(periodReturns, START), { riskFreeRateAnnual });
  return {
    metrics: { ...metrics, periodReturns },
    periodIsFullHistory: true,
    fullHistoryReturn: metrics.totalReturn,
    fullHistoryMaxDrawdown: metrics.maxDrawdown,
    dataQuality: { checkedFillShare: null, offMarketFillShare: null, illiquidPnlShare: null },
    accountsInSession: 1,
    accountsIncluded: 1,
    parameters: { periodsPerYear: metrics.periodsPerYear, riskFreeRateAnnual },
  } as unknown as ReportClaims;
}

const daily = fc.oneof(
  { weight: 20, arbitrary: fc.double({ min: -0.2, max: 0.2, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, -0.9, -1, 3) },
);

describe('when a genuine report is recomputed', () => {
  it('the arithmetic finds no contradiction, for any returns', () => {
    const record = fc.array(daily, { maxLength: 500 });
    const rate = fc.constantFrom(0, 0.05, -0.5, 1);
    fc.assert(
      fc.property(record, rate, (returns, riskFree) => {
        const compared = checkArithmetic(claimsOf(returns, riskFree));
        if (returns.some((r) => r !== null)) expect(compared).toContain('daily returns are counted');
      }),
    );
  });

  it('also when all days are equal, or nearly equal', () => {
    for (const returns of [
      [0.01, 0.01, 0.01],
      [0.01, 0.01 + 1e-16, 0.01],
      [0, 0],
      [1e-12, -1e-12, 2e-12],
      [-1, 0.5],
      [],
    ]) {
      expect(() => checkArithmetic(claimsOf(returns, 0.05))).not.toThrow();
    }
  });
});
