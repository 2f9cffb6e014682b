/**
 * Creates cases from documents that a chain of this test signs. Each case isolates one rule; everything else is valid.
 */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { buildDocument, type CertificateSpec, type DocumentSpec, MADE_AT } from '../nitro-builder.ts';
import { ANY, type Case } from './case.ts';

/** Name, expected verdict (a code, or `verified`), document, and the other inputs of the verification. */
export type Row = readonly [
  name: string,
  expect: string,
  spec: DocumentSpec,
  more?: Partial<Pick<Case, 'at' | 'policy' | 'roots'>>,
];

/**
 * Cases of one rule.
 * @param errorClass - class of all codes in `rows`
 */
export function casesOfRule(rule: number, errorClass: string, rows: readonly Row[]): readonly Case[] {
  return rows.map(([name, expect, spec, more]) => {
    const { bytes, root } = buildDocument(spec);
    return {
      rule,
      name: `rule ${rule}: ${name}`,
      document: encodeHex(bytes),
      roots: [encodeHex(root)],
      at: MADE_AT,
      policy: ANY,
      expect: expect === 'verified' ? expect : `${errorClass} ${expect}`,
      ...more,
    };
  });
}

/** A chain with a changed certificate at `index`. */
export function certificates(index: number, spec: CertificateSpec, length = 5): DocumentSpec {
  return { length, certificates: Array.from({ length }, (_, i) => (i === index ? spec : {})) };
}
