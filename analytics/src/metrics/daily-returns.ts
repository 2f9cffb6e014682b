/** The days of a period, one by one: value, flows, return, cumulative return, and rolling windows. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import type { Decimal } from '../amount/decimal.ts';
import type { AccountHistory } from '../history/account-history.ts';
import { toReturnSeries } from '../series/return-series.ts';
import { type RollingMetrics, rollingMetrics } from '../series/rolling-metrics.ts';
import { type PeriodBounds, periodIndices } from '../time/period-bounds.ts';
import { benchmarkSeries } from './account-benchmark.ts';

export interface DailyReturnsParameters extends PeriodBounds {
  /** Returns in each rolling window, at least 2. Without it there are no rolling metrics. */
  readonly window?: number;
  /** An asset that the history's marks price. */
  readonly benchmark?: string;
  /** Of rolling Sharpe ratios; 0 when left out. */
  readonly riskFreeRateAnnual?: number;
}

/** One UTC day. Money in the reporting currency, ratios as numbers. Null: there is none. */
export interface DailyReturn {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  /** At the end of the day. */
  readonly nav: Decimal | null;
  readonly deposits: Decimal;
  readonly withdrawals: Decimal;
  readonly return: number | null;
  /** The linked returns of the period so far. Null before the first. */
  readonly cumulativeReturn: number | null;
  /** Depth below the highest point of the period so far, its start included: 0 or positive. */
  readonly drawdown: number | null;
  /** With a benchmark: its return of the day. */
  readonly benchmarkReturn?: number | null;
  /**
   * With a window: volatility of the last `window` returns up to this one. Returns from before the period count too, so
   * that a day has the same value in every period. Null: there is no return, or there are too few yet.
   */
  readonly volatilityAnnualized?: number | null;
  readonly sharpeRatio?: number | null;
  /** With a window and a benchmark: of pairs of returns. */
  readonly beta?: number | null;
}

/** The days of `history` that are wholly in the period, in order, and the value at their start. */
export interface DailyReturns {
  /** Value at the start of the first day. Null: not known, or there is no day. */
  readonly navStart: Decimal | null;
  readonly days: readonly DailyReturn[];
}

/** @throws InputError `analytics_range_invalid`, `analytics_parameter_invalid` */
export function dailyReturns(history: AccountHistory, parameters: DailyReturnsParameters = {}): DailyReturns {
  const series = toReturnSeries(history.returns, history.startTime ?? 0);
  const { from, to } = periodIndices(series, parameters);
  const { window, benchmark: asset, riskFreeRateAnnual = 0 } = parameters;
  const benchmark = asset === undefined ? undefined : benchmarkSeries(history, series, asset);
  const rolling: RollingMetrics =
    window === undefined
      ? {}
      : rollingMetrics(series, {
          ...{ window, rates: { riskFreeRateAnnual } },
          ...(benchmark === undefined ? {} : { benchmark }),
        });
  const path = new Path();
  const days: DailyReturn[] = [];
  for (let i = from; i < to; i++) {
    days.push({
      day: new Date(history.days[i]! - DAY_MS).toISOString().slice(0, 10),
      nav: history.nav[i]!,
      deposits: history.deposits[i]!,
      withdrawals: history.withdrawals[i]!,
      return: known(series.returns[i]!),
      ...path.after(series.returns[i]!),
      ...(benchmark === undefined ? {} : { benchmarkReturn: known(benchmark.returns[i]!) }),
      ...rollingAt(rolling, i),
    });
  }
  const navStart = from === 0 ? history.navAtStart : history.nav[from - 1];
  return { navStart: from === to ? null : (navStart ?? null), days };
}

function rollingAt(rolling: RollingMetrics, index: number) {
  const { volatilityAnnualized, sharpeRatio, beta } = rolling;
  return {
    ...(volatilityAnnualized ? { volatilityAnnualized: known(volatilityAnnualized[index]!) } : {}),
    ...(sharpeRatio ? { sharpeRatio: known(sharpeRatio[index]!) } : {}),
    ...(beta ? { beta: known(beta[index]!) } : {}),
  };
}

/** The cumulative result of the returns so far. A day without a return changes nothing. */
class Path {
  #value: number | null = null;
  #peak = 1;

  after(value: number): Pick<DailyReturn, 'cumulativeReturn' | 'drawdown'> {
    if (!Number.isNaN(value)) {
      // A wiped-out account stays wiped out (docs/metrics.md §2).
      this.#value = Math.max(0, (this.#value ?? 1) * (1 + value));
      this.#peak = Math.max(this.#peak, this.#value);
    }
    if (this.#value === null) return { cumulativeReturn: null, drawdown: null };
    return { cumulativeReturn: known(this.#value - 1), drawdown: known(1 - this.#value / this.#peak) };
  }
}

/** Neither NaN nor an infinity leaves this room. */
function known(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
