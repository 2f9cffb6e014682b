import { createHash, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import {
  type AttestationPolicy,
  AWS_NITRO_ROOT_G1,
  explainAttestation,
  PolicyError,
  RULES,
  VerificationError,
  type VerifyOptions,
  verifyAttestation,
} from '@perf-aggregator/attestation';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildDocument, type DocumentSpec, defaultExtensions, EXTENSION, MADE_AT } from './nitro-builder.ts';

interface Vector {
  name: string;
  file: string;
  sha256: string;
  timestamp_ms: number;
  module_id: string;
  pcr0: string;
  pcr1: string;
  pcr2: string;
  debug_mode: boolean;
}

const fixtures = new URL('./fixtures/', import.meta.url);
const vectors = JSON.parse(readFileSync(new URL('vectors.json', fixtures), 'utf8')) as { valid: Vector[] };
const ANY: AttestationPolicy = { pcrs: 'any-image', allowDebug: true };
const AT_DOCUMENT: VerifyOptions = { at: 'document', policy: ANY };
const NOW = Date.UTC(2026, 10, 22);

function fixture(file: string): Uint8Array {
  return new Uint8Array(Buffer.from(readFileSync(new URL(file, fixtures), 'utf8'), 'base64'));
}

/** Class and code of what verification says. */
function verdict(bytes: Uint8Array, options: VerifyOptions = AT_DOCUMENT): string {
  let thrown = 'verified';
  try {
    verifyAttestation(bytes, options);
  } catch (error) {
    if (!(error instanceof VerificationError || error instanceof PolicyError)) throw error;
    thrown = `${error.name} ${error.code}`;
  }
  const told = explainAttestation(bytes, options);
  expect(told.verified).toBe(thrown === 'verified');
  expect(thrown.endsWith(told.code ?? 'verified')).toBe(true);
  return thrown;
}

describe.each(vectors.valid)('when the document is the real $name', (vector) => {
  const bytes = fixture(vector.file);

  it('it verifies at its own time and says what its publisher said', () => {
    const told = verifyAttestation(bytes, AT_DOCUMENT);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(vector.sha256);
    expect(told.timestamp).toBe(vector.timestamp_ms);
    expect(told.moduleId).toBe(vector.module_id);
    for (const [index, hex] of [vector.pcr0, vector.pcr1, vector.pcr2].entries()) {
      expect(encodeHex(told.pcrs.get(index)!)).toBe(hex);
    }
    expect(told.debug).toBe(vector.debug_mode);
    expect(told.chain).toHaveLength(5);
    expect(told.simulated).toBe(false);
    expect(told.unknownFields).toEqual([]);
    expect(verifyAttestation(bytes, AT_DOCUMENT, noble)).toEqual(told);
  });

  it('it has expired now, and is refused as debug unless that is asked for', () => {
    expect(verdict(bytes, { at: NOW, policy: ANY })).toBe(
      'VerificationError certificate_expired',
    );
    expect(verdict(bytes, { at: 'document', policy: { pcrs: 'any-image' } })).toBe(
      vector.debug_mode ? 'PolicyError debug_mode' : 'verified',
    );
  });

  it('it matches its own measurements and no others', () => {
    const pcrs = { 0: vector.pcr0, 1: vector.pcr1.toUpperCase(), 2: vector.pcr2 };
    const wrong = { ...pcrs, 2: vector.pcr2.replace(/.$/, (last) => (last === '0' ? '1' : '0')) };
    const policy = (...alternatives: (typeof pcrs)[]) => ({ pcrs: alternatives, allowDebug: true });
    expect(verdict(bytes, { ...AT_DOCUMENT, policy: policy(pcrs) })).toBe('verified');
    expect(verdict(bytes, { ...AT_DOCUMENT, policy: policy(wrong, pcrs) })).toBe('verified');
    expect(verdict(bytes, { ...AT_DOCUMENT, policy: policy(wrong) })).toBe('PolicyError pcr_mismatch');
  });
});

