/** The SDK: SecureClient, its errors, and report verification for those who receive reports. */
export { explainReport, verifyReport } from '@perf-aggregator/attestation';
export { ClientError, SecurityError, ServiceError } from './errors.ts';
export { discloseOnly } from './presentation.ts';
export type { Expectations, VerifiedQuote } from './quote.ts';
export type { MetricsResult, ReturnsResult, SummaryResult, TradesResult } from './results.ts';
export {
  SecureClient,
  type SecureClientOptions,
  type SyncProgress,
  type WaitOptions,
} from './secure-client.ts';
export type { ExportedSession } from './session.ts';
