/** Every golden case of the analytics room as a file: what a user gets who passes it to `analyze`. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze/analyze.ts';

interface Golden {
  readonly id: string;
  readonly kind?: 'cashFlow' | 'lots' | 'matrix';
  readonly expected: Readonly<Record<string, unknown>>;
}

const FIXTURES = new URL('../../../analytics/test/fixtures/golden.json', import.meta.url);
const golden = JSON.parse(readFileSync(FIXTURES, 'utf8')) as {
  readonly cases: readonly Golden[];
  readonly extraCases: readonly Golden[];
};

/** Goldens whose names differ from those of the metric definitions (docs/metrics.md §12). */
const RENAMED: Readonly<Record<string, string>> = { twr: 'totalReturn', twrAnnualized: 'annualizedReturn' };
/** The result gives it by times instead of indices. `analytics/test/series` compares them. */
const BY_INDEX = 'maxDrawdownDetail';

type Result = Readonly<Record<string, unknown>>;

const resultOf = (content: object): Result => analyze(JSON.stringify(content));

function expectClose(actual: unknown, expected: unknown, field: string): void {
  if (Array.isArray(expected)) {
    expect(actual, field).toHaveLength(expected.length);
    for (const [i, one] of expected.entries()) expectClose((actual as unknown[])[i], one, `${field}[${i}]`);
  } else if (typeof expected === 'object' && expected !== null) {
    expect(Object.keys(actual as object), field).toEqual(Object.keys(expected));
    for (const [key, one] of Object.entries(expected))
      expectClose((actual as Result)[key], one, `${field}.${key}`);
  } else if (typeof expected === 'number') {
    const tolerance = Math.max(1e-9 * Math.abs(expected), 1e-12);
    expect(Math.abs(Number(actual) - expected), field).toBeLessThanOrEqual(tolerance);
  } else expect(actual, field).toBe(expected);
}

describe.each(golden.cases)('when the file is golden case $id', (golden) => {
  const plain = resultOf(golden);
  const twoPercent = resultOf({
    ...golden,
    riskFreeRateAnnual: 0.02,
    minimumAcceptableReturnAnnual: 0.02,
  });
  const fields = Object.keys(golden.expected).filter((field) => field !== BY_INDEX);

  it.each(fields)('%s agrees', (field) => {
    const atTwoPercent = field.replace(/(?:Rf|Mar)2pct$/, '');
    const actual = atTwoPercent === field ? plain[field] : twoPercent[atTwoPercent];
    expectClose(actual, golden.expected[field], field);
  });
});

const byKind = (kind: Golden['kind']) => golden.extraCases.filter((one) => one.kind === kind);

describe.each(byKind('cashFlow'))('when the file is golden case $id', (golden) => {
  const result = resultOf(golden);

  it.each(Object.keys(golden.expected))('%s agrees', (field) => {
    const first = field === 'firstFiveSubReturns';
    const actual = first
      ? (result['periodReturns'] as unknown[]).slice(0, 5)
      : result[RENAMED[field] ?? field];
    expectClose(actual, golden.expected[field], field);
  });
});

describe.each(byKind('lots'))('when the file is golden case $id', (golden) => {
  it.each(Object.keys(golden.expected))('every number agrees: %s', (method) => {
    const result = resultOf({ ...golden, method });
    expect(result).toMatchObject(golden.expected[method] as object);
  });
});

describe.each(byKind('matrix'))('when the file is golden case $id', (golden) => {
  const result = resultOf(golden);

  it.each(Object.keys(golden.expected))('%s agrees', (field) => {
    const [, top] = /^top(\d+)Weight$/.exec(field) ?? [];
    const actual = top === undefined ? result[field] : (result['topNWeights'] as Result)[top];
    expectClose(actual, golden.expected[field], field);
  });
});
