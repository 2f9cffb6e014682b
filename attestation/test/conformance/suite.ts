/**
 * The suite that is bundled for every platform. It takes cases and returns disagreements. It imports nothing from Node.
 */

import { ChainCache } from '@perf-aggregator/attestation';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as platformCrypto } from '@perf-aggregator/shared/crypto';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';
import { fixedSignature } from '../../src/certificate.ts';
import { VerificationError } from '../../src/errors.ts';
import { type Case, judge } from './case.ts';

/** A case of Wycheproof's ECDSA files. */
export interface SignatureCase {
  readonly id: string;
  /** Uncompressed point as hexadecimal text. */
  readonly publicKey: string;
  readonly message: string;
  readonly signature: string;
  /** r ‖ s, or a DER Ecdsa-Sig-Value. */
  readonly encoding: 'p1363' | 'der';
  readonly isValid: boolean;
}

/** The result of a suite. */
export interface Outcome {
  readonly judged: number;
  readonly disagreements: readonly string[];
}

/** Verifies all cases twice: without a cache, and with one cache for all of them. */
export function runSuite(
  cases: readonly Case[],
  signatures: readonly SignatureCase[],
  crypto: CryptoBackend = platformCrypto,
): Outcome {
  const disagreements: string[] = [];
  const cache = new ChainCache();
  for (const one of cases) {
    const told = judge(one, crypto);
    if (told !== one.expect) disagreements.push(`${one.name}: ${told}, not ${one.expect}`);
    const cached = judge(one, crypto, cache);
    if (cached !== one.expect) disagreements.push(`${one.name}, cached: ${cached}, not ${one.expect}`);
  }
  for (const one of signatures) {
    if (holds(one, crypto) !== one.isValid) disagreements.push(`signature ${one.id}`);
  }
  return { judged: 2 * cases.length + signatures.length, disagreements };
}

/** Tells whether a signature is well-formed and valid. */
export function holds(one: SignatureCase, crypto: CryptoBackend): boolean {
  try {
    const bytes = decodeHex(one.signature);
    const signature = one.encoding === 'der' ? fixedSignature(bytes) : bytes;
    return crypto.p384Verify(decodeHex(one.publicKey), decodeHex(one.message), signature);
  } catch (error) {
    if (error instanceof VerificationError && error.code === 'certificate_malformed') return false;
    throw error;
  }
}
