/** The cache of verified chains makes verification faster and never changes a verdict. */
import { createPublicKey } from 'node:crypto';
import { ChainCache, explainAttestation, verifyAttestation } from '@perf-aggregator/attestation';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANY, type Case, judge, optionsOf, verdict } from './conformance/case.ts';
import { CASES } from './conformance/cases.ts';
import { certificates } from './conformance/made.ts';
import { fixture, VECTORS } from './conformance/real-documents.ts';
import { buildDocument, keyOf, MADE_AT } from './nitro-builder.ts';

/** A back end that counts signature checks. */
function counting(): { readonly crypto: CryptoBackend; count: number } {
  const counter = {
    count: 0,
    crypto: {
      ...node,
      p384Verify(...input: Parameters<CryptoBackend['p384Verify']>) {
        counter.count++;
        return node.p384Verify(...input);
      },
    },
  };
  return counter;
}

function signaturesOf(bytes: Uint8Array, cache?: ChainCache): number {
  const counter = counting();
  const options = { at: 'document', policy: { pcrs: 'any-image', allowDebug: true } } as const;
  verifyAttestation(bytes, cache ? { ...options, cache } : options, counter.crypto);
  return counter.count;
}

const real = fixture('turnkey-sdk-prod-indef-2025.b64');

describe('when signature checks are counted', () => {
  it.each(VECTORS)('$name takes five, and one with its chain in the cache', ({ file }) => {
    const bytes = fixture(file);
    const cache = new ChainCache();
    expect(signaturesOf(bytes)).toBe(5);
    expect(signaturesOf(bytes, cache)).toBe(5);
    expect(signaturesOf(bytes, cache)).toBe(1);
    cache.clear();
    expect(signaturesOf(bytes, cache)).toBe(5);
  });

  it('another enclave on the same machine takes two', () => {
    const cache = new ChainCache();
    const counter = counting();
    const first = buildDocument();
    const second = buildDocument(certificates(4, { serial: '02020777' }));
    for (const { bytes } of [first, second]) {
      counter.count = 0;
      verifyAttestation(
        bytes,
        { roots: [first.root], at: MADE_AT, policy: { pcrs: 'any-image' }, cache },
        counter.crypto,
      );
    }
    expect(counter.count).toBe(2);
  });
});

