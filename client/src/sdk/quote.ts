/** The quote: what a client must see before it encrypts anything to an enclave (docs/design.md §6). */
import {
  type AttestationPolicy,
  PolicyError,
  type VerifiedAttestation,
  verifyAttestation,
} from '@perf-aggregator/attestation';
import { checkMembers, type Members } from '@perf-aggregator/attestation/members';
import type { Clock } from '@perf-aggregator/shared/clock';
import { decodeBase64, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { HANDSHAKE_KEY_BYTES } from '@perf-aggregator/shared/messages/handshake';
import {
  decodeUserData,
  KMS_POLICY_STATES,
  type KmsPolicyState,
} from '@perf-aggregator/shared/messages/user-data';
import type { Random } from '@perf-aggregator/shared/random';
import { pathOf } from '@perf-aggregator/shared/wire/operations';
import * as z from 'zod';
import { SecurityError } from '../errors.ts';
import type { Http } from './http.ts';

/**
 * What a client expects of an enclave. The measurements come from a party that the client trusts, never from the
 * service.
 */
export interface Expectations {
  /** Acceptable images, each with PCR 0, 1 and 2. `any-image` states openly that no image is checked. */
  readonly measurements: AttestationPolicy['pcrs'];
  /** DER of trusted roots. Default: AWS's G1 alone. Any other root is a simulation and is reported as one. */
  readonly roots?: readonly Uint8Array[];
  readonly allowDebug?: boolean;
  /** Hex. Compared when given. The hash covers the choice of the KMS key under which the enclave keeps its root. */
  readonly configSha256?: string;
  /**
   * Compared when given. Left out: the state must be `locked`, unless `configSha256` names the key, in which case any
   * state is accepted. Without either, the operator of the parent could bring a key whose policy they may change, and
   * read the data that is handed over.
   */
  readonly kmsPolicy?: KmsPolicyState;
}

/** Every member of the expectations. Any other member is refused. */
export const EXPECTATION_MEMBERS = {
  measurements: true,
  roots: true,
  allowDebug: true,
  configSha256: true,
  kmsPolicy: true,
} as const satisfies Members<Expectations>;

/**
 * Checks that expectations are well-formed. Otherwise a typo could drop one of them.
 * @throws PolicyError `policy_invalid`
 */
export function checkExpectations(expectations: Expectations): void {
  checkMembers(expectations, EXPECTATION_MEMBERS, 'what is expected');
  // Callers in plain JavaScript may pass other types.
  const { configSha256, kmsPolicy } = expectations as Readonly<Record<keyof Expectations, unknown>>;
  const isHash = typeof configSha256 === 'string' && /^[0-9a-f]{64}$/i.test(configSha256);
  if (configSha256 !== undefined && !isHash) {
    throw new PolicyError('policy_invalid', 'the expected configSha256 is not 64 hex digits');
  }
  if (kmsPolicy !== undefined && !(KMS_POLICY_STATES as readonly unknown[]).includes(kmsPolicy)) {
    throw new PolicyError(
      'policy_invalid',
      `the expected kmsPolicy is none of ${KMS_POLICY_STATES.join(', ')}`,
    );
  }
}

/** An enclave that has just met the expectations. */
export interface VerifiedQuote {
  readonly attestation: VerifiedAttestation;
  readonly simulated: boolean;
  /** X25519 key for the encryption of a submission. */
  readonly handshakePub: Uint8Array;
  /** Ed25519 key that signs this service's reports. */
  readonly reportKey: Uint8Array;
  /** Hex. */
  readonly configSha256: string;
  readonly kmsPolicy: KmsPolicyState;
}

/** A verified quote, and what the service said beside it. */
export interface AnsweredQuote extends VerifiedQuote {
  /**
   * Addresses that venues see, for the allow-lists of API keys. They are the operator's word: no document carries them.
   * Empty: the service named none.
   */
  readonly egressAddressesUnverified: readonly string[];
}

const NONCE_BYTES = 32;
/** Bounded and of one form, because a hostile parent's text may reach a terminal. */
const MAX_ADDRESSES = 16;
const answer = z.object({
  attestation: z.string(),
  egress_addresses: z
    .array(z.union([z.ipv4(), z.ipv6()]))
    .max(MAX_ADDRESSES)
    .default([]),
});

/**
 * Asks for a quote with a fresh nonce and verifies it.
 * @throws SecurityError, VerificationError, PolicyError: do not send it anything
 */
export async function requestQuote(
  http: Http,
  expectations: Expectations,
  ports: { readonly clock: Clock; readonly random: Random },
): Promise<AnsweredQuote> {
  // Checked before anything is asked.
  checkExpectations(expectations);
  const nonce = ports.random.bytes(NONCE_BYTES);
  const reply = answer.safeParse(
    await http.request('GET', `${pathOf('quote')}?nonce=${encodeBase64Url(nonce)}`),
  );
  if (!reply.success) {
    throw new SecurityError('quote_malformed', 'the service sent no quote that the protocol knows');
  }
  const { attestation, egress_addresses: egressAddressesUnverified } = reply.data;
  const verified = verifyQuote(decode(attestation), nonce, expectations, ports.clock.now());
  return { ...verified, egressAddressesUnverified };
}

/**
 * Judges a given document like {@link requestQuote}.
 * @throws SecurityError, VerificationError, PolicyError
 */
export function verifyQuote(
  document: Uint8Array,
  nonce: Uint8Array,
  expectations: Expectations,
  instant: number,
): VerifiedQuote {
  checkExpectations(expectations);
  const { measurements, roots, allowDebug = false, configSha256, kmsPolicy } = expectations;
  const attestation = verifyAttestation(document, {
    ...(roots ? { roots } : {}),
    at: instant,
    policy: { pcrs: measurements, allowDebug, nonce },
  });
  const handshakePub = attestation.publicKey;
  if (handshakePub?.length !== HANDSHAKE_KEY_BYTES) {
    throw new SecurityError('quote_malformed', 'the quote carries no handshake key');
  }
  const data = quoteUserData(attestation);
  const config = encodeHex(data.config_sha256);
  if (configSha256 !== undefined && configSha256.toLowerCase() !== config) {
    throw new SecurityError('config_mismatch', `the enclave runs under configuration ${config}`);
  }
  const accepted = kmsPolicy ?? (configSha256 === undefined ? 'locked' : data.kms_policy);
  if (data.kms_policy !== accepted) {
    throw new SecurityError(
      'kms_policy_unacceptable',
      `the policy of the KMS key is ${data.kms_policy}, not ${accepted}; the configuration, which names the key, is ${config}`,
    );
  }
  return {
    attestation,
    simulated: attestation.simulated,
    handshakePub,
    reportKey: data.report_key,
    configSha256: config,
    kmsPolicy: data.kms_policy,
  };
}

function quoteUserData(attestation: VerifiedAttestation) {
  try {
    return decodeUserData(attestation.userData ?? new Uint8Array(), 'quote');
  } catch (cause) {
    throw new SecurityError('quote_malformed', 'the document was not made as a quote', cause);
  }
}

function decode(base64: string): Uint8Array {
  try {
    return decodeBase64(base64);
  } catch (cause) {
    throw new SecurityError('quote_malformed', 'the attestation document is not base64', cause);
  }
}
