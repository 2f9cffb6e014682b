/** What a document is judged by: roots, instant and policy. */
import type { ChainCache } from './chain-cache.ts';
import type { VerificationTime } from './instant.ts';
import type { Members } from './members.ts';
import type { AttestationPolicy } from './policy.ts';

/** What a document is judged by. */
export interface VerifyOptions {
  /** DER of the trusted roots. Default: AWS's G1 alone. */
  readonly roots?: readonly Uint8Array[];
  readonly at: VerificationTime;
  readonly policy: AttestationPolicy;
  /** Remembers certificates that held from one verification to the next. Default: nothing is remembered. */
  readonly cache?: ChainCache;
}

/** Every member of the options; any other is refused. */
export const OPTION_MEMBERS = {
  roots: true,
  at: true,
  policy: true,
  cache: true,
} as const satisfies Members<VerifyOptions>;
