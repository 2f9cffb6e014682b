/** Runs `analyze` on files from public bug reports, with text and with JSON output. */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { type Answers, itAnswers, missingRights } from '../../../shared/test/field/answers.ts';
import { run } from '../cli/cli.ts';
import { EXPORTS, RETURNS, TRADES, VALUES } from './today.ts';

const FIXTURES = fileURLToPath(new URL('fixtures/', import.meta.url));
const ALL: Readonly<Record<string, Answers>> = { ...RETURNS, ...VALUES, ...TRADES, ...EXPORTS };
/** Right values that `analyze` does not show in a separate field, or shows in another unit. */
const TOLD_OTHERWISE: readonly string[] = [
  '08b-binance-renamed quantity',
  '26-gips-modified-dietz monthReturn',
  '29b-30min maxDrawdownDurationHours',
];

const home = mkdtempSync(join(tmpdir(), 'pa-field-'));
afterAll(() => rmSync(home, { recursive: true }));

/** The analysis, the text beside each label, and the refusal. */
async function analyzed(file: string): Promise<object> {
  const path = join(FIXTURES, file);
  const world = { clock: { now: () => 0 }, home };
  const told = await run(['analyze', path, '--json'], world);
  const { code = null, message = null } = (told.error ?? {}) as { code?: string; message?: string };
  if (code !== null) return { refusal: code, message };
  const { stdout } = await run(['analyze', path], world);
  const rows = stdout.matchAll(/^ *(\S.*?) {2,}(\S.*)$/gm);
  const shown = Object.fromEntries([...rows].map(([, label, cell]) => [label, cell]));
  return { refusal: null, message: null, shown, ...(JSON.parse(told.stdout) as object) };
}

function describeFiles(cases: Readonly<Record<string, Answers>>): void {
  for (const [file, answers] of Object.entries(cases)) {
    describe(`when it is ${file}`, () => {
      itAnswers(answers, () => analyzed(file));
    });
  }
}

describe('when a file of returns is analysed', () => describeFiles(RETURNS));
describe('when a file of values is analysed', () => describeFiles(VALUES));
describe('when a list of trades is analysed', () => describeFiles(TRADES));
describe('when an export is analysed', () => describeFiles(EXPORTS));

describe('when the table is compared with the files', () => {
  const files = readdirSync(FIXTURES).filter((file) => /(?<!\.expected)\.(?:csv|json)$/.test(file));

  it('each has its case', () => {
    expect(Object.keys(ALL).sort()).toEqual(files.sort());
  });

  it.each(files)('%s: every expected number is listed in its case', (file) => {
    const name = file.replace(/\.\w+$/, '');
    const text = readFileSync(join(FIXTURES, `${name}.expected.json`), 'utf8');
    const missing = missingRights(JSON.parse(text) as object, ALL[file]!);
    expect(missing.filter((key) => !TOLD_OTHERWISE.includes(`${name} ${key}`))).toEqual([]);
  });
});
