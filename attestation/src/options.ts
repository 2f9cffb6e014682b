/** The inputs of a judgement: roots, instant and policy. */
import type { ChainCache } from './chain-cache.ts';
import type { VerificationTime } from './instant.ts';
import type { Members } from './members.ts';
import type { AttestationPolicy } from './policy.ts';

/** The inputs of a document's judgement. */
export interface VerifyOptions {
  /** DER of the trusted roots. Default: only AWS's G1. */
  readonly roots?: readonly Uint8Array[];
  readonly at: VerificationTime;
  readonly policy: AttestationPolicy;
  /** Remembers valid certificates from one verification to the next. Default: nothing is remembered. */
  readonly cache?: ChainCache;
}

/** Every member of the options. Any other is refused. */
export const OPTION_MEMBERS = {
  roots: true,
  at: true,
  policy: true,
  cache: true,
} as const satisfies Members<VerifyOptions>;
