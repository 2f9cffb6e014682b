/**
 * Cases of the verifier as plain JSON, so that one suite judges both back ends, browsers and every Node: this
 * file and `suite.ts` import nothing of Node.
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

/** A policy whose byte strings are hex. */
export interface CasePolicy extends Omit<AttestationPolicy, 'nonce' | 'publicKey' | 'userData'> {
  readonly nonce?: string;
  readonly publicKey?: string;
  readonly userData?: string;
}

export interface Case {
  /** Of ATTESTATION rules 1 to 12; 0 for real documents, that pass them all or fail the one that is told. */
  readonly rule: number;
  readonly name: string;
  /** Hex of the document. */
  readonly document: string;
  /** Hex of the roots; AWS's when there are none. */
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

/** `verified`, or class and code of what verification throws; anything else than a coded error is thrown on. */
export function verdict(bytes: Uint8Array, options: VerifyOptions, crypto?: CryptoBackend): string {
  try {
    verifyAttestation(bytes, options, crypto);
    return 'verified';
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof PolicyError)) throw error;
    return `${error.name} ${error.code}`;
  }
}

/** What verification says about a case. */
export function judge(one: Case, crypto?: CryptoBackend, cache?: ChainCache): string {
  return verdict(decodeHex(one.document), optionsOf(one, cache), crypto);
}
