/** The published test kit: every case has the verdict of the verifier, and no case is missing. */
import { describe, expect, it } from 'vitest';
import { type Case, judge } from '../conformance/case.ts';
import { CASES } from '../conformance/cases.ts';
import { formatDocuments, parseDocuments } from './documents.ts';
import { publishedFiles, unusedFiles } from './published.ts';

const files = publishedFiles('documents');
const kit = parseDocuments(files);

describe('when the test kit is run', () => {
  it.each(kit.map((one) => [one.name, one] as const))('%s', (_, one) => {
    expect(judge(one)).toBe(one.expect);
  });
});

/** All members of a case except those that are drawn at random. */
function meaningOf(one: Case) {
  const { document: _, roots, ...rest } = one;
  return { ...rest, roots: roots?.length ?? 'aws' };
}

/** The cases by rule, in the order of the kit. */
const inOrder = [...CASES].sort((a, b) => a.rule - b.rule);

describe('when the test kit is compared with the cases', () => {
  it('has each case with the same meaning', () => {
    expect(kit.map(meaningOf)).toEqual(inOrder.map(meaningOf));
  });

  it('real documents are byte for byte those of the fixtures', () => {
    const real = kit.filter(({ rule }) => rule === 0);
    expect(real.length).toBeGreaterThan(34);
    expect(real).toEqual(CASES.filter(({ rule }) => rule === 0));
  });

  it('cases are equal after writing and reading', () => {
    expect(parseDocuments(formatDocuments(CASES))).toEqual(inOrder);
  });

  it('every stored file is used', () => {
    expect(unusedFiles(files)).toEqual([]);
  });
});
