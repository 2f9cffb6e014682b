/** Every row of docs/threat-model.md that says what shows it names tests that are there. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const TABLES = ['What crosses the boundary', 'Threats and answers', 'The administrator of the AWS account'];

interface Row {
  readonly table: string;
  readonly subject: string;
  /** The cell under *shown by*. */
  readonly shownBy: string;
}

const cellsOf = (line: string) =>
  line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

const rows: readonly Row[] = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8')
  .split(/^## /m)
  .flatMap((section) => {
    const [head, , ...lines] = section.split('\n').filter((line) => line.startsWith('|'));
    if (head === undefined || cellsOf(head).at(-1) !== 'shown by') return [];
    const table = section.slice(0, section.indexOf('\n'));
    return lines.map(cellsOf).map((cells) => ({ table, subject: cells[0]!, shownBy: cells.at(-1)! }));
  });

/** The test files that a cell names: each path is a test file, or a folder that holds some. */
function testsOf({ shownBy }: Row): readonly string[] {
  const paths = [...shownBy.matchAll(/`(\w+\/test\/[\w./-]+)`/g)].map(([, path]) => path!);
  return paths.flatMap((path) => {
    const full = join(ROOT, path);
    expect(existsSync(full), path).toBe(true);
    if (statSync(full).isFile()) return path.endsWith('.test.ts') ? [full] : [];
    return readdirSync(full, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.test.ts'))
      .map((name) => join(full, name));
  });
}

/** Whether the files declare a test or a group of that name. */
function isDeclared(name: string, files: readonly string[]): boolean {
  return files.some((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/\b(?:describe|it)(?:\.each\([\s\S]*?\))?\(\s*['"`]([^\n]*?)['"`],/g)].some(
      ([, declared]) => declared!.includes(name),
    );
  });
}

describe('when the threat model says what shows an answer', () => {
  it('each of its tables does', () => {
    expect([...new Set(rows.map(({ table }) => table))]).toEqual(TABLES);
  });

  it.each(rows)('$table: $subject', (row) => {
    const files = testsOf(row);
    expect(files, row.shownBy).not.toHaveLength(0);
    for (const [, name] of row.shownBy.matchAll(/"([^"]+)"/g)) {
      expect(isDeclared(name!, files), name).toBe(true);
    }
  });
});
