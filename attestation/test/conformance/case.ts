/**
 * Cases of the verifier as plain JSON, so that one suite can run on both back ends, in browsers and on every Node.
 * For this reason this file and `suite.ts` import nothing from Node.
 */
import {
  type AttestationPolicy,
  type ChainCache,
  PolicyError,
  VerificationError,
  type VerifyOptions,
  verifyAttestation,
} from '@perf-aggregator/attestation';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';

/** A policy whose byte strings are hexadecimal. */
export interface CasePolicy extends Omit<AttestationPolicy, 'nonce' | 'publicKey' | 'userData'> {
  readonly nonce?: string;
  readonly publicKey?: string;
  readonly userData?: string;
}

export interface Case {
  /** A rule from 1 to 12 of ATTESTATION. 0 is for real documents, which pass all rules or fail the expected one. */
  readonly rule: number;
  readonly name: string;
  /** Hexadecimal text of the document. */
  readonly document: string;
  /** Hexadecimal text of the roots; the root of AWS when the member is missing. */
  readonly roots?: readonly string[];
  readonly at: 'document' | number;
  readonly policy: CasePolicy;
  /** `verified`, or class and code. */
  readonly expect: string;
}

export const ANY: CasePolicy = { pcrs: 'any-image', allowDebug: true };

export function optionsOf({ roots, at, policy }: Case, cache?: ChainCache): VerifyOptions {
  const { nonce, publicKey, userData, ...rest } = policy;
  return {
    ...(roots ? { roots: roots.map(decodeHex) } : {}),
    ...(cache ? { cache } : {}),
    at,
    policy: {
      ...rest,
      ...(nonce === undefined ? {} : { nonce: decodeHex(nonce) }),
      ...(publicKey === undefined ? {} : { publicKey: decodeHex(publicKey) }),
      ...(userData === undefined ? {} : { userData: decodeHex(userData) }),
    },
  };
}

/** `verified`, or class and code of the error that verification throws. An error without a code is thrown again. */
export function verdict(bytes: Uint8Array, options: VerifyOptions, crypto?: CryptoBackend): string {
  try {
    verifyAttestation(bytes, options, crypto);
    return 'verified';
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof PolicyError)) throw error;
    return `${error.name} ${error.code}`;
  }
}

/** The verdict of the verifier for a case. */
export function judge(one: Case, crypto?: CryptoBackend, cache?: ChainCache): string {
  return verdict(decodeHex(one.document), optionsOf(one, cache), crypto);
}
