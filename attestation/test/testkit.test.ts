/** The test kit as it is published: every file says what the verifier says, and nothing is missing from it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Case, judge } from './conformance/case.ts';
import { CASES } from './conformance/cases.ts';
import { fileNameOf, formatCase, parseCase } from './conformance/testkit.ts';

const FOLDER = fileURLToPath(new URL('../testkit', import.meta.url));
const files = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));
const kit = files.map((name) => [name, parseCase(readFileSync(join(FOLDER, name), 'utf8'))] as const);

describe('when the test kit is run', () => {
  it.each(kit)('%s', (_, one) => {
    expect(judge(one)).toBe(one.expect);
  });
});

/** All of a case but what is drawn at random when it is made. */
function meaningOf(one: Case) {
  const { document: _, roots, ...rest } = one;
  return { ...rest, roots: roots?.length ?? 'aws' };
}

describe('when the test kit is held against the cases', () => {
  it('has a file for each, of the same meaning', () => {
    const inKit = new Map(kit.map(([name, one]) => [name, meaningOf(one)]));
    const inCode = new Map(CASES.map((one) => [fileNameOf(one), meaningOf(one)]));
    expect(inKit).toEqual(inCode);
  });

  it('real documents are byte for byte those of the fixtures', () => {
    const real = kit.filter(([, { rule }]) => rule === 0).map(([, one]) => one);
    expect(real.length).toBeGreaterThan(34);
    expect(real).toEqual(CASES.filter(({ rule }) => rule === 0).sort(byFile));
  });

  it('a case that is written and read again is the same', () => {
    for (const one of CASES) expect(parseCase(formatCase(one))).toEqual(one);
  });
});

function byFile(a: Case, b: Case): number {
  return fileNameOf(a) < fileNameOf(b) ? -1 : 1;
}
