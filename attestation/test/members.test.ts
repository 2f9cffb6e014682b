/** An unknown member of a policy or its options is refused, because a typing error must not disable a check. */
import {
  type AttestationPolicy,
  ChainCache,
  explainAttestation,
  explainReport,
  PolicyError,
  type ReportPolicy,
  type VerifyOptions,
  verifyAttestation,
  verifyReport,
} from '@perf-aggregator/attestation';
import { OPTION_MEMBERS } from '@perf-aggregator/attestation/options';
import { POLICY_MEMBERS } from '@perf-aggregator/attestation/policy';
import { REPORT_POLICY_MEMBERS } from '@perf-aggregator/attestation/report/judgement';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { verdict } from './conformance/case.ts';
import { buildDocument, MADE_AT } from './nitro-builder.ts';
import { casesOfRule, GENUINE, IMAGE } from './report/conformance/case.ts';

const bound = { nonce: Uint8Array.of(1), publicKey: Uint8Array.of(2), userData: Uint8Array.of(3) };
const { bytes, root } = buildDocument({
  payload: { nonce: bound.nonce, public_key: bound.publicKey, user_data: bound.userData },
});

/** Every member of each type. The compiler rejects an additional and a missing one. */
const POLICY: Required<AttestationPolicy> = {
  ...{ pcrs: [{ 0: encodeHex(new Uint8Array(48).fill(1)) }], allowDebug: false, ...bound },
  ...{ unknownFields: 'refuse', maxAgeMs: 60_000, maxSkewMs: 60_000 },
};
const OPTIONS: Required<VerifyOptions> = {
  ...{ roots: [root], at: MADE_AT, policy: POLICY, cache: new ChainCache() },
};
const aud = 'fund';
const [report] = casesOfRule('audience', [['x', 'verified', { claims: { aud, nonce: 'n' } }]]);
const REPORT_POLICY: Required<ReportPolicy> = {
  ...{ roots: [decodeHex(GENUINE.root)], pcrs: [IMAGE], allowDebug: false, instant: MADE_AT },
  ...{ audience: aud, nonce: 'n', kmsPolicy: 'locked' },
};

/** Likely misspellings of a member. */
function misspelled(name: string): readonly string[] {
  const snake = name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return [name.toUpperCase(), `${name} `, `${name}s`, name.slice(0, -1), snake, `_${name}`].filter(
    (other) => other !== name,
  );
}

function codeOfReport(policy: unknown): string {
  try {
    verifyReport(report!.bundle, policy as ReportPolicy);
    return 'verified';
  } catch (error) {
    return error instanceof PolicyError ? error.code : 'another';
  }
}

describe('when policies and options are complete', () => {
  it('every member of their types is accepted, and the lists contain exactly those', () => {
    expect(verdict(bytes, OPTIONS)).toBe('verified');
    expect(codeOfReport(REPORT_POLICY)).toBe('verified');
    expect(Object.keys(OPTION_MEMBERS).sort()).toEqual(Object.keys(OPTIONS).sort());
    expect(Object.keys(POLICY_MEMBERS).sort()).toEqual(Object.keys(POLICY).sort());
    expect(Object.keys(REPORT_POLICY_MEMBERS).sort()).toEqual(Object.keys(REPORT_POLICY).sort());
  });
});

const SEEN = ['public_key', 'user_data', 'root', 'pcr', 'PCR0', 'expect', 'debug', '__proto__x', 'toString'];
const names = (of: object) => [...new Set([...Object.keys(of).flatMap(misspelled), ...SEEN])];
const unknownOf = (of: object) => names(of).filter((name) => !Object.hasOwn(of, name));

describe('when a member is unknown', () => {
  it.each(unknownOf(POLICY))('in the policy of a document: %s', (name) => {
    const policy = { pcrs: 'any-image', [name]: POLICY.nonce } as unknown as AttestationPolicy;
    expect(verdict(bytes, { roots: [root], at: MADE_AT, policy })).toBe('PolicyError policy_invalid');
  });

  it.each(unknownOf(OPTIONS))('in the options of a document: %s', (name) => {
    const options = { ...OPTIONS, [name]: [root] } as unknown as VerifyOptions;
    expect(verdict(bytes, options)).toBe('PolicyError policy_invalid');
    // The member is refused before the evidence is read. The caller must not get an error about AWS's root.
    const { roots: _, ...without } = options;
    expect(verdict(bytes, without)).toBe('PolicyError policy_invalid');
    expect(explainAttestation(bytes, options)).toMatchObject({ verified: false, code: 'policy_invalid' });
  });

  it.each(unknownOf(REPORT_POLICY))('in the policy of a report: %s', (name) => {
    expect(codeOfReport({ ...REPORT_POLICY, [name]: 'x' })).toBe('policy_invalid');
    // The member is refused even when it is undefined.
    expect(codeOfReport({ ...REPORT_POLICY, [name]: undefined })).toBe('policy_invalid');
  });

  it('the message names it and lists the known members', () => {
    const policy = { pcrs: 'any-image', public_key: bound.publicKey } as unknown as AttestationPolicy;
    expect(() => verifyAttestation(bytes, { roots: [root], at: MADE_AT, policy })).toThrow(
      /"public_key".*publicKey/,
    );
  });
});

describe('when a member has another type', () => {
  it.each([
    ['unknownFields', 'Refuse'],
    ['unknownFields', true],
    ['unknownFields', null],
    ['maxAgeMs', '60000'],
    ['maxAgeMs', Number.NaN],
    ['maxAgeMs', -1],
    ['maxSkewMs', null],
  ])('in the policy of a document: %s %s', (name, value) => {
    const policy = { ...POLICY, [name]: value } as unknown as AttestationPolicy;
    expect(verdict(bytes, { ...OPTIONS, policy })).toBe('PolicyError policy_invalid');
  });

  it.each([null, 7, root, new Map()])('roots that are no list: %s', (roots) => {
    expect(verdict(bytes, { ...OPTIONS, roots } as unknown as VerifyOptions)).toBe(
      'PolicyError root_invalid',
    );
  });

  it.each([
    ['policy_invalid', { audience: 7 }],
    ['policy_invalid', { audience: null }],
    ['policy_invalid', { nonce: Uint8Array.of(1) }],
    ['policy_invalid', { kmsPolicy: 'Locked' }],
    ['policy_invalid', { kmsPolicy: null }],
    // With an instant that is no number every comparison is false, so no report would ever expire.
    ['instant_invalid', { instant: Number.NaN }],
    ['instant_invalid', { instant: '2026-01-15T12:00:00Z' }],
    ['instant_invalid', { instant: undefined }],
    ['instant_invalid', { instant: Number.POSITIVE_INFINITY }],
    ['policy_empty', { pcrs: undefined }],
  ])('in the policy of a report: %s for %o', (code, members) => {
    const policy = { ...REPORT_POLICY, ...members } as unknown as ReportPolicy;
    expect(codeOfReport(policy)).toBe(code);
    expect(explainReport(report!.bundle, policy)).toMatchObject({ verified: false, code });
  });

  it.each([undefined, null])('a report without a policy: %s', (policy) => {
    expect(codeOfReport(policy)).toBe('policy_empty');
  });
});
