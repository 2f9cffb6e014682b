/** The SDK: SecureClient, its errors, and report verification for the recipients of reports. */
export { explainReport, verifyReport } from '@perf-aggregator/attestation';
export { ClientError, SecurityError, ServiceError } from './errors.ts';
export { discloseOnly } from './sdk/disclosure.ts';
export type { AnsweredQuote, Expectations, VerifiedQuote } from './sdk/quote.ts';
export type { MetricsResult, ReturnsResult, SummaryResult, TradesResult } from './sdk/results.ts';
export { type Registration, SecureClient, type SecureClientOptions } from './sdk/secure-client.ts';
export type { ExportedSession } from './sdk/session.ts';
export type { SyncProgress, WaitOptions } from './sdk/waiting.ts';
