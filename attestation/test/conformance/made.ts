/** Makes cases of documents that a chain of our own signs: each isolates one rule, all else being valid. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { buildDocument, type CertificateSpec, type DocumentSpec, MADE_AT } from '../nitro-builder.ts';
import { ANY, type Case } from './case.ts';

/** Name, what is expected (a code, or `verified`), the document, and what else the case is judged by. */
export type Row = readonly [
  name: string,
  expect: string,
  spec: DocumentSpec,
  more?: Partial<Pick<Case, 'at' | 'policy' | 'roots'>>,
];

/** Cases of one rule. @param errorClass - of all codes in `rows` */
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

/** A chain in which the certificate at `index` differs. */
export function certificates(index: number, spec: CertificateSpec, length = 5): DocumentSpec {
  return { length, certificates: Array.from({ length }, (_, i) => (i === index ? spec : {})) };
}
