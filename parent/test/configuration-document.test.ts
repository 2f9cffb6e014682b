import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { describeVariables, type Variable } from '../src/variables.ts';

const ROOT = new URL('../../', import.meta.url);
const { variableRows, writtenRows } = (await import(
  new URL('scripts/configuration-docs.mjs', ROOT).href
)) as {
  readonly variableRows: (variables: readonly Variable[]) => readonly string[];
  readonly writtenRows: (page: string) => readonly string[];
};
const page = readFileSync(new URL('docs/configuration.md', ROOT), 'utf8');

describe('when docs/configuration.md is compared with the schema', () => {
  it('its list equals that of the schema: node scripts/configuration-docs.mjs writes it', () => {
    expect(writtenRows(page)).toEqual(variableRows(describeVariables()));
  });

  it('a variable whose text would break the list is refused', () => {
    for (const { meaning, absent = '' } of describeVariables()) expect(meaning + absent).not.toMatch(/[|\n]/);
  });

  it('the sections about other programs are still present', () => {
    for (const heading of ['## Command line', '## Simulator', '## Enclave: the measured configuration']) {
      expect(page).toContain(`\n${heading}\n`);
    }
  });
});