describe('when something is verified with a cache', () => {
  /** Real and built documents, and mutations of them. */
  const arbitraryCase = fc.constantFrom(...CASES).chain((one) =>
    fc.oneof(
      { weight: 3, arbitrary: fc.constant(one) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.nat(Math.max(0, one.document.length / 2 - 1)), fc.integer({ min: 1, max: 255 }))
          .map(([at, mask]): Case => {
            const bytes = decodeHex(one.document);
            bytes.set(
              bytes.subarray(at, at + 1).map((byte) => byte ^ mask),
              at,
            );
            return { ...one, document: Buffer.from(bytes).toString('hex') };
          }),
      },
      // The same evidence under other roots and at other instants.
      {
        weight: 1,
        arbitrary: fc
          .tuple(fc.constantFrom(...CASES), fc.integer({ min: -8_000_000, max: 8_000_000 }))
          .map(([other, skew]): Case => {
            const { roots: _, ...bare } = one;
            const at = typeof one.at === 'number' ? one.at + skew : one.at;
            return { ...bare, at, ...(other.roots ? { roots: other.roots } : {}) };
          }),
      },
    ),
  );

  it('the verdict is the same as without a cache, for all cases and mutations, in any order and at any size', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryCase, { minLength: 1, maxLength: 12 }),
        fc.constantFrom(1, 2, 4, 5, 6, 256),
        (cases, size) => {
          const cache = new ChainCache({ size });
          for (const one of [...cases, ...cases.toReversed()]) {
            const told = judge(one, node, cache);
            expect(told, one.name).toBe(judge(one));
            expect(cache.count).toBeLessThanOrEqual(size);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('the explanation is the same too', () => {
    const cache = new ChainCache();
    for (const one of CASES.filter(({ rule }) => rule === 9 || rule === 11)) {
      const without = explainAttestation(decodeHex(one.document), optionsOf(one));
      for (let i = 0; i < 2; i++) {
        expect(explainAttestation(decodeHex(one.document), optionsOf(one, cache))).toEqual(without);
      }
    }
  });
});

describe('when a chain is in the cache', () => {
  const { bytes, root } = buildDocument();
  const policy = { pcrs: 'any-image' } as const;
  const hour = 3_600_000;
  const judged = (document: Uint8Array, cache: ChainCache, at = MADE_AT, roots = [root]) =>
    verdict(document, { roots, at, policy: { ...policy, maxAgeMs: 10 * hour, maxSkewMs: 10 * hour }, cache });

  function warm(): ChainCache {
    const cache = new ChainCache();
    expect(judged(bytes, cache)).toBe('verified');
    expect(cache.count).toBe(5);
    return cache;
  }

  it('it expires with its certificates, leaves the cache then, and is verified again', () => {
    const cache = warm();
    expect(judged(bytes, cache, MADE_AT + hour + 1000)).toBe('VerificationError certificate_expired');
    expect(cache.count).toBe(0);
    expect(judged(bytes, cache, MADE_AT - hour - 1)).toBe('VerificationError certificate_not_yet_valid');
    expect(judged(bytes, cache)).toBe('verified');
  });

  it('a certificate that one root verifies is not trusted under another root', () => {
    const cache = warm();
    const impostor = buildDocument(certificates(0, { foreignKey: true, signer: keyOf(5) })).root;
    expect(judged(bytes, cache, MADE_AT, [impostor])).toBe('VerificationError root_untrusted');
    expect(judged(bytes, cache, MADE_AT, [])).toBe('VerificationError root_untrusted');
    expect(judged(bytes, cache)).toBe('verified');
  });

  it('a cached certificate does not make other certificates trusted', () => {
    const cache = warm();
    // The genuine leaf under another intermediate, and another leaf under the genuine intermediates.
    for (const index of [1, 2, 3, 4]) {
      const forged = buildDocument(certificates(index, { signer: keyOf(6) }));
      expect(judged(forged.bytes, cache)).toMatch(/^VerificationError (?:chain_invalid|root_untrusted)$/);
    }
    const skipped = buildDocument({ cabundle: ([top, a, , c]) => [top!, a!, c!] });
    expect(judged(skipped.bytes, cache)).toBe('VerificationError chain_invalid');
    const unsigned = buildDocument({ signer: keyOf(6) });
    expect(judged(unsigned.bytes, cache)).toBe('VerificationError signature_invalid');
  });

  it('a caller that overwrites its input bytes does not change the cache', () => {
    const cache = new ChainCache();
    const buffer = new Uint8Array(bytes);
    const roots = [new Uint8Array(root)];
    expect(judged(buffer, cache, MADE_AT, roots)).toBe('verified');
    buffer.fill(0x41);
    roots[0]!.fill(0x41);
    expect(judged(bytes, cache)).toBe('verified');
    const forged = buildDocument(certificates(4, { signer: keyOf(6) }));
    expect(judged(forged.bytes, cache)).toBe('VerificationError chain_invalid');
  });

  it('a key that is written into the root bytes after their use is not trusted by the genuine root', () => {
    const cache = new ChainCache();
    const buffer = new Uint8Array(root);
    expect(judged(bytes, cache, MADE_AT, [buffer])).toBe('verified');
    const pointOf = (index: number) =>
      new Uint8Array(createPublicKey(keyOf(index)).export({ format: 'der', type: 'spki' })).subarray(-97);
    const at = Buffer.from(buffer).indexOf(pointOf(0));
    expect(at).toBeGreaterThan(0);
    buffer.set(pointOf(6), at);
    const forged = buildDocument(certificates(1, { signer: keyOf(6) }));
    expect(judged(forged.bytes, cache)).toBe('VerificationError chain_invalid');
    expect(judged(forged.bytes, new ChainCache(), MADE_AT, [buffer])).toBe('verified');
  });

  it('chains that fail are not cached', () => {
    const cache = new ChainCache();
    for (const one of CASES.filter(({ expect: told }) => told.startsWith('VerificationError'))) {
      expect(judge(one, node, cache)).toBe(one.expect);
    }
    expect(cache.count).toBe(0);
  });
});

describe('when the cache is full', () => {
  it('the least recently used certificate is removed', () => {
    const cache = new ChainCache({ size: 6 });
    const { root } = buildDocument();
    const leaves = ['02020701', '02020702', '02020703'].map((serial) =>
      buildDocument(certificates(4, { serial })),
    );
    const count = (bytes: Uint8Array) => {
      const counter = counting();
      const options = { roots: [root], at: MADE_AT, policy: { pcrs: 'any-image' }, cache } as const;
      verifyAttestation(bytes, options, counter.crypto);
      return counter.count;
    };
    expect(leaves.map(({ bytes }) => count(bytes))).toEqual([5, 2, 2]);
    expect(cache.count).toBe(6);
    // The first leaf was removed. The authorities are in use and stayed.
    expect([leaves[2]!, leaves[1]!, leaves[0]!].map(({ bytes }) => count(bytes))).toEqual([1, 1, 2]);
  });

  it('expired certificates are removed first', () => {
    const cache = new ChainCache({ size: 6 });
    const { root } = buildDocument();
    const short = buildDocument(certificates(4, { notAfter: MADE_AT + 1000, serial: '02020701' }));
    const long = buildDocument(certificates(4, { serial: '02020702' }));
    const next = buildDocument(certificates(4, { serial: '02020703' }));
    const options = (at: number) => ({ roots: [root], at, policy: { pcrs: 'any-image' }, cache }) as const;
    verifyAttestation(long.bytes, options(MADE_AT));
    verifyAttestation(short.bytes, options(MADE_AT));
    verifyAttestation(next.bytes, options(MADE_AT + 3000));
    const counter = counting();
    verifyAttestation(long.bytes, options(MADE_AT + 3000), counter.crypto);
    expect(counter.count).toBe(1);
  });

  it.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('a size of %s is refused', (size) => {
    expect(() => new ChainCache({ size })).toThrow(RangeError);
  });

  it('a cache of one place gives correct verdicts', () => {
    const cache = new ChainCache({ size: 1 });
    const policy = { ...ANY, pcrs: 'any-image' } as const;
    for (let i = 0; i < 3; i++) {
      const one: Case = {
        rule: 0,
        name: 'one place',
        document: Buffer.from(real).toString('hex'),
        at: 'document',
        policy,
        expect: 'verified',
      };
      expect(judge(one, node, cache)).toBe('verified');
      expect(cache.count).toBe(1);
    }
  });
});
