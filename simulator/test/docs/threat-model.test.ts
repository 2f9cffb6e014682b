/** The tests that docs/threat-model.md names in its "Shown by" lines exist. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SECTIONS = ['What crosses the boundary', 'Threats and answers', 'The administrator of the AWS account'];

interface Item {
  readonly section: string;
  readonly subject: string;
  /** The text after *Shown by*. */
  readonly shownBy: string;
}

const items: readonly Item[] = readFileSync(join(ROOT, 'docs/threat-model.md'), 'utf8')
  .split(/^## /m)
  .filter((section) => SECTIONS.includes(section.slice(0, section.indexOf('\n'))))
  .flatMap((section) =>
    section
      .split(/^- /m)
      .slice(1)
      .map((text) => text.replaceAll(/\n +(?![ -])/g, ' '))
      .map((text) => ({
        section: section.slice(0, section.indexOf('\n')),
        subject: text.split('\n')[0]!,
        shownBy: /^ +- Shown by: (.*)$/m.exec(text)?.[1] ?? '',
      })),
  );

/** The test files of an item. Each path in it is a test file, or a folder with test files. */
function testsOf({ shownBy }: Item): readonly string[] {
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

/** Whether one of the files declares a test or a group of that name. */
function isDeclared(name: string, files: readonly string[]): boolean {
  return files.some((file) => {
    const text = readFileSync(file, 'utf8');
    return [...text.matchAll(/\b(?:describe|it)(?:\.each\([\s\S]*?\))?\(\s*['"`]([^\n]*?)['"`],/g)].some(
      ([, declared]) => declared!.includes(name),
    );
  });
}

describe('when the threat model names tests as evidence', () => {
  it('each of its sections has items', () => {
    expect(items.length).toBeGreaterThan(40);
    expect([...new Set(items.map(({ section }) => section))]).toEqual(SECTIONS);
  });

  it.each(items)('$section: $subject', (item) => {
    const files = testsOf(item);
    expect(files, item.shownBy).not.toHaveLength(0);
    for (const [, name] of item.shownBy.matchAll(/"([^"]+)"/g)) {
      expect(isDeclared(name!, files), name).toBe(true);
    }
  });
});
