/** How the enclave refuses: a public code, and a sealed reason where the reason depends on account data. */
import { CodedError } from '@perf-aggregator/shared/errors';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';

/** A request that is refused with a public code. Nothing else that a handler throws reaches the parent. */
export class Refusal extends CodedError<PublicCode> {
  readonly retryAfterMs: number | null;
  /** JSON of a sealed reply for the client. */
  readonly sealed: Uint8Array | null;

  constructor(
    code: PublicCode,
    message: string,
    options: { readonly cause?: unknown; readonly retryAfterMs?: number; readonly sealed?: Uint8Array } = {},
  ) {
    super(code, message, options.cause);
    this.retryAfterMs = options.retryAfterMs ?? null;
    this.sealed = options.sealed ?? null;
  }
}

/** Codes that only the client may see, because they depend on the data that it sent. */
export const SEALED_CODES = [
  'payload_malformed',
  'duplicate_account',
  'excessive_permissions',
  'withdrawal_permission',
  'read_permission_missing',
  'parameters_malformed',
  'period_empty',
  'asset_unpriced',
  'account_mode_unsupported',
  'account_unreadable',
  'history_incomplete',
] as const;
export type SealedCode = (typeof SEALED_CODES)[number];

/** A refusal whose reason is for the client only. It is sealed before it leaves. */
export class SealedRefusal extends CodedError<SealedCode> {}
