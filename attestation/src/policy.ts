/** The caller's requirements for a genuine document (rule 12). Never optional. */
import { equalBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { PolicyError } from './errors.ts';
import { checkMembers, type Members } from './members.ts';
import type { UnverifiedAttestation } from './payload.ts';

/**
 * Measurements of one image, by PCR index 0..31: hex, upper or lower case. All of them must match. PCR0 is required,
 * because the others do not identify the image. None may be zero, which is the value in debug mode.
 */
export type ExpectedPcrs = Readonly<Record<number, string>>;

/** The caller's expectations of a document. */
export interface AttestationPolicy {
  /** Acceptable images, of which one must match. `any-image` states explicitly that none is checked. */
  readonly pcrs: readonly ExpectedPcrs[] | 'any-image';
  /** Whether to accept documents of enclaves in debug mode, whose memory the operator can read. */
  readonly allowDebug?: boolean;
  readonly nonce?: Uint8Array;
  readonly publicKey?: Uint8Array;
  readonly userData?: Uint8Array;
  /**
   * Whether to refuse documents with payload fields that this version does not know. Default: they are reported and not
   * judged.
   */
  readonly unknownFields?: 'report' | 'refuse';
  /** Greatest age of a document when it is judged at an instant, ms. Default 5 minutes. */
  readonly maxAgeMs?: number;
  /** How far in the future a document may be made when it is judged at an instant, ms. Default 5 minutes. */
  readonly maxSkewMs?: number;
}

/** Every member of a policy. Any other is refused. */
export const POLICY_MEMBERS = {
  pcrs: true,
  allowDebug: true,
  nonce: true,
  publicKey: true,
  userData: true,
  unknownFields: true,
  maxAgeMs: true,
  maxSkewMs: true,
} as const satisfies Members<AttestationPolicy>;

/** Default of `maxAgeMs` and `maxSkewMs`. */
export const FRESHNESS_MS = 5 * 60 * 1000;

/**
 * Checks that the policy has requirements, and that they can be met.
 * @throws PolicyError `policy_empty`, `policy_invalid`
 */
export function checkPolicy(policy: AttestationPolicy): void {
  // Callers in plain JavaScript may pass no policy, or one of other types.
  const given = policy as AttestationPolicy | null | undefined;
  checkMembers(given, POLICY_MEMBERS, 'the policy');
  if (!given) throw new PolicyError('policy_empty', 'no measurement is expected');
  checkMembersOf(given);
  checkImages(given.pcrs);
}

/**
 * Checks the types of the other members. Only the value true of `allowDebug` allows debug mode. @throws PolicyError
 * `policy_invalid`
 */
function checkMembersOf(policy: AttestationPolicy): void {
  const given = policy as Readonly<Record<keyof AttestationPolicy, unknown>>;
  for (const name of ['nonce', 'publicKey', 'userData'] as const) {
    const expected = given[name];
    if (expected === undefined || expected instanceof Uint8Array) continue;
    throw new PolicyError('policy_invalid', `the expected ${name} is no Uint8Array`);
  }
  for (const name of ['maxAgeMs', 'maxSkewMs'] as const) {
    const limit = given[name];
    if (limit === undefined || (typeof limit === 'number' && limit >= 0)) continue;
    throw new PolicyError('policy_invalid', `${name} is no number of milliseconds`);
  }
  if (![undefined, 'report', 'refuse'].includes(given.unknownFields as string | undefined)) {
    throw new PolicyError('policy_invalid', 'unknownFields is neither `report` nor `refuse`');
  }
}

/**
 * Checks that images are named, or that `any-image` is set.
 * @throws PolicyError `policy_empty`, `policy_invalid`
 */
function checkImages(pcrs: AttestationPolicy['pcrs']): void {
  const given = (pcrs as AttestationPolicy['pcrs'] | null | undefined) ?? [];
  if (given.length === 0) throw new PolicyError('policy_empty', 'no measurement is expected');
  if (given === 'any-image') return;
  if (!Array.isArray(given)) throw new PolicyError('policy_invalid', 'pcrs is no list');
  for (const alternative of given as readonly ExpectedPcrs[]) checkAlternative(alternative);
}

function checkAlternative(alternative: ExpectedPcrs): void {
  const entries = Object.entries(alternative ?? {}) as [string, unknown][];
  if (entries.length === 0) throw new PolicyError('policy_empty', 'an alternative without a measurement');
  for (const [index, hex] of entries) {
    const isHex = typeof hex === 'string' && /^(?:[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i.test(hex);
    if (!isHex || !/^(?:[12]?\d|3[01])$/.test(index)) {
      throw new PolicyError('policy_invalid', `the expected PCR${index} is not a measurement`);
    }
    if (/^0+$/.test(hex)) {
      throw new PolicyError('policy_invalid', `the expected PCR${index} is zero: no image measures so`);
    }
  }
  if (Object.hasOwn(alternative, 0)) return;
  throw new PolicyError('policy_invalid', 'an alternative without PCR0: it says nothing of the image');
}

/** @throws PolicyError `unknown_field` */
export function checkFields(document: UnverifiedAttestation, policy: AttestationPolicy): void {
  if (policy.unknownFields !== 'refuse' || document.unknownFields.length === 0) return;
  const names = JSON.stringify(document.unknownFields);
  throw new PolicyError('unknown_field', `fields that this version does not know: ${names}`);
}

/** @throws PolicyError `debug_mode` */
export function checkDebug(document: UnverifiedAttestation, policy: AttestationPolicy): void {
  if (!document.debug || policy.allowDebug === true) return;
  throw new PolicyError('debug_mode', 'PCR0 is zero: the operator can read the memory of this enclave');
}

/** @throws PolicyError `pcr_mismatch` */
export function checkPcrs(document: UnverifiedAttestation, policy: AttestationPolicy): void {
  if (policy.pcrs === 'any-image') return;
  const isExpected = policy.pcrs.some((expected) => matches(document.pcrs, expected));
  if (!isExpected) throw new PolicyError('pcr_mismatch', 'the measurements are not among those expected');
}

/** @throws PolicyError `nonce_mismatch`, `public_key_mismatch`, `user_data_mismatch` */
export function checkBindings(document: UnverifiedAttestation, policy: AttestationPolicy): void {
  if (!isBound(document.nonce, policy.nonce)) {
    throw new PolicyError('nonce_mismatch', 'the nonce is not the one sent');
  }
  if (!isBound(document.publicKey, policy.publicKey)) {
    throw new PolicyError('public_key_mismatch', 'the public key is not the one expected');
  }
  if (!isBound(document.userData, policy.userData)) {
    throw new PolicyError('user_data_mismatch', 'the user data are not those expected');
  }
}

/** @param instant - of verification, ms @throws PolicyError `document_not_fresh` */
export function checkFreshness(
  document: UnverifiedAttestation,
  policy: AttestationPolicy,
  instant: number,
): void {
  const age = instant - document.timestamp;
  const maxAge = policy.maxAgeMs ?? FRESHNESS_MS;
  const maxSkew = policy.maxSkewMs ?? FRESHNESS_MS;
  if (age <= maxAge && -age <= maxSkew) return;
  const side = age > 0 ? 'before' : 'after';
  throw new PolicyError('document_not_fresh', `made ${Math.abs(age)} ms ${side} the instant of verification`);
}

/** Compares all expected registers, so that the time does not reveal which one differed. */
function matches(pcrs: ReadonlyMap<number, Uint8Array>, expected: ExpectedPcrs): boolean {
  let equal = true;
  for (const [index, hex] of Object.entries(expected)) {
    equal = equalBytes(pcrs.get(Number(index)) ?? new Uint8Array(), decodeHex(hex)) && equal;
  }
  return equal;
}

function isBound(actual: Uint8Array | null, expected: Uint8Array | undefined): boolean {
  return expected === undefined || (actual !== null && equalBytes(actual, expected));
}
