import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import { describe, expect, it } from 'vitest';
import { SIGNATURES } from './conformance/signatures.ts';
import { holds } from './conformance/suite.ts';

const BACKENDS = [
  ['node', node],
  ['noble', noble],
] as const;

describe.each(BACKENDS)(
  "when Wycheproof's vectors for P-384 with SHA-384 run on the %s back end",
  (_name, crypto) => {
    it.each([
      ['der', 504, 194],
      ['p1363', 280, 193],
    ] as const)('agrees on signatures in %s', (encoding, count, valid) => {
      const cases = SIGNATURES.filter((one) => one.encoding === encoding);
      expect([cases.length, cases.filter((one) => one.isValid).length]).toEqual([count, valid]);
      const disagree = cases.filter((one) => holds(one, crypto) !== one.isValid);
      expect(disagree.map(({ id }) => id)).toEqual([]);
    });

    it('accepts high s as well as low s', () => {
      const order = BigInt(`0x${'f'.repeat(48)}c7634d81f4372ddf581a0db248b0a77aecec196accc52973`);
      const valid = SIGNATURES.filter((one) => one.encoding === 'p1363' && one.isValid).slice(0, 20);
      for (const one of valid) {
        const s = order - BigInt(`0x${one.signature.slice(96)}`);
        const flipped = one.signature.slice(0, 96) + s.toString(16).padStart(96, '0');
        expect(holds({ ...one, signature: flipped }, crypto), one.id).toBe(true);
      }
    });
  },
);

describe('when the vectors are those of the README', () => {
  it('they have its hash', () => {
    const folder = new URL('fixtures/wycheproof/', import.meta.url);
    const [, name, hash] = /\| `(\w+\.json)` \| `(\w{64})` \|/.exec(
      readFileSync(new URL('README.md', folder), 'utf8'),
    )!;
    expect(
      createHash('sha256')
        .update(readFileSync(new URL(name!, folder)))
        .digest('hex'),
    ).toBe(hash);
  });
});