describe('when a document is one of the invalid ones', () => {
  it.each([
    ['derived-pcr-bit-flip', 'signature_invalid'],
    ['derived-sig-bit-flip', 'signature_invalid'],
    ['derived-sig-zero', 'signature_malformed'],
    ['derived-sig-95', 'signature_malformed'],
    ['derived-alg-es256', 'cose_header_invalid'],
    ['derived-alg-in-unprotected', 'cose_header_invalid'],
    ['derived-unprotected-extra', 'cose_header_invalid'],
    ['derived-array-3', 'cose_malformed'],
    ['derived-truncated', 'document_malformed'],
    ['derived-tag17', 'cose_malformed'],
    ['derived-cabundle-empty', 'payload_malformed'],
    ['derived-digest-sha256', 'payload_malformed'],
    ['derived-pcr-len-47', 'payload_malformed'],
    ['derived-no-pcrs', 'payload_malformed'],
    // A bad signature outranks its debug mode.
    ['eternis-invalid-signature', 'signature_invalid'],
    ['oyster-custom-root', 'root_untrusted'],
  ])('%s is refused as %s', (name, code) => {
    const bytes = fixture(`invalid/${name}.b64`);
    expect(verdict(bytes)).toBe(`VerificationError ${code}`);
    expect(verdict(bytes, { at: 'document', policy: { pcrs: 'any-image' } })).toBe(
      `VerificationError ${code}`,
    );
  });
});

/** The verdict over a built document under its own root, at the instant that it was made. */
function built(spec: DocumentSpec, policy: AttestationPolicy = ANY, instant = MADE_AT): string {
  const { bytes, root } = buildDocument(spec);
  return verdict(bytes, { roots: [root], at: instant, policy });
}

function certificates(index: number, spec: NonNullable<DocumentSpec['certificates']>[number]): DocumentSpec {
  const chain: NonNullable<DocumentSpec['certificates']> = [];
  for (let i = 0; i < 5; i++) chain.push(i === index ? spec : {});
  return { certificates: chain };
}

