/** The contents of a verdict, and the forms of a call. conformance.test.ts tests the rules. */
import { createHash } from 'node:crypto';
import {
  type AttestationPolicy,
  AWS_NITRO_ROOT_G1,
  AWS_NITRO_ROOT_G1_SHA256,
  explainAttestation,
  VerificationError,
  type VerifyOptions,
  verifyAttestation,
} from '@perf-aggregator/attestation';
import { RULES } from '@perf-aggregator/attestation/checklist';
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { describe, expect, it } from 'vitest';
import { verdict } from './conformance/case.ts';
import { certificates } from './conformance/made.ts';
import { fixture, NOW, VECTORS } from './conformance/real-documents.ts';
import { buildDocument, MADE_AT } from './nitro-builder.ts';

const ANY: AttestationPolicy = { pcrs: 'any-image', allowDebug: true };
const AT_DOCUMENT: VerifyOptions = { at: 'document', policy: ANY };

describe.each(VECTORS)('when the document is the real $name', (vector) => {
  const bytes = fixture(vector.file);

  it('the verdict agrees with its publisher, on both back ends', () => {
    const told = verifyAttestation(bytes, AT_DOCUMENT);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(vector.sha256);
    expect(told.timestamp).toBe(vector.timestamp_ms);
    expect(told.moduleId).toBe(vector.module_id);
    for (const [index, hex] of [vector.pcr0, vector.pcr1, vector.pcr2].entries()) {
      expect(encodeHex(told.pcrs.get(index)!)).toBe(hex);
    }
    expect(told.debug).toBe(vector.debug_mode);
    expect(told.chain).toHaveLength(5);
    expect(told).toMatchObject({ simulated: false, rootSha256: AWS_NITRO_ROOT_G1_SHA256, unknownFields: [] });
    expect(verifyAttestation(bytes, AT_DOCUMENT, noble)).toEqual(told);
    expect(told).toMatchObject(decodeAttestationUnverified(bytes));
  });
});

describe('when a built chain is trusted', () => {
  it('it is marked as simulated, and its root and names are given', () => {
    const { bytes, root } = buildDocument();
    const told = verifyAttestation(bytes, { ...AT_DOCUMENT, roots: [AWS_NITRO_ROOT_G1, root] });
    expect(told.simulated).toBe(true);
    expect(told.rootSha256).toBe(createHash('sha256').update(root).digest('hex'));
    expect(told.chain.map((link) => link.subject)).toEqual(
      ['root', 'regional', 'zonal', 'instance', 'leaf'].map((role) => `CN=test ${role}`),
    );
  });

  it('unknown fields are listed by name', () => {
    const { bytes, root } = buildDocument({ payload: { future: [{ nested: 1.5 }], other: null } });
    const told = verifyAttestation(bytes, { ...AT_DOCUMENT, roots: [root] });
    expect(told.unknownFields).toEqual(['future', 'other']);
  });
});

describe('when the root is that of AWS', () => {
  it('it has the hash that AWS publishes', () => {
    expect(createHash('sha256').update(AWS_NITRO_ROOT_G1).digest('hex')).toBe(AWS_NITRO_ROOT_G1_SHA256);
    expect(AWS_NITRO_ROOT_G1_SHA256).toBe('641a0321a3e244efe456463195d606317ed7cdcc3c1756e09893f3c68f79bb5b');
  });

  it('a caller that overwrites the exported bytes does not change the trust of others', () => {
    const genuine = new Uint8Array(AWS_NITRO_ROOT_G1);
    const { bytes, root } = buildDocument();
    try {
      AWS_NITRO_ROOT_G1.fill(0);
      AWS_NITRO_ROOT_G1.set(root.subarray(0, AWS_NITRO_ROOT_G1.length));
      expect(verdict(fixture(VECTORS[0]!.file), AT_DOCUMENT)).toBe('verified');
      expect(verdict(bytes, AT_DOCUMENT)).toBe('VerificationError root_untrusted');
    } finally {
      AWS_NITRO_ROOT_G1.set(genuine);
    }
  });
});

