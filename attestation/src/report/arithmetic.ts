/**
 * Arithmetic that is valid in every genuine report. A verifier recomputes what the disclosed numbers allow. A signed
 * report that fails was computed wrongly. This does not prove that the inputs were true.
 */
import type { AnyReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { ReportError } from './errors.ts';
import {
  annualized,
  chain,
  drawdown,
  less,
  observedOf,
  plus,
  sharpe,
  stepsOf,
  sumOf,
  volatility,
} from './recompute.ts';

const TOLERANCE = 1e-9;

/**
 * @returns what was compared, for people
 * @throws ReportError `arithmetic_invalid`
 */
export function checkArithmetic(claims: AnyReportClaims): string {
  const { metrics } = claims;
  const comparison = new Comparison();
  compareReturns(comparison, claims);
  compareTails(comparison, metrics);
  compareMoney(comparison, metrics);
  const { checkedFillShare, offMarketFillShare, illiquidPnlShare } = claims.dataQuality;
  comparison.atLeast('fills off the market were checked', checkedFillShare, offMarketFillShare);
  if (claims.periodIsFullHistory) {
    comparison.equal('total is the full history', claims.fullHistoryReturn, metrics.totalReturn);
    comparison.equal('drawdown is the full history', claims.fullHistoryMaxDrawdown, metrics.maxDrawdown);
    comparison.equal('illiquid share is the full history', illiquidPnlShare, claims.illiquidPnlShare);
  }
  if (claims.accountsIncluded > claims.accountsInSession) {
    throw new ReportError('arithmetic_invalid', 'more accounts are included than there are');
  }
  if (claims.scope && (claims.scope.state === 'complete') !== (claims.scope.missing.length === 0)) {
    throw new ReportError('arithmetic_invalid', 'the scope is complete exactly when nothing is missing');
  }
  return comparison.toText();
}

function compareReturns(comparison: Comparison, { parameters, metrics, scope }: AnyReportClaims): void {
  const { periodsPerYear, riskFreeRateAnnual } = parameters;
  const days = observedOf(metrics.periodReturns);
  // In version 1 every return counted as one day.
  const steps = scope === undefined ? null : stepsOf(metrics.periodReturns);
  const singles = days?.filter((_, i) => (steps?.[i] ?? 1) === 1) ?? [];
  const ofDays = steps?.reduce((sum, k) => sum + k, 0) ?? null;
  const covered = scope === undefined ? metrics.observationCount : (ofDays ?? metrics.coveredPeriods);
  comparison.equal(
    'monthly returns chain to the total',
    chain(observedOf(metrics.monthlyReturns)),
    metrics.totalReturn,
  );
  comparison.equal('years chain to the total', chain(observedOf(metrics.yearly)), metrics.totalReturn);
  comparison.equal('daily returns chain to the total', chain(days), metrics.totalReturn);
  comparison.equal('daily returns give the drawdown', drawdown(days), metrics.maxDrawdown);
  comparison.equal('daily returns are counted', days?.length ?? null, metrics.observationCount);
  comparison.equal('the days that they cover are counted', ofDays, metrics.coveredPeriods);
  comparison.equal('best day', singles.length > 0 ? Math.max(...singles) : null, metrics.bestPeriodReturn);
  comparison.equal('worst day', days && Math.min(...days), metrics.worstPeriodReturn);
  comparison.equal(
    'daily returns give the volatility',
    volatility(days, periodsPerYear, steps),
    metrics.volatilityAnnualized,
  );
  comparison.equal(
    'daily returns give the Sharpe ratio',
    sharpe(days, periodsPerYear, riskFreeRateAnnual, steps),
    metrics.sharpeRatio,
  );
  comparison.equal(
    'the total, annualised',
    annualized(metrics.totalReturn, covered, periodsPerYear),
    metrics.annualizedReturn,
  );
}

/**
 * A loss with a smaller probability is at least as large. The mean of the losses beyond it is at least as large as the
 * loss itself.
 */
function compareTails(comparison: Comparison, metrics: AnyReportClaims['metrics']): void {
  for (const [larger, smaller] of [
    ['historicalVar99', 'historicalVar95'],
    ['parametricVar99', 'parametricVar95'],
    ['expectedShortfall99', 'expectedShortfall95'],
    ['parametricEs99', 'parametricEs95'],
    ['expectedShortfall95', 'historicalVar95'],
    ['expectedShortfall99', 'historicalVar99'],
    ['parametricEs95', 'parametricVar95'],
    ['parametricEs99', 'parametricVar99'],
    ['maxDrawdown', 'currentDrawdown'],
  ] as const) {
    comparison.atLeast(`${larger} is at least ${smaller}`, metrics[larger], metrics[smaller]);
  }
}

function compareMoney(comparison: Comparison, metrics: AnyReportClaims['metrics']): void {
  const { navStart, navEnd, deposits, withdrawals, realizedPnl, fundingPnl, fees, borrowInterest } = metrics;
  const profit = [plus(navEnd), less(navStart), less(deposits), plus(withdrawals)];
  const net = [plus(realizedPnl), plus(fundingPnl), less(fees), less(borrowInterest)];
  for (const [what, stated, terms] of [
    ['profit', metrics.absoluteProfit, profit],
    ['flows', metrics.netExternalFlow, [plus(deposits), less(withdrawals)]],
    ['net profit', metrics.netPnl, net],
  ] as const) {
    const { sum, size } = sumOf(terms);
    comparison.equal(`${what} adds up`, sum, sumOf([plus(stated)]).sum, size);
  }
}

/** A number that may be withheld, or unknown. */
type Known = number | null | undefined;

/** Pairs of numbers that were compared so far. */
class Comparison {
  readonly #compared: string[] = [];

  /** @param size - size of the largest input */
  equal(name: string, computed: number | null, stated: Known, size = 1): void {
    if (computed === null || typeof stated !== 'number') return;
    const tolerance = TOLERANCE * Math.max(1, Math.abs(stated), size);
    if (!Number.isFinite(stated) || !(Math.abs(computed - stated) <= tolerance)) {
      throw new ReportError('arithmetic_invalid', `${name}: computed ${computed}, stated ${stated}`);
    }
    this.#compared.push(name);
  }

  atLeast(name: string, larger: Known, smaller: Known): void {
    if (typeof larger !== 'number' || typeof smaller !== 'number') return;
    if (!(larger >= smaller - TOLERANCE * Math.max(1, Math.abs(smaller)))) {
      throw new ReportError('arithmetic_invalid', `${name}: ${larger}, ${smaller}`);
    }
    this.#compared.push(name);
  }

  toText(): string {
    return this.#compared.length > 0
      ? this.#compared.join('; ')
      : 'nothing disclosed that could be recomputed';
  }
}
