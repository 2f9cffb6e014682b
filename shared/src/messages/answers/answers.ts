/** The answer of each operation once its reply is open. Enclave and client compile against these declarations. */
import type { MetricsAnswer, SummaryAnswer } from './metrics.ts';
import type { ReturnsAnswer, TradesAnswer } from './pages.ts';
import type { ReceiptAnswer, RenewalAnswer, ReportAnswer } from './session.ts';

/** The shapes of numbers in answers. `analytics` declares them; this room cannot name them. */
export interface Numbers {
  readonly metrics: { readonly attribution: readonly object[]; readonly exposure: object };
  /** One day of `returns`. */
  readonly day: object;
  /** One round trip of `trades`, and the totals of all. */
  readonly trip: object;
  readonly tripTotals: object;
}

/** Answers by operation. */
export interface Answers<N extends Numbers> {
  readonly submit: ReceiptAnswer;
  readonly metrics: MetricsAnswer<N['metrics']>;
  readonly summary: SummaryAnswer;
  readonly returns: ReturnsAnswer<N['day']>;
  readonly trades: TradesAnswer<N['trip'], N['tripTotals']>;
  readonly report: ReportAnswer;
  readonly renew: RenewalAnswer;
}
