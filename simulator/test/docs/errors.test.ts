/** docs/errors.md and the sources list the same codes. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const ROOMS = ['shared', 'attestation', 'analytics', 'enclave', 'parent', 'client', 'simulator', 'deploy'];

interface Source {
  readonly path: string;
  readonly text: string;
}

interface Section {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const sources: readonly Source[] = ROOMS.flatMap((room) =>
  readdirSync(join(ROOT, room, 'src'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path, text: readFileSync(path, 'utf8') })),
);

/** `## Title: \`Name\`, …` and the text below it: codes with status, meaning and advice, as rows or items. */
const sections: readonly Section[] = readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    names: [...text.slice(0, text.indexOf('\n')).matchAll(/`(\w+)`/g)].map(([, name]) => name!),
    rows: [...rowsOf(text), ...itemsOf(text)],
  }));

/** The cells of each row of the tables. */
function rowsOf(text: string): readonly (readonly string[])[] {
  return [...text.matchAll(/^\| `\w+` \|.*$/gm)].map(([row]) =>
    row
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** The same for items: `- \`code\` (status): meaning`, and below it `- What to do: advice`. */
function itemsOf(text: string): readonly (readonly string[])[] {
  const items = text.matchAll(
    /^- (`\w+`)(?: \((\d{3})\))?: ([^\n]*(?:\n {2}(?!- )[^\n]*)*)\n {2}- What to do: (.*(?:\n {4}.*)*)/gm,
  );
  return [...items].map(([, code, status, meaning, advice]) =>
    [code, status, meaning, advice].filter((cell) => cell !== undefined),
  );
}

/** Codes by name: every class and alias of CodedError, and the lists of codes that are not errors. */
async function declaredCodes(): Promise<ReadonlyMap<string, readonly string[]>> {
  const declared = new Map<string, readonly string[]>();
  for (const { text } of sources) {
    for (const [, ofClass, ofAlias, type] of text.matchAll(
      /(?:class (\w+) extends|type (\w+) =) CodedError(?:<([^>=]+)>)?[ ;]/g,
    )) {
      declared.set((ofClass ?? ofAlias)!, type === undefined ? [] : await codesOfType(type));
    }
    for (const [, name] of text.matchAll(/export const ((?:\w+_)?REFUSALS|\w+_REASONS) = /g)) {
      declared.set(name!, await valuesOf(name!));
    }
  }
  return declared;
}

/** Codes of a union of literals, or of a type that is derived from a list or a table. */
async function codesOfType(type: string): Promise<readonly string[]> {
  if (type.includes("'")) return [...type.matchAll(/'(\w+)'/g)].map(([, code]) => code!);
  const made = new RegExp(`type ${type} = (?:\\(typeof (\\w+)\\)\\[number\\]|keyof typeof (\\w+));`);
  for (const { text } of sources) {
    const match = made.exec(text);
    if (match) return valuesOf((match[1] ?? match[2])!);
  }
  throw new Error(`no list of codes makes the type ${type}`);
}

/** Members of the exported list `name`, or keys of the exported table. */
async function valuesOf(name: string): Promise<readonly string[]> {
  const source = sources.find(({ text }) => text.includes(`export const ${name} = `));
  const module = (await import(pathToFileURL(source!.path).href)) as Record<string, object>;
  const value = module[name]!;
  return Array.isArray(value) ? (value as string[]) : Object.keys(value);
}

const declared = await declaredCodes();

describe('when docs/errors.md is compared with the sources', () => {
  it('finds the classes that exist', () => {
    // This checks the search itself: a search that finds nothing would pass every comparison.
    expect([...declared.keys()]).toEqual(
      expect.arrayContaining(['TransportError', 'ListenError', 'NsmError']),
    );
    expect(declared.get('Refusal')).toEqual(Object.keys(PUBLIC_FAILURES));
  });

  it('has a section for every class and list of codes, and none for others', () => {
    expect(sections.flatMap(({ names }) => names).sort()).toEqual([...declared.keys()].sort());
  });

  it.each(sections.map((section) => [section.names.join(', '), section] as const))(
    'lists exactly the codes of %s',
    (_, { names, rows }) => {
      const codes = new Set(names.flatMap((name) => declared.get(name) ?? []));
      expect(rows.map(([code]) => code!.replaceAll('`', '')).sort()).toEqual([...codes].sort());
    },
  );

  it('gives a meaning and an advice for every code', () => {
    const rows = sections.flatMap((section) => section.rows);
    expect(rows.filter((row) => row.length < 3 || row.includes(''))).toEqual([]);
  });

  it('gives every public code its HTTP status', () => {
    const rows = sections.find(({ names }) => names.includes('Refusal'))!.rows;
    const told = Object.fromEntries(
      rows.map(([code, status]) => [code!.replaceAll('`', ''), Number(status)]),
    );
    const meant = Object.fromEntries(
      Object.entries(PUBLIC_FAILURES).map(([code, [status]]) => [code, status]),
    );
    expect(told).toEqual(meant);
  });
});
