/** The published test kit for reports, on both back ends, and compared with the cases. */
import { REPORT_ERROR_CODES } from '@perf-aggregator/attestation/report/errors';
import { REPORT_RULES } from '@perf-aggregator/attestation/report/judgement';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import { describe, expect, it } from 'vitest';
import { remembering } from '../remembering.ts';
import { judgeReport, type ReportCase } from '../report/conformance/case.ts';
import { REPORT_CASES } from '../report/conformance/cases.ts';
import { publishedFiles, unusedFiles } from './published.ts';
import { formatReports, parseReports } from './reports.ts';

const files = publishedFiles('reports');
const kit = parseReports(files);

describe.each([
  ['node:crypto', remembering(node)],
  ['noble', remembering(noble)],
])('when the test kit is run on %s', (_, backend) => {
  it.each(kit.map((one) => [one.name, one] as const))('%s', (_name, one) => {
    expect(judgeReport(one, backend)).toBe(one.expect);
  });
});

/** All members of a case except those that are drawn at random. */
function meaningOf(one: ReportCase) {
  const { bundle: _, roots, ...rest } = one;
  return { ...rest, roots: roots?.length ?? 'aws' };
}

describe('when the test kit is compared with the cases', () => {
  const inOrder = REPORT_RULES.flatMap((rule) => REPORT_CASES.filter((one) => one.rule === rule));

  it('has each case with the same meaning', () => {
    expect(kit.map(meaningOf)).toEqual(inOrder.map(meaningOf));
  });

  it('every rule and every code has a case', () => {
    const failed = kit.filter(({ expect: verdict }) => verdict !== 'verified');
    expect([...new Set(failed.map(({ rule }) => rule))]).toEqual([...REPORT_RULES]);
    const codes = new Set(failed.map(({ expect: verdict }) => verdict.split(' ')[1]));
    expect(REPORT_ERROR_CODES.filter((code) => !codes.has(code))).toEqual([]);
  });

  it('cases are equal after writing and reading', () => {
    expect(parseReports(formatReports(REPORT_CASES))).toEqual(inOrder);
  });

  it('every stored file is used', () => {
    expect(unusedFiles(files)).toEqual([]);
  });
});