describe('when the chain is built by a test', () => {
  it('it verifies under its root, marked as simulated, on both cryptographic back ends', () => {
    const { bytes, root } = buildDocument();
    const options: VerifyOptions = {
      roots: [AWS_NITRO_ROOT_G1, root],
      at: 'document',
      policy: ANY,
    };
    for (const told of [verifyAttestation(bytes, options), verifyAttestation(bytes, options, noble)]) {
      expect(told.simulated).toBe(true);
      expect(told.rootSha256).toBe(createHash('sha256').update(root).digest('hex'));
      expect(told.chain.map((link) => link.subject)).toEqual(
        ['root', 'regional', 'zonal', 'instance', 'leaf'].map((role) => `CN=test ${role}`),
      );
    }
  });

  it('rule 1: one item, at most 16 KiB, nothing after it', () => {
    const { bytes } = buildDocument();
    expect(verdict(concatBytes(bytes, Uint8Array.of(0)))).toBe('VerificationError document_malformed');
    expect(verdict(new Uint8Array(16_385))).toBe('VerificationError document_malformed');
    expect(verdict(new Uint8Array())).toBe('VerificationError document_malformed');
  });

  it('rule 2: an array of four, untagged or tag 18', () => {
    const { bytes, root } = buildDocument();
    const options: VerifyOptions = { roots: [root], at: 'document', policy: ANY };
    expect(verdict(concatBytes(Uint8Array.of(0xd2), bytes), options)).toBe('verified');
    for (const wrap of [0xd1, 0xd3, 0x81]) {
      expect(verdict(concatBytes(Uint8Array.of(wrap), bytes), options)).toBe(
        'VerificationError cose_malformed',
      );
    }
    expect(verdict(encodeCbor([new Uint8Array(), {}, 'text', new Uint8Array()]))).toBe(
      'VerificationError cose_malformed',
    );
  });

  it('rule 3: ES384 in the protected header, nothing in the unprotected one', () => {
    for (const header of ['', 'a0', 'a10126', 'a2013822044131', 'a10139ffde', 'a201382220f6']) {
      expect(built({ protectedHeader: decodeHex(header) })).toBe('VerificationError cose_header_invalid');
    }
    expect(built({ unprotectedHeader: { kid: 1 } })).toBe('VerificationError cose_header_invalid');
    expect(built({ unprotectedHeader: [] })).toBe('VerificationError cose_header_invalid');
  });

  it('rule 4: r and s in range; high s is as good as low', () => {
    const order = BigInt(`0x${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);
    const flip = (signature: Uint8Array) => {
      const s = order - BigInt(`0x${encodeHex(signature.subarray(48))}`);
      return concatBytes(signature.subarray(0, 48), decodeHex(s.toString(16).padStart(96, '0')));
    };
    expect(built({ signature: flip })).toBe('verified');
    const orderBytes = decodeHex(order.toString(16));
    for (const bad of [
      (signature: Uint8Array) => concatBytes(signature.subarray(0, 48), orderBytes),
      (signature: Uint8Array) => concatBytes(orderBytes, signature.subarray(48)),
      (signature: Uint8Array) => concatBytes(signature, Uint8Array.of(0)),
      () => new Uint8Array(96),
    ]) {
      expect(built({ signature: bad })).toBe('VerificationError signature_malformed');
    }
  });

  it('rule 5: the leaf signed exactly these bytes', () => {
    expect(built({ signature: (signature) => signature.map((b, i) => (i === 20 ? b ^ 1 : b)) })).toBe(
      'VerificationError signature_invalid',
    );
  });

  it.each<[string, DocumentSpec]>([
    ['no module_id', { payload: { module_id: undefined } }],
    ['an empty module_id', { payload: { module_id: '' } }],
    ['another digest', { payload: { digest: 'SHA512' } }],
    ['timestamp zero', { payload: { timestamp: 0 } }],
    ['a negative timestamp', { payload: { timestamp: -1 } }],
    ['a timestamp that is no instant', { payload: { timestamp: 2n ** 63n } }],
    ['no PCR', { payload: { pcrs: new Map() } }],
    ['PCR 32', { payload: { pcrs: new Map([[32, new Uint8Array(48)]]) } }],
    ['PCR -1', { payload: { pcrs: new Map([[-1, new Uint8Array(48)]]) } }],
    ['a PCR of 47 bytes', { payload: { pcrs: new Map([[0, new Uint8Array(47)]]) } }],
    ['PCRs under text', { payload: { pcrs: { 0: new Uint8Array(48) } } }],
    ['no certificate', { payload: { certificate: null } }],
    ['an empty certificate', { payload: { certificate: new Uint8Array() } }],
    ['a certificate of 1,025 bytes', { payload: { certificate: new Uint8Array(1025) } }],
    ['an empty cabundle', { payload: { cabundle: [] } }],
    ['an empty entry of cabundle', { payload: { cabundle: [new Uint8Array()] } }],
    ['a payload that is no map', { payloadBytes: encodeCbor(['module_id']) }],
    ['a key that is no text', { payloadBytes: encodeCbor(new Map([[1, 2]])) }],
    ['a key twice', { payloadBytes: decodeHex('a2' + '66646967657374' + '01' + '66646967657374' + '02') }],
  ])('rule 6: %s is refused', (_, spec) => {
    expect(built(spec)).toBe('VerificationError payload_malformed');
  });

  it('rule 7: optional fields are absent, null or at most 1,024 bytes, and may be empty', () => {
    for (const nonce of [undefined, null, new Uint8Array(), new Uint8Array(1024)]) {
      expect(built({ payload: { nonce } })).toBe('verified');
    }
    for (const nonce of [new Uint8Array(1025), 'text', 0, []]) {
      expect(built({ payload: { nonce } })).toBe('VerificationError payload_optional_invalid');
    }
  });

  it('rule 8: unknown fields are reported and do not break verification', () => {
    const { bytes, root } = buildDocument({ payload: { future: [{ nested: 1.5 }] } });
    const told = verifyAttestation(bytes, { roots: [root], at: 'document', policy: ANY });
    expect(told.unknownFields).toEqual(['future']);
  });

  it('rule 9: the root comes from the caller, never from the bundle', () => {
    const { bytes, root } = buildDocument();
    expect(verdict(bytes)).toBe('VerificationError root_untrusted');
    expect(verdict(bytes, { ...AT_DOCUMENT, roots: [] })).toBe('VerificationError root_untrusted');
    // A bundle whose first entry is something else still verifies under the pinned root, and only there.
    const replaceRoot = ([, ...rest]: Uint8Array[]) => [AWS_NITRO_ROOT_G1, ...rest];
    const replaced = buildDocument({ cabundle: replaceRoot });
    expect(verdict(replaced.bytes, { ...AT_DOCUMENT, roots: [replaced.root] })).toBe('verified');
    expect(verdict(replaced.bytes)).toBe('VerificationError chain_invalid');
    // A root of the pinned one's name, with another key.
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const impostor = buildDocument({ ...certificates(1, { signer: privateKey }), cabundle: replaceRoot });
    expect(verdict(impostor.bytes, { ...AT_DOCUMENT, roots: [root] })).toBe(
      'VerificationError root_untrusted',
    );
  });

  it('rule 10: every link is named and signed by the one above', () => {
    for (const index of [2, 3, 4]) {
      expect(built(certificates(index, { issuer: 'test nobody' }))).toBe('VerificationError chain_invalid');
      const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
      expect(built(certificates(index, { signer: privateKey }))).toBe('VerificationError chain_invalid');
    }
    expect(built(certificates(1, { issuer: 'test nobody' }))).toBe('VerificationError chain_invalid');
    expect(built({ cabundle: ([root, a, b, c]) => [root!, b!, a!, c!] })).toMatch(/^VerificationError /);
    expect(built({ cabundle: ([root]) => [root!] })).toMatch(/^VerificationError /);
  });

  it('rule 10: every link is valid at the instant, to the second', () => {
    for (const index of [0, 1, 2, 3, 4]) {
      const expired = certificates(index, { notAfter: MADE_AT - 1000 });
      expect(built(expired)).toBe('VerificationError certificate_expired');
      expect(built(certificates(index, { notAfter: MADE_AT }), ANY, MADE_AT + 999)).toBe('verified');
      expect(built(certificates(index, { notAfter: MADE_AT }), ANY, MADE_AT + 1000)).toBe(
        'VerificationError certificate_expired',
      );
      expect(built(certificates(index, { notBefore: MADE_AT + 1000 }))).toBe(
        'VerificationError certificate_not_yet_valid',
      );
    }
    expect(built({}, ANY, Number.NaN)).toBe('PolicyError instant_invalid');
  });

  it('rule 10: archived evidence is judged at its own time', () => {
    const { bytes, root } = buildDocument({ payload: { timestamp: MADE_AT + 7_200_000 } });
    expect(verdict(bytes, { ...AT_DOCUMENT, roots: [root] })).toBe('VerificationError certificate_expired');
  });

  it.each<[string, NonNullable<DocumentSpec['certificates']>[number]]>([
    ['version 1', { version: '' }],
    ['version 2', { version: 'a003020101' }],
    ['a P-256 key', { curve: 'P-256' }],
    ['a signature with SHA-256', { hash: 'sha256' }],
    ['an extension twice', { extensions: [...defaultExtensions(4), EXTENSION.digitalSignature] }],
  ])('rule 10: %s is outside the profile', (_, spec) => {
    expect(built(certificates(4, spec))).toBe('VerificationError certificate_malformed');
  });

  it.each<[string, number, string[]]>([
    ['an intermediate that is no authority', 2, [EXTENSION.notAuthority, EXTENSION.certificateSign]],
    ['an intermediate without basic constraints', 2, [EXTENSION.certificateSign]],
    [
      'basic constraints that are not critical',
      2,
      [EXTENSION.authorityNotCritical, EXTENSION.certificateSign],
    ],
    ['a path longer than allowed', 1, [EXTENSION.authority(1), EXTENSION.certificateSign]],
    ['a path longer than the root allows', 0, [EXTENSION.authority(2), EXTENSION.certificateSign]],
    [
      'an intermediate that may not sign certificates',
      3,
      [EXTENSION.authority(0), EXTENSION.digitalSignature],
    ],
    ['an intermediate without key usage', 3, [EXTENSION.authority(0)]],
    ['a leaf that is an authority', 4, [EXTENSION.authority(0), EXTENSION.digitalSignature]],
    ['a leaf that may not sign', 4, [EXTENSION.notAuthority, EXTENSION.certificateSign]],
    [
      'an unknown critical extension of an authority',
      2,
      [...defaultExtensions(2), EXTENSION.unknownCritical],
    ],
    ['an unknown critical extension of the leaf', 4, [...defaultExtensions(4), EXTENSION.unknownCritical]],
  ])('rule 11: %s is refused', (_, index, extensions) => {
    expect(built(certificates(index, { extensions }))).toBe(
      'VerificationError certificate_constraint_violated',
    );
  });

  it('rule 11: what real chains vary is accepted', () => {
    const loose = [EXTENSION.authority(1), EXTENSION.certificateSignNotCritical, EXTENSION.unknown];
    expect(built(certificates(2, { extensions: loose }))).toBe('verified');
  });
});

describe('when a genuine document is not what the policy asks for', () => {
  const pcr = (index: number) => encodeHex(new Uint8Array(48).fill(index + 1));

  it('a policy that asks for nothing is an error, not a permission', () => {
    expect(built({}, { pcrs: [] })).toBe('PolicyError policy_empty');
    expect(built({}, { pcrs: [{ 0: pcr(0) }, {}] })).toBe('PolicyError policy_empty');
    const { bytes, root } = buildDocument();
    const none = { roots: [root], at: 'document' } as unknown as VerifyOptions;
    expect(verdict(bytes, none)).toBe('PolicyError policy_empty');
  });

  it('an expectation that cannot be met by any document is told apart', () => {
    for (const pcrs of [
      { 0: 'ab' },
      { 32: pcr(0) },
      { 0: 'x'.repeat(96) },
      { '-1': pcr(0) },
      { '00': pcr(0) },
    ]) {
      expect(built({}, { pcrs: [pcrs] })).toBe('PolicyError policy_invalid');
    }
  });

  it('every expected register counts, and one alternative suffices', () => {
    expect(built({}, { pcrs: [{ 0: pcr(0), 8: pcr(8) }] })).toBe('verified');
    expect(built({}, { pcrs: [{ 0: pcr(0), 8: pcr(9) }] })).toBe('PolicyError pcr_mismatch');
    expect(built({}, { pcrs: [{ 0: pcr(0), 16: pcr(16) }] })).toBe('PolicyError pcr_mismatch');
    expect(built({}, { pcrs: [{ 0: pcr(5) }, { 0: pcr(0) }] })).toBe('verified');
  });

  it('debug mode is refused even when its zeros are expected', () => {
    const zero = { pcrs: new Map([[0, new Uint8Array(48)]]) };
    const pcrs = [{ 0: '0'.repeat(96) }];
    expect(built({ payload: zero }, { pcrs })).toBe('PolicyError debug_mode');
    expect(built({ payload: zero }, { pcrs, allowDebug: true })).toBe('verified');
    const without = { pcrs: new Map([[1, new Uint8Array(48).fill(1)]]) };
    expect(built({ payload: without }, { pcrs: 'any-image' })).toBe('PolicyError debug_mode');
  });

  it('nonce, public key and user data are compared when given', () => {
    const bytes = Uint8Array.of(1, 2, 3);
    const other = Uint8Array.of(1, 2, 4);
    const spec = { payload: { nonce: bytes, public_key: bytes, user_data: bytes } };
    expect(built(spec, { ...ANY, nonce: bytes, publicKey: bytes, userData: bytes })).toBe('verified');
    expect(built(spec, { ...ANY, nonce: other })).toBe('PolicyError nonce_mismatch');
    expect(built(spec, { ...ANY, publicKey: other })).toBe('PolicyError public_key_mismatch');
    expect(built(spec, { ...ANY, userData: other })).toBe('PolicyError user_data_mismatch');
    expect(built({}, { ...ANY, nonce: bytes })).toBe('PolicyError nonce_mismatch');
    expect(built({}, { ...ANY, nonce: new Uint8Array() })).toBe('PolicyError nonce_mismatch');
  });

  it('a live document is at most five minutes away, unless the policy says otherwise', () => {
    const minutes = 60_000;
    expect(built({}, ANY, MADE_AT + 5 * minutes)).toBe('verified');
    expect(built({}, ANY, MADE_AT + 5 * minutes + 1)).toBe('PolicyError document_not_fresh');
    expect(built({}, ANY, MADE_AT - 5 * minutes)).toBe('verified');
    expect(built({}, ANY, MADE_AT - 5 * minutes - 1)).toBe('PolicyError document_not_fresh');
    expect(built({}, { ...ANY, maxAgeMs: 1000 }, MADE_AT + 1001)).toBe('PolicyError document_not_fresh');
    expect(built({}, { ...ANY, maxSkewMs: 0 }, MADE_AT - 1)).toBe('PolicyError document_not_fresh');
    expect(built({}, { ...ANY, maxAgeMs: 60 * minutes }, MADE_AT + 59 * minutes)).toBe('verified');
  });

  it('bad evidence outranks every policy', () => {
    const spec: DocumentSpec = {
      payload: { pcrs: new Map([[0, new Uint8Array(48)]]) },
      signature: (signature) => signature.map((b, i) => (i === 9 ? b ^ 1 : b)),
    };
    expect(built(spec, { pcrs: [] })).toBe('VerificationError signature_invalid');
  });
});

describe('when the judgement is explained', () => {
  it('every rule is listed in order, and those after a failure as not reached', () => {
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

  it('what is not even CBOR has no document to show', () => {
    const told = explainAttestation(Uint8Array.of(1, 2, 3), AT_DOCUMENT);
    expect(told).toMatchObject({ verified: false, simulated: false, code: 'document_malformed' });
    expect(told.document).toBeUndefined();
  });
});

describe('when bytes of a real document are changed', () => {
  const genuine = fixture('opensecret-nonce-pubkey-2024.b64');

  it('it is refused with a coded error, wherever the change is', () => {
    const changes = fc.array(fc.tuple(fc.nat(genuine.length - 1), fc.integer({ min: 1, max: 255 })), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(changes, (list) => {
        const bytes = genuine.slice();
        for (const [at, mask] of list) bytes[at] = bytes[at]! ^ mask;
        fc.pre(list.some(([at]) => bytes[at] !== genuine[at]));
        expect(verdict(bytes)).toMatch(/^VerificationError /);
      }),
      { numRuns: 300 },
    );
  });

  it('garbage and cut documents only throw coded errors', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.nat(genuine.length - 1)), (input) => {
        const bytes = typeof input === 'number' ? genuine.subarray(0, input) : input;
        expect(verdict(bytes)).toMatch(/^VerificationError /);
      }),
      { numRuns: 150 },
    );
  });
});
