/**
 * The verifier of AWS Nitro attestation documents. Inputs: evidence, roots, instant and policy. Result: a judgement.
 * Pure: no clock but the caller's, no network, no revocation lists (AWS's chains live for days and their leaves for
 * hours).
 */
import { p384Verify, sha256 } from '@perf-aggregator/shared/crypto';
import type { DocumentCrypto } from '@perf-aggregator/shared/crypto/port';
import { type Explanation, isVerdict, Judgement, type VerifiedAttestation } from './judgement.ts';
import type { VerifyOptions } from './options.ts';

/** The needed part of this platform's back end. A bundler leaves out what it sees unused. */
const PLATFORM: DocumentCrypto = { p384Verify, sha256 };

/**
 * The attestation in `bytes`, verified by all rules: form, signature, chain to a trusted root, policy.
 * @param crypto - default: this platform's back end
 * @throws VerificationError when the evidence is bad
 * @throws PolicyError when it is genuine but does not meet `options.policy`
 */
export function verifyAttestation(
  bytes: Uint8Array,
  options: VerifyOptions,
  crypto: DocumentCrypto = PLATFORM,
): VerifiedAttestation {
  return new Judgement(options, crypto).run(bytes);
}

/** The same judgement as {@link verifyAttestation}, rule by rule. Bad evidence is an answer and not an error. */
export function explainAttestation(
  bytes: Uint8Array,
  options: VerifyOptions,
  crypto: DocumentCrypto = PLATFORM,
): Explanation {
  const judgement = new Judgement(options, crypto);
  let code: Explanation['code'] = null;
  try {
    judgement.run(bytes);
  } catch (error) {
    if (!isVerdict(error)) throw error;
    code = error.code;
  }
  const { document, chain, checklist, simulated } = judgement;
  const explanation = { verified: code === null, simulated, code, checks: checklist.toChecks() };
  return {
    ...explanation,
    ...(document === undefined ? {} : { document }),
    ...(chain === undefined ? {} : { chain }),
  };
}
