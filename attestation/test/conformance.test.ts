/** Every rule by documents that isolate it, on both cryptographic back ends, with a cache and without. */
import { explainAttestation } from '@perf-aggregator/attestation';
import { POLICY_ERROR_CODES, VERIFICATION_ERROR_CODES } from '@perf-aggregator/attestation/errors';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import { describe, expect, it } from 'vitest';
import { type Case, judge, optionsOf } from './conformance/case.ts';
import { CASES } from './conformance/cases.ts';

const byRule = new Map<number, Case[]>();
for (const one of CASES) byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), one]);

const RULES = [...byRule].sort(([a], [b]) => a - b);

describe.each(RULES)('when documents are about rule %i', (_rule, cases) => {
  const named = cases.map((one) => [one.name, one.expect, one] as const);

  it.each(named)('%s: %s', (_name, expected, one) => {
    expect(judge(one, node)).toBe(expected);
    const told = explainAttestation(decodeHex(one.document), optionsOf(one));
    expect(told.verified).toBe(expected === 'verified');
    expect(expected.endsWith(told.code ?? 'verified')).toBe(true);
  });

  it('noble says the same of all of them', () => {
    const disagree = cases.filter((one) => judge(one, noble) !== one.expect);
    expect(disagree.map(({ name }) => name)).toEqual([]);
  });
});

describe('when the cases are counted', () => {
  it('every rule has some, that verify and that fail', () => {
    for (let rule = 1; rule <= 12; rule++) {
      const expected = new Set(byRule.get(rule)?.map(({ expect: told }) => told));
      expect(expected.size, `rule ${rule}`).toBeGreaterThan(1);
    }
  });

  it('every code is what some case is told, but for those that JSON cannot say', () => {
    const told = new Set(CASES.map(({ expect: verdict }) => verdict.split(' ')[1]));
    const codes = [...VERIFICATION_ERROR_CODES, ...POLICY_ERROR_CODES];
    expect(codes.filter((code) => !told.has(code))).toEqual(['instant_invalid']);
  });

  it('each has a name of its own', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });
});
