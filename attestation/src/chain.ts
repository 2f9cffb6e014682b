/** The chain of certificates from a pinned root to the leaf that signs documents (RFC 5280 §6, narrowed). */
import { equalBytes } from '@perf-aggregator/shared/bytes';
import type { P384 } from '@perf-aggregator/shared/crypto/port';
import { type Certificate, KEY_USAGE, MAX_CERTIFICATE_BYTES, parseCertificate } from './certificate.ts';
import { type ChainCache, recallLink, rememberChain } from './chain-cache.ts';
import { VerificationError } from './errors.ts';

/** Root first, leaf last. */
export type Chain = readonly Certificate[];

/**
 * Parses certificates and judges their issuers for one verification, each pair once. With a cache, pairs of earlier
 * verifications are not judged again.
 */
export class Issuance {
  readonly #crypto: P384;
  readonly #instant: number;
  readonly #cache: ChainCache | undefined;
  /** From a certificate to the issuer whose key verified it. */
  readonly #proven = new Map<Certificate, Certificate | undefined>();
  /** Whether anything was parsed or judged that the cache did not know. */
  #isNews = false;

  /** @param instant - of verification, ms */
  constructor(crypto: P384, instant: number, cache: ChainCache | undefined) {
    this.#crypto = crypto;
    this.#instant = instant;
    this.#cache = cache;
  }

  /** The certificate in `der`. @throws VerificationError `certificate_malformed` */
  parse(der: Uint8Array): Certificate {
    if (this.#cache === undefined || der.length > MAX_CERTIFICATE_BYTES) return parseCertificate(der);
    const link = recallLink(this.#cache, der, this.#instant);
    if (link === undefined) {
      this.#isNews = true;
      // A copy that the cache may keep.
      return parseCertificate(new Uint8Array(der));
    }
    this.#proven.set(link.certificate, link.issuer);
    return link.certificate;
  }

  /** Whether `certificate` names `issuer`, and `issuer` signed it. */
  isIssuedBy(certificate: Certificate, issuer: Certificate): boolean {
    if (this.#proven.get(certificate) === issuer) return true;
    if (!equalBytes(certificate.issuer, issuer.subject)) return false;
    if (!this.#crypto.p384Verify(issuer.publicKey, certificate.tbs, certificate.signature)) return false;
    this.#proven.set(certificate, issuer);
    this.#isNews = true;
    return true;
  }

  /** Remembers a chain that passed every rule about chains. */
  keep(chain: Chain): void {
    if (this.#cache !== undefined && this.#isNews) rememberChain(this.#cache, chain, this.#instant);
  }
}

/**
 * The pinned root that issued the topmost certificate below the bundle's own root. The root in the bundle is never
 * trusted.
 * @param below - parsed certificates under the root, leaf last; at least one
 * @throws VerificationError `root_untrusted`, `chain_invalid`
 */
export function findRoot(
  roots: readonly Certificate[],
  bundleRoot: Uint8Array | undefined,
  below: Chain,
  issuance: Issuance,
): Certificate {
  const top = below[0]!;
  for (const root of roots) if (issuance.isIssuedBy(top, root)) return root;
  if (bundleRoot !== undefined && roots.some((root) => equalBytes(root.raw, bundleRoot))) {
    throw new VerificationError('chain_invalid', 'the first certificate is not issued by its root');
  }
  throw new VerificationError('root_untrusted', 'the chain does not lead to a pinned root');
}

/**
 * Checks that each certificate is issued by the one above it, and that all are valid at `instant` (ms).
 * @throws VerificationError `chain_invalid`, `certificate_not_yet_valid`, `certificate_expired`
 */
export function checkLinks(chain: Chain, instant: number, issuance: Issuance): void {
  for (const [index, certificate] of chain.entries()) {
    const issuer = chain[index - 1];
    if (issuer !== undefined && !issuance.isIssuedBy(certificate, issuer)) {
      throw new VerificationError(
        'chain_invalid',
        `not issued by the one above it: ${certificate.subjectText}`,
      );
    }
  }
  for (const certificate of chain) {
    // In this form the check also fails for an instant that is not a number.
    if (!(instant >= certificate.notBefore)) {
      throw new VerificationError('certificate_not_yet_valid', `not valid yet: ${certificate.subjectText}`);
    }
    if (!(instant <= certificate.notAfter)) {
      throw new VerificationError('certificate_expired', `expired: ${certificate.subjectText}`);
    }
  }
}

/**
 * Checks that all but the leaf may issue, within their path lengths, and that the leaf only signs.
 * @throws VerificationError `certificate_constraint_violated`
 */
export function checkConstraints(chain: Chain): void {
  for (const [index, certificate] of chain.entries()) {
    const isLeaf = index === chain.length - 1;
    const fault = isLeaf ? leafFault(certificate) : authorityFault(certificate, chain.length - 2 - index);
    if (fault === undefined) continue;
    throw new VerificationError('certificate_constraint_violated', `${fault}: ${certificate.subjectText}`);
  }
}

/** @param below - authorities between this one and the leaf */
function authorityFault(certificate: Certificate, below: number): string | undefined {
  const { basicConstraints, keyUsage } = certificate;
  if (certificate.unknownCritical.length > 0) return 'an unknown critical extension';
  if (basicConstraints?.critical !== true) return 'basic constraints missing or not critical';
  if (!basicConstraints.isAuthority) return 'an issuer that is no authority';
  if (below > (basicConstraints.pathLength ?? below)) return 'a path longer than allowed';
  if (((keyUsage ?? 0) & KEY_USAGE.certificateSign) === 0)
    return 'an issuer whose key may not sign certificates';
  return undefined;
}

function leafFault(certificate: Certificate): string | undefined {
  if (certificate.unknownCritical.length > 0) return 'an unknown critical extension';
  const { basicConstraints, keyUsage = 0 } = certificate;
  if (basicConstraints?.isAuthority === true) return 'a leaf that is an authority';
  // AWS's attestation process, 3.2.3.3: the target certificate has neither of them.
  if (basicConstraints?.pathLength !== undefined) return 'a leaf with a path length';
  if ((keyUsage & KEY_USAGE.certificateSign) !== 0) return 'a leaf whose key may sign certificates';
  if ((keyUsage & KEY_USAGE.digitalSignature) === 0) return 'a leaf whose key may not sign';
  return undefined;
}
