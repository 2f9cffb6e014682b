/** Every rule of reports is tested by bundles that isolate it, on both cryptographic back ends. */
import { explainReport } from '@perf-aggregator/attestation';
import { REPORT_ERROR_CODES } from '@perf-aggregator/attestation/report/errors';
import { REPORT_RULES } from '@perf-aggregator/attestation/report/judgement';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import { REPORT_CLAIMS } from '@perf-aggregator/shared/messages/report/claims';
import { describe, expect, it } from 'vitest';
import { remembering } from '../remembering.ts';
import { CONTRADICTIONS, metricsOf } from './conformance/arithmetic.ts';
import { casesOfRule, GENUINE, judgeReport, policyOf } from './conformance/case.ts';
import { REPORT_CASES } from './conformance/cases.ts';
import { buildReport } from './conformance/report-builder.ts';

/** All cases share their certificates, so these back ends cache the verifications. */
const [byNode, byNoble] = [remembering(node), remembering(noble)];

describe.each(REPORT_RULES)('when bundles test the rule %s', (rule) => {
  const cases = REPORT_CASES.filter((one) => one.rule === rule);

  it.each(cases.map((one) => [one.name, one.expect, one] as const))('%s: %s', (_, expected, one) => {
    expect(judgeReport(one, byNode)).toBe(expected);
    const told = explainReport(one.bundle, policyOf(one), byNode);
    expect(told.verified).toBe(expected === 'verified');
    expect(expected.endsWith(told.code ?? 'verified')).toBe(true);
    const failed = told.checks.filter(({ ok }) => ok === false).map((check) => check.rule);
    expect(failed).toEqual(told.verified ? [] : [rule]);
  });

  it('noble gives the same verdicts', () => {
    const disagree = cases.filter((one) => judgeReport(one, byNoble) !== one.expect);
    expect(disagree.map(({ name }) => name)).toEqual([]);
  });

  it('some cases fail it', () => {
    expect(cases.filter(({ expect: verdict }) => verdict !== 'verified')).not.toEqual([]);
  });
});

describe('when the cases are counted', () => {
  it('every code is the verdict of some case', () => {
    const told = new Set(REPORT_CASES.map(({ expect: verdict }) => verdict.split(' ')[1]));
    expect(REPORT_ERROR_CODES.filter((code) => !told.has(code))).toEqual([]);
  });

  it('every mandatory claim is missing in one case', () => {
    const missing = new Set(REPORT_CASES.flatMap(({ name }) => /^schema: no (\w+)$/.exec(name)?.[1] ?? []));
    const optional = ['aud', 'nonce'];
    const needed = Object.keys(REPORT_CLAIMS[2].shape).filter((name) => !optional.includes(name));
    expect(needed).toHaveLength(34);
    expect(needed.filter((name) => !missing.has(name))).toEqual([]);
  });

  it('every part of the data quality is missing in one case', () => {
    const parts = Object.keys(REPORT_CLAIMS[2].shape.dataQuality.shape);
    expect(parts).toHaveLength(10);
    const names = new Set(REPORT_CASES.map(({ name }) => name));
    expect(parts.filter((part) => !names.has(`schema: no dataQuality.${part}`))).toEqual([]);
  });

  it('each has its own name', () => {
    expect(new Set(REPORT_CASES.map(({ name }) => name)).size).toBe(REPORT_CASES.length);
  });
});

describe('when the numbers of a contradiction are corrected', () => {
  it.each(CONTRADICTIONS)('%s verify', (name, disclosed) => {
    const [one] = casesOfRule('arithmetic', [[name, 'verified', { metrics: metricsOf(disclosed) }]]);
    expect(judgeReport(one!)).toBe('verified');
  });
});

describe('when a genuine bundle is explained', () => {
  it('every rule is checked and passes, and the report is marked as simulated', () => {
    const [one] = casesOfRule('bundle', [['genuine', 'verified', {}]]);
    const told = explainReport(JSON.parse(one!.bundle), policyOf(one!));
    expect(told).toMatchObject({ verified: true, simulated: true, code: null });
    expect(told.checks.map(({ rule, ok }) => [rule, ok])).toEqual(REPORT_RULES.map((rule) => [rule, true]));
  });

  it('a withheld metric is not among its claims', () => {
    const { bundle } = buildReport({ disclosures: (all) => all.slice(0, 2) });
    const [one] = casesOfRule('disclosures', [['two', 'verified', () => bundle]]);
    const { claims } = explainReport(one!.bundle, policyOf(one!));
    expect(Object.keys(claims!.metrics)).toEqual(['totalReturn', 'annualizedReturn']);
    expect(GENUINE.bundle.sdJwt.split('~').length).toBeGreaterThan(30);
  });
});
