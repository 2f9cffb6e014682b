/** The opened answers of the operations. The enclave compiles against the same shapes. */
import type { AccountNumbers } from '@perf-aggregator/analytics';
import type { Answers } from '@perf-aggregator/shared/messages/answers/answers';

/** Answers by operation. */
export type AccountAnswers = Answers<AccountNumbers>;
/** Answer of `metrics`. */
export type MetricsResult = AccountAnswers['metrics'];
/** Answer of `summary`. */
export type SummaryResult = AccountAnswers['summary'];
/** Answer of `returns`: one page of the days of a period, oldest first. */
export type ReturnsResult = AccountAnswers['returns'];
/** Answer of `trades`: one page of the round trips of a period, newest first. The sums cover all pages. */
export type TradesResult = AccountAnswers['trades'];
