/**
 * Registers that are computed and not measured from an image, as hex for a policy (AWS Nitro Enclaves User Guide,
 * "Where to get an enclave's measurements"). Each starts as 48 bytes of zero.
 */
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { sha384 } from '@perf-aggregator/shared/crypto';
import { DerReader, TAG } from './der.ts';
import { PolicyError } from './errors.ts';

const REGISTER_BYTES = 48;

/**
 * PCR3 of enclaves whose instance has this IAM role: the role's ARN, not its instance profile's.
 * @param arn - as `arn:aws:iam::123456789012:role/name`
 * @throws PolicyError `policy_invalid` for any other text
 */
export function pcr3OfRole(arn: string): string {
  if (/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) return encodeHex(extendZero(utf8(arn)));
  throw new PolicyError('policy_invalid', 'PCR3: not the ARN of a role, arn:aws:iam::123456789012:role/name');
}

/**
 * PCR4 of enclaves that run on this instance.
 * @param instanceId - as `i-0123456789abcdef0`
 * @throws PolicyError `policy_invalid` for any other text
 */
export function pcr4OfInstance(instanceId: string): string {
  if (/^i-[0-9a-f]{8,17}$/.test(instanceId)) return encodeHex(extendZero(utf8(instanceId)));
  throw new PolicyError('policy_invalid', 'PCR4: not the id of an instance, i-0123456789abcdef0');
}

/**
 * PCR8 of enclaves whose image was signed under this certificate.
 * @param der - the certificate; for a PEM file, the bytes in its base64
 * @throws VerificationError `certificate_malformed` for anything but one whole value of DER
 */
export function pcr8OfCertificate(der: Uint8Array): string {
  const reader = new DerReader(der);
  reader.expect(TAG.sequence);
  reader.end();
  return encodeHex(extendZero(sha384(der)));
}

/** Extends a zero register once: SHA-384 over its 48 bytes and `data`. */
export function extendZero(data: Uint8Array): Uint8Array {
  return sha384(concatBytes(new Uint8Array(REGISTER_BYTES), data));
}
