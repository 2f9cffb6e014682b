/** Every rule is tested by documents that isolate it, on both cryptographic back ends, with and without a cache. */
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

describe.each(RULES)('when documents test rule %i', (_rule, cases) => {
  const named = cases.map((one) => [one.name, one.expect, one] as const);

  it.each(named)('%s: %s', (_name, expected, one) => {
    expect(judge(one, node)).toBe(expected);
    const told = explainAttestation(decodeHex(one.document), optionsOf(one));
    expect(told.verified).toBe(expected === 'verified');
    expect(expected.endsWith(told.code ?? 'verified')).toBe(true);
  });

  it('noble gives the same verdicts', () => {
    const disagree = cases.filter((one) => judge(one, noble) !== one.expect);
    expect(disagree.map(({ name }) => name)).toEqual([]);
  });
});

describe('when the cases are counted', () => {
  it('every rule has cases that verify and cases that fail', () => {
    for (let rule = 1; rule <= 12; rule++) {
      const expected = new Set(byRule.get(rule)?.map(({ expect: told }) => told));
      expect(expected.size, `rule ${rule}`).toBeGreaterThan(1);
    }
  });

  it('every code is the verdict of some case, except those that JSON cannot express', () => {
    const told = new Set(CASES.map(({ expect: verdict }) => verdict.split(' ')[1]));
    const codes = [...VERIFICATION_ERROR_CODES, ...POLICY_ERROR_CODES];
    expect(codes.filter((code) => !told.has(code))).toEqual(['instant_invalid']);
  });

  it('each has its own name', () => {
    expect(new Set(CASES.map(({ name }) => name)).size).toBe(CASES.length);
  });
});
