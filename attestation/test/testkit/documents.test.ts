/** The test kit as it is published: every case says what the verifier says, and nothing is missing from it. */
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

/** All of a case but what is drawn at random when it is made. */
function meaningOf(one: Case) {
  const { document: _, roots, ...rest } = one;
  return { ...rest, roots: roots?.length ?? 'aws' };
}

/** Rule by rule, as the kit has them. */
const inOrder = [...CASES].sort((a, b) => a.rule - b.rule);

describe('when the test kit is held against the cases', () => {
  it('has each, of the same meaning', () => {
    expect(kit.map(meaningOf)).toEqual(inOrder.map(meaningOf));
  });

  it('real documents are byte for byte those of the fixtures', () => {
    const real = kit.filter(({ rule }) => rule === 0);
    expect(real.length).toBeGreaterThan(34);
    expect(real).toEqual(CASES.filter(({ rule }) => rule === 0));
  });

  it('cases that are written and read again are the same', () => {
    expect(parseDocuments(formatDocuments(CASES))).toEqual(inOrder);
  });

  it('what is stored is used', () => {
    expect(unusedFiles(files)).toEqual([]);
  });
});