describe('when the caller chooses the instant', () => {
  const bytes = fixture('turnkey-sdk-prod-indef-2025.b64');
  const made = verifyAttestation(bytes, AT_DOCUMENT).timestamp;

  it('a clock is read once, and live documents are verified at its time', () => {
    let reads = 0;
    const clock = { now: () => made + 1000 * ++reads };
    expect(verdict(bytes, { at: { clock }, policy: ANY })).toBe('verified');
    expect(reads).toBe(1);
    const late = { now: () => made + 5 * 60_000 + 1 };
    expect(verdict(bytes, { at: { clock: late }, policy: ANY })).toBe('PolicyError document_not_fresh');
    const now = { now: () => NOW };
    expect(verdict(bytes, { at: { clock: now }, policy: ANY })).toBe('VerificationError certificate_expired');
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['another word', 'now'],
    ['no number', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
    ['text', String(made)],
    ['a bigint', BigInt(made)],
    ['a Date', new Date(made)],
    ['an object', {}],
    ['a clock that is null', { clock: null }],
    ['a clock that has stopped', { clock: { now: () => Number.NaN } }],
    ['a clock that is late', { clock: { now: () => Promise.resolve(made) } }],
    ['a function', () => made],
  ])('%s is refused', (_, at) => {
    const options = { at, policy: ANY } as unknown as VerifyOptions;
    expect(verdict(bytes, options)).toBe('PolicyError instant_invalid');
    expect(explainAttestation(bytes, options)).toMatchObject({ verified: false, code: 'instant_invalid' });
  });
});

describe('when JavaScript callers pass other types', () => {
  const { bytes, root } = buildDocument({ payload: { nonce: new Uint8Array(3) } });
  const judged = (policy: unknown) =>
    verdict(bytes, { roots: [root], at: MADE_AT, policy } as unknown as VerifyOptions);

  it.each([
    ['no policy', undefined, 'policy_empty'],
    ['null', null, 'policy_empty'],
    ['nothing in it', {}, 'policy_empty'],
    ['pcrs null', { pcrs: null }, 'policy_empty'],
    ['pcrs as a map', { pcrs: [new Map([[0, 'x']])] }, 'policy_empty'],
    ['an alternative that is null', { pcrs: [null] }, 'policy_empty'],
    ['pcrs as one object', { pcrs: { 0: '00' } }, 'policy_invalid'],
    ['pcrs as a number', { pcrs: 7 }, 'policy_invalid'],
    ['pcrs as another word', { pcrs: 'any' }, 'policy_invalid'],
    ['a measurement in a list', { pcrs: [{ 0: ['01'.repeat(48)] }] }, 'policy_invalid'],
    ['a measurement as bytes', { pcrs: [{ 0: new Uint8Array(48).fill(1) }] }, 'policy_invalid'],
    // Without the check, three zero bytes would equal three characters that are no numbers.
    ['a nonce as text', { pcrs: 'any-image', nonce: 'abc' }, 'policy_invalid'],
    ['a nonce as a list', { pcrs: 'any-image', nonce: [0, 0, 0] }, 'policy_invalid'],
    ['a public key that is null', { pcrs: 'any-image', publicKey: null }, 'policy_invalid'],
    ['user data as a number', { pcrs: 'any-image', userData: 0 }, 'policy_invalid'],
  ])('%s is refused', (_, policy, code) => {
    expect(judged(policy)).toBe(`PolicyError ${code}`);
  });

  it('debug mode needs true, not another truthy value', () => {
    const zero = buildDocument({ payload: { pcrs: new Map([[0, new Uint8Array(48)]]) } });
    const policy = { pcrs: 'any-image', allowDebug: 'yes' } as unknown as AttestationPolicy;
    expect(verdict(zero.bytes, { roots: [zero.root], at: MADE_AT, policy })).toBe('PolicyError debug_mode');
  });

  it.each([undefined, null, '', 'hEShATgioFkQ', 7, [], {}, new ArrayBuffer(5), new Uint16Array(8)])(
    'a document that is %s is malformed',
    (document) => {
      expect(verdict(document as unknown as Uint8Array, AT_DOCUMENT)).toBe(
        'VerificationError document_malformed',
      );
    },
  );

  it('a Buffer is accepted like a Uint8Array, including one in a pool', () => {
    expect(verdict(Buffer.from(bytes), { roots: [Buffer.from(root)], at: MADE_AT, policy: ANY })).toBe(
      'verified',
    );
  });

  it('a caller that reuses the buffer does not change the verified values', () => {
    const buffer = new Uint8Array(bytes);
    const told = verifyAttestation(buffer, { roots: [root], at: MADE_AT, policy: ANY });
    const before = structuredClone(told);
    buffer.fill(0xff);
    expect(told).toEqual(before);
  });
});

describe('when several things are wrong', () => {
  it('an invalid document takes precedence over every policy error', () => {
    const { bytes, root } = buildDocument({
      payload: { pcrs: new Map([[0, new Uint8Array(48)]]) },
      signature: (signature) => signature.map((b, i) => (i === 9 ? b ^ 1 : b)),
    });
    expect(verdict(bytes, { roots: [root], at: MADE_AT, policy: { pcrs: [] } })).toBe(
      'VerificationError signature_invalid',
    );
  });
});

describe('when the verdict is explained', () => {
  it('every rule is listed in order, and the rules after a failure are marked as not reached', () => {
    const { bytes, root } = buildDocument(certificates(4, { notAfter: MADE_AT - 1000 }));
    const told = explainAttestation(bytes, { ...AT_DOCUMENT, roots: [root] });
    expect(told.checks.map((check) => check.rule)).toEqual([...RULES]);
    const failed = told.checks.findIndex((check) => check.ok === false);
    expect(told.checks[failed]?.rule).toBe('chain');
    expect(told.checks.slice(0, failed).every((check) => check.ok === true)).toBe(true);
    expect(told.checks.slice(failed + 1).every((check) => check.ok === null)).toBe(true);
    expect(told).toMatchObject({ verified: false, simulated: true, code: 'certificate_expired' });
    expect(told.document?.timestamp).toBe(MADE_AT);
  });

  it('a document that verifies passes every rule', () => {
    const { bytes, root } = buildDocument();
    const told = explainAttestation(bytes, { roots: [root], at: MADE_AT, policy: ANY });
    expect(told.checks.map(({ rule, ok }) => [rule, ok])).toEqual(RULES.map((rule) => [rule, true]));
  });

  it('bytes that are no CBOR have no document to show', () => {
    const told = explainAttestation(Uint8Array.of(1, 2, 3), AT_DOCUMENT);
    expect(told).toMatchObject({ verified: false, simulated: false, code: 'document_malformed' });
    expect(told.document).toBeUndefined();
  });

  it('an unverified reading still needs a document', () => {
    expect(() => decodeAttestationUnverified(Uint8Array.of(0x84))).toThrow(VerificationError);
  });
});
