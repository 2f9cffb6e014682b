/** For any bytes the verifier throws coded errors only, and never needs much more work than for a valid document. */
import { type AttestationPolicy, VerificationError, verifyAttestation } from '@perf-aggregator/attestation';
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCertificate } from '../src/certificate.ts';
import { verdict } from './conformance/case.ts';
import { indefinite, withField } from './conformance/changes.ts';
import { certificates } from './conformance/made.ts';
import { fixture, VECTORS } from './conformance/real-documents.ts';
import { buildDocument, type DocumentSpec, EXTENSION, MADE_AT, sequence } from './nitro-builder.ts';

const ANY: AttestationPolicy = { pcrs: 'any-image', allowDebug: true };
const AT_DOCUMENT = { at: 'document', policy: ANY } as const;
const REFUSED = /^VerificationError /;
const documents = VECTORS.map(({ file }) => fixture(file));

/** Runs `read` and fails when it throws anything but a VerificationError. */
function onlyCoded(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(VerificationError);
  }
}

describe('when bytes of a real document are changed', () => {
  const document = fc.constantFrom(...documents);

  it('it is refused with a coded error for a change at any place', () => {
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    fc.assert(
      fc.property(document, fc.array(change, { minLength: 1, maxLength: 3 }), (genuine, changes) => {
        const bytes = genuine.slice();
        for (const [at, mask] of changes) bytes[at % bytes.length]! ^= mask;
        fc.pre(bytes.some((byte, i) => byte !== genuine[i]));
        const told = verdict(bytes, AT_DOCUMENT);
        expect(told).toMatch(REFUSED);
      }),
      { numRuns: 500 },
    );
  });

  it('each single byte of one document, in its structure', () => {
    const genuine = fixture('dstack-debug-2025.b64');
    // Without signature checks, the test reaches every byte of all structures in a short time.
    const blind = { ...node, p384Verify: () => false };
    for (let at = 0; at < genuine.length; at++) {
      for (const mask of [0x01, 0x20, 0x80, 0xff]) {
        const bytes = genuine.slice();
        bytes[at]! ^= mask;
        expect(verdict(bytes, AT_DOCUMENT, blind)).toMatch(REFUSED);
      }
    }
  });

  it('parts are removed, repeated, exchanged or inserted', () => {
    const cut = fc.tuple(fc.nat(), fc.nat({ max: 700 }), fc.nat(), fc.uint8Array({ maxLength: 40 }));
    fc.assert(
      fc.property(
        document,
        cut,
        fc.constantFrom('remove', 'repeat', 'move', 'insert'),
        (genuine, part, how) => {
          const [from, length, to, inserted] = part;
          const start = from % genuine.length;
          const piece = genuine.subarray(start, start + length);
          const rest = concatBytes(genuine.subarray(0, start), genuine.subarray(start + piece.length));
          const target = how === 'move' ? to % (rest.length + 1) : start;
          const base = how === 'remove' || how === 'move' ? rest : genuine;
          const added = { remove: new Uint8Array(), repeat: piece, move: piece, insert: inserted }[how];
          const bytes = concatBytes(base.subarray(0, target), added, base.subarray(target));
          fc.pre(bytes.length !== genuine.length || bytes.some((byte, i) => byte !== genuine[i]));
          expect(verdict(bytes, AT_DOCUMENT)).toMatch(REFUSED);
        },
      ),
      { numRuns: 500 },
    );
  });
});

