/**
 * Mistakes found in published verifiers. Each document here would get a wrong verdict from a verifier with that
 * mistake.
 */
import { ChainCache, verifyAttestation } from '@perf-aggregator/attestation';
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { verdict } from './conformance/case.ts';
import { withField } from './conformance/changes.ts';
import { certificates } from './conformance/made.ts';
import { fixture, VECTORS } from './conformance/real-documents.ts';
import { buildDocument, type DocumentSpec, keyOf, MADE_AT } from './nitro-builder.ts';

const ANY = { pcrs: 'any-image' } as const;
const P384_ORDER = BigInt(`0x${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);

function judged(spec: DocumentSpec, at: number | 'document' = MADE_AT): string {
  const { bytes, root } = buildDocument(spec);
  return verdict(bytes, { roots: [root], at, policy: ANY });
}

describe('when a verifier makes a mistake of published verifiers', () => {
  it('PCR index 32 accepted: an index beyond the registers is refused', () => {
    const pcrs = (last: number) =>
      new Map([0, last].map((index) => [index, new Uint8Array(48).fill(1)] as const));
    expect(judged({ payload: { pcrs: pcrs(31) } })).toBe('verified');
    expect(judged({ payload: { pcrs: pcrs(32) } })).toBe('VerificationError payload_malformed');
  });

  it('PCR comparison commented out: each bit of each expected register is compared', () => {
    const { bytes, root } = buildDocument();
    const { pcrs } = decodeAttestationUnverified(bytes);
    for (const [index, value] of pcrs) {
      for (const bit of [0, 191, 383]) {
        const wrong = value.slice();
        wrong[bit >> 3]! ^= 1 << (bit & 7);
        const expected = { 0: encodeHex(pcrs.get(0)!), [index]: encodeHex(wrong) };
        const options = { roots: [root], at: MADE_AT, policy: { pcrs: [expected] } };
        expect(verdict(bytes, options)).toBe('PolicyError pcr_mismatch');
      }
    }
  });

  it('protected algorithm never read: a valid signature under another algorithm name is refused', () => {
    // ES256, ES512, EdDSA, PS384, HMAC and an unassigned number. The leaf signed each with P-384.
    for (const header of ['a10126', 'a1013823', 'a10127', 'a1013825', 'a10105', 'a10100']) {
      expect(judged({ protectedHeader: decodeHex(header) })).toBe('VerificationError cose_header_invalid');
    }
  });

  it('last write wins on duplicate keys: duplicates are refused', () => {
    const own = encodeCbor(new Map([[0, new Uint8Array(48).fill(7)]]));
    const twice = withField(encodeHex(concatBytes(encodeCbor('pcrs'), own)));
    expect(judged({ payloadBytes: twice })).toBe('VerificationError payload_malformed');
    const nested = decodeHex(`6470637273a2005830${'01'.repeat(48)}005830${'07'.repeat(48)}`);
    expect(judged({ payload: { pcrs: undefined }, payloadBytes: withField(encodeHex(nested)) })).toBe(
      'VerificationError payload_malformed',
    );
  });

  it('timestamp never compared: an old document with valid certificates is not live', () => {
    const old: DocumentSpec = { payload: { timestamp: MADE_AT - 50 * 60_000 } };
    expect(judged(old)).toBe('PolicyError document_not_fresh');
    expect(judged(old, 'document')).toBe('verified');
    const future: DocumentSpec = { payload: { timestamp: MADE_AT + 50 * 60_000 } };
    expect(judged(future)).toBe('PolicyError document_not_fresh');
  });

  it('low s only: the real documents with high s verify', () => {
    const isHigh = (bytes: Uint8Array) => BigInt(`0x${encodeHex(bytes.subarray(-48))}`) > P384_ORDER / 2n;
    const high = VECTORS.map(({ file }) => fixture(file)).filter(isHigh);
    expect(high.length).toBeGreaterThan(3);
    for (const bytes of high) {
      const policy = { ...ANY, allowDebug: true };
      expect(verifyAttestation(bytes, { at: 'document', policy }).simulated).toBe(false);
    }
  });

  it('root taken from the bundle: a complete chain of the attacker is not trusted', () => {
    const { bytes } = buildDocument();
    expect(verdict(bytes, { at: MADE_AT, policy: ANY })).toBe('VerificationError root_untrusted');
    // The genuine root in first place does not help, and neither does a root with the name of the genuine one.
    const { cabundle } = decodeAttestationUnverified(fixture('dstack-debug-2025.b64'));
    const borrowed = buildDocument({ cabundle: ([, ...rest]) => [cabundle[0]!, ...rest] });
    expect(verdict(borrowed.bytes, { at: MADE_AT, policy: ANY })).toBe('VerificationError chain_invalid');
    const whole = buildDocument({ cabundle: () => [...cabundle] });
    expect(verdict(whole.bytes, { at: 'document', policy: ANY })).toBe('VerificationError chain_invalid');
  });

  it('cached intermediates never expired: they expire in the cache at their normal time', () => {
    const lasting = buildDocument(certificates(4, { notAfter: MADE_AT + 7_200_000 }));
    const cache = new ChainCache();
    const at = (instant: number) => ({
      roots: [lasting.root],
      at: instant,
      policy: { ...ANY, maxAgeMs: 7_200_000 },
      cache,
    });
    expect(verdict(lasting.bytes, at(MADE_AT))).toBe('verified');
    expect(verdict(lasting.bytes, at(MADE_AT))).toBe('verified');
    // The intermediates are valid for an hour, the leaf for two.
    expect(verdict(lasting.bytes, at(MADE_AT + 3_601_000))).toBe('VerificationError certificate_expired');
  });

  it('a psychic signature: a signature of zeros is refused', () => {
    expect(judged({ signature: () => new Uint8Array(96) })).toBe('VerificationError signature_malformed');
  });

  it('a genuine certificate of the bundle treated as an authority: a leaf cannot issue certificates', () => {
    const leafOnly = ['300c0603551d130101ff04023000', '300b0603551d0f040403020780'];
    const spec = { length: 6, certificates: [{}, {}, {}, {}, { extensions: leafOnly }, {}] };
    expect(judged(spec)).toBe('VerificationError certificate_constraint_violated');
    expect(judged({ signer: keyOf(3) })).toBe('VerificationError signature_invalid');
  });
});
