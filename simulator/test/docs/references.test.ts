/** Every § and every link in sources and documents leads to something that exists. */
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { citationsOf, fragmentsOf, isStandard, linksOf, sectionsOf } from './citations.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const LEFT_OUT = new Set(['node_modules', 'dist', '.git', 'market', '.perf-aggregator']);
const TEXT = /\.(?:ts|mts|mjs|js|md|sh|c|h|py|json|toml|service|timer)$|^(?:Makefile|NOTICE|Dockerfile.*)$/;

/** Paths of all texts that people write, from the root of the repository. */
function textsBelow(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (LEFT_OUT.has(entry.name) || entry.isSymbolicLink()) return [];
    if (entry.isDirectory()) return textsBelow(path);
    return TEXT.test(entry.name) ? [path] : [];
  });
}

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const texts = textsBelow('').filter((path) => path !== 'simulator/test/docs/references.test.ts');
const pages = texts.filter((path) => path.endsWith('.md'));

/** The path of a document that a file names: from the root, or beside the file. */
function locate(document: string, from: string): string | undefined {
  const places = [normalize(document), join(dirname(from), document), join('docs', document)];
  return places.find((place) => !place.startsWith('..') && existsSync(join(ROOT, place)));
}

/** What is wrong with the citations in the text of the file at `path`. */
function faultsOf(text: string, path: string): readonly string[] {
  return citationsOf(text).flatMap(({ document, section, detail, near }) => {
    if (document !== null && isStandard(document)) return [];
    const named = document === null && path.endsWith('.md') ? path : document;
    if (named === null) return [`${path}: …${near}… names no document`];
    const place = named === path ? path : locate(named, path);
    if (place === undefined) return [`${path}: …${near}… names ${named}, which is not there`];
    const found = sectionsOf(read(place)).get(section);
    if (found === undefined) return [`${path}: …${near}… ${place} has no section ${section}`];
    const isThere = detail === null || found.toLowerCase().includes(detail.toLowerCase());
    return isThere ? [] : [`${path}: …${near}… ${place} says nothing of "${detail}" there`];
  });
}

describe('when a text cites a section', () => {
  it('it is read with its document, across line ends', () => {
    expect(
      citationsOf('/**\n * As docs/metrics.md\n * §1 "Large flows" and §2 say, and (RFC 8949\n * §4.1).'),
    ).toMatchObject([
      { document: 'docs/metrics.md', section: '1', detail: 'Large flows' },
      { document: 'docs/metrics.md', section: '2', detail: null },
      { document: 'RFC 8949', section: '4.1' },
    ]);
    expect(
      citationsOf('[the page](docs/protocol.md) §6, `attestation_process.md` §2.2; X.690 §8'),
    ).toMatchObject([{ document: null }, { document: 'attestation_process.md`' }, { document: 'X.690' }]);
    expect(citationsOf('([protocol.md](../protocol.md) §6.2)')).toMatchObject([{ document: 'protocol.md' }]);
  });

  it.each([
    ['a section that is not there', 'docs/metrics.md §99', 'has no section 99'],
    ['a document that is not there', 'docs/nothing.md §1', 'which is not there'],
    ['no document', 'as §1 says', 'names no document'],
    ['a document outside of the repository', 'METRICS §1', 'names no document'],
    ['something that the section does not say', 'docs/metrics.md §1 "Nothing at all"', 'says nothing of'],
  ])('finds %s', (_, text, fault) => {
    expect(faultsOf(`/** See ${text}. */`, 'made-up.ts')).toEqual([expect.stringContaining(fault)]);
  });

  it('every cited section exists', () => {
    const citing = texts.filter((path) => read(path).includes('§'));
    expect(citing.length).toBeGreaterThan(80);
    expect(citing.flatMap((path) => faultsOf(read(path), path))).toEqual([]);
  });

  it('no text names a specification that the repository does not hold', () => {
    const outside = /\b(?:METRICS|DESIGN|VENUES|REPORT|STYLE|ATTESTATION|BUILDING)(?:\.md\b| §)/;
    // The README beside the fixtures states their hash, so they cannot be changed.
    const own = texts.filter((path) => !path.includes('/docs/citations') && !path.endsWith('/golden.json'));
    expect(own.filter((path) => outside.test(read(path)))).toEqual(['analytics/test/fixtures/README.md']);
  });
});

describe('when a page links', () => {
  const links = pages.flatMap((page) => linksOf(read(page)).map((target) => [page, target] as const));

  it('the links are read', () => {
    expect(links.length).toBeGreaterThan(150);
    expect([...fragmentsOf('## 3. A `b`, c\n\n## 3. A `b`, c\n\n```\n## no\n```')]).toEqual([
      '3-a-b-c',
      '3-a-b-c-1',
    ]);
  });

  it('every link leads to an existing file, and to an existing heading', () => {
    const broken = links.filter(([page, target]) => {
      const [path, fragment] = target.split('#') as [string, string | undefined];
      const place = path === '' ? page : join(dirname(page), path);
      if (place.startsWith('..') || !existsSync(join(ROOT, place))) return true;
      if (fragment === undefined || statSync(join(ROOT, place)).isDirectory()) return false;
      return !fragmentsOf(read(place)).has(fragment);
    });
    expect(broken).toEqual([]);
  });

  it('two clicks lead from the README to what adverse return means', () => {
    expect(linksOf(read('README.md'))).toContain('docs/metrics.md');
    expect(linksOf(read('docs/metrics.md'))).toContain('#adverse-return');
  });

  it('every page of docs can be reached from the README', () => {
    const reached = new Set(['README.md']);
    for (const page of reached) {
      for (const target of linksOf(read(page))) {
        const place = join(dirname(page), target.split('#')[0]!);
        if (place.endsWith('.md') && existsSync(join(ROOT, place))) reached.add(place);
        if (place === 'docs/adr')
          for (const adr of readdirSync(join(ROOT, place))) reached.add(join(place, adr));
      }
    }
    expect(pages.filter((page) => page.startsWith('docs/') && !reached.has(page))).toEqual([]);
  });
});