describe('when the bytes are random', () => {
  const cborish = fc
    .array(
      fc.oneof(
        fc.constantFrom(0x84, 0x44, 0xa0, 0xbf, 0x9f, 0x5f, 0x7f, 0xff, 0xd2, 0x81, 0xa1),
        fc.nat(255),
      ),
      {
        maxLength: 300,
      },
    )
    .map((bytes) => Uint8Array.from(bytes));

  it('only coded errors are thrown', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 400 }), cborish), (bytes) => {
        expect(verdict(bytes, AT_DOCUMENT)).toMatch(REFUSED);
        onlyCoded(() => decodeAttestationUnverified(bytes));
        onlyCoded(() => parseCertificate(bytes));
      }),
      { numRuns: 1000 },
    );
  });

  it('also as a payload that is signed', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), cborish), (bytes) => {
        const { bytes: built } = buildDocument({ payloadBytes: () => bytes });
        expect(verdict(built, AT_DOCUMENT)).toMatch(REFUSED);
      }),
    );
  });

  it('also in the place of certificates', () => {
    const genuine = documents.flatMap((bytes) => {
      const { certificate, cabundle } = decodeAttestationUnverified(bytes);
      return [certificate, ...cabundle];
    });
    fc.assert(
      fc.property(
        fc.constantFrom(...genuine),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        (certificate, changes) => {
          const bytes = certificate.slice();
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          onlyCoded(() => parseCertificate(bytes));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

/** Documents that are expensive to verify. They have at most 16 KiB and are signed by a key of the attacker. */
const EXPENSIVE: Readonly<Record<string, Uint8Array>> = (() => {
  const future = (value: string): DocumentSpec => ({ payloadBytes: withField(`66667574757265${value}`) });
  const size = 11_000;
  const extensions = (count: number, der: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => der(i));
  const numbered = (i: number) => `300706035504${(i & 0x7f).toString(16).padStart(2, '0')}0400`;
  const many = buildDocument().bytes;
  const { cabundle } = decodeAttestationUnverified(many);
  const built = (spec: DocumentSpec) => buildDocument(spec).bytes;
  return {
    'as many lists as fit': new Uint8Array(16_384).fill(0x81),
    'as many open lists as fit': new Uint8Array(16_384).fill(0x9f),
    'as many tags as fit': new Uint8Array(16_384).fill(0xd2),
    'a list that says it is huge': decodeHex('9affffffff00'),
    'a byte string that says it is huge': decodeHex('845bffffffffffffffff'),
    'a future field of many numbers': built(
      future(`99${size.toString(16).padStart(4, '0')}${'01'.repeat(size)}`),
    ),
    'a future field of many chunks': built(future(`5f${'40'.repeat(size)}ff`)),
    'a future field of many open lists': built(future('9f'.repeat(size))),
    'a future field that says it is huge': built(future('9bffffffffffffffff')),
    'a nonce of many chunks': built({
      payload: { nonce: undefined },
      payloadBytes: withField(`656e6f6e63655f${'40'.repeat(size)}ff`),
    }),
    'an indefinite map of many keys': built({
      payloadBytes: (payload) =>
        indefinite(
          concatBytes(
            payload,
            ...Array.from({ length: 1800 }, (_, i) => encodeCbor(`k${i}`)).flatMap((key) => [
              key,
              Uint8Array.of(0),
            ]),
          ),
        ),
    }),
    'as many certificates as fit': built({
      cabundle: (bundle) => [bundle[0]!, bundle[1]!, ...Array.from({ length: 20 }, () => bundle[2]!)],
    }),
    'as many small certificates as fit': built({
      cabundle: (bundle) => [bundle[0]!, ...Array.from({ length: 4000 }, () => Uint8Array.of(0x30))],
    }),
    'as many distinct keys as sign': built({ length: 8 }),
    'a leaf of many extensions': built(certificates(4, { extensions: extensions(40, numbered) })),
    'a leaf of one long object identifier': built(
      certificates(4, { extensions: [...extensions(1, () => `3082018a06820184${'ff'.repeat(387)}7f0400`)] }),
    ),
    'a leaf of many names': built(
      certificates(4, {
        subjectDer: sequence(
          ...Array.from({ length: 35 }, () => decodeHex('310b300906035504031302' + '6161')),
        ),
      }),
    ),
    'an authority that may not issue, over the whole chain': built(
      certificates(1, { extensions: [EXTENSION.notAuthority] }),
    ),
    'a genuine chain over a leaf of somebody else': built({ cabundle: () => [...cabundle] }),
  };
})();

describe('when a document is built to be expensive', () => {
  const { bytes: valid, root } = buildDocument();
  const options = { roots: [root], at: MADE_AT, policy: ANY } as const;

  it.each(Object.entries(EXPENSIVE))(
    '%s: no more signature checks than for a valid one of its length',
    (_, bytes) => {
      let count = 0;
      const counting = {
        ...node,
        p384Verify: (...input: Parameters<typeof node.p384Verify>) =>
          ++count > 0 && node.p384Verify(...input),
      };
      expect(verdict(bytes, options, counting)).toMatch(/^(?:VerificationError |verified)/);
      expect(count).toBeLessThanOrEqual(8);
    },
  );

  it.each(Object.entries(EXPENSIVE))('%s: at most 20 times the time of a valid one', (_, bytes) => {
    expect(bytes.length).toBeLessThanOrEqual(16_384);
    const time = (document: Uint8Array) => {
      const started = performance.now();
      verdict(document, options);
      return performance.now() - started;
    };
    // The shortest of several interleaved runs, to exclude load and pauses of the machine.
    const best = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY] as [number, number];
    for (let i = 0; i < 9; i++) {
      best[0] = Math.min(best[0], time(bytes));
      best[1] = Math.min(best[1], time(valid));
    }
    expect(best[0]).toBeLessThanOrEqual(20 * best[1]);
  });

  it('none of them is refused only because its certificates are long', () => {
    for (const name of [
      'a leaf of many extensions',
      'a leaf of many names',
      'a leaf of one long object identifier',
    ]) {
      expect(decodeAttestationUnverified(EXPENSIVE[name]!).certificate.length).toBeGreaterThan(700);
    }
  });

  it('the valid one is valid', () => {
    expect(verifyAttestation(valid, options).simulated).toBe(true);
  });
});
