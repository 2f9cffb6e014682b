/** Pages must be readable in a terminal and in a review: short lines, short paragraphs. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MAX_CHARACTERS = 120;
const MAX_PARAGRAPH = 6;

const pages = [
  ...['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', 'examples/README.md'],
  ...readdirSync(`${ROOT}docs`, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Long lines and long paragraphs. A paragraph: lines in a row that are no table, code, heading or new list item. */
function faultsOf(text: string): readonly string[] {
  const faults: string[] = [];
  let [isCode, length] = [false, 0];
  text.split('\n').forEach((line, index) => {
    if (Array.from(line).length > MAX_CHARACTERS)
      faults.push(`line ${index + 1}: ${Array.from(line).length} characters`);
    if (/^\s*```/.test(line)) isCode = !isCode;
    const isText = !isCode && !/^\s*$|^\s*```|^#|^\s*[|<]/.test(line);
    length = !isText ? 0 : /^\s*(?:[-*>]|\d+\.)\s/.test(line) ? 1 : length + 1;
    if (length === MAX_PARAGRAPH + 1) faults.push(`line ${index + 1}: a long paragraph`);
  });
  return faults;
}

describe('when a page is laid out', () => {
  it('long lines and long paragraphs are found', () => {
    const line = 'a'.repeat(121);
    expect(faultsOf(`é${'a'.repeat(119)}\n${line}\n\`\`\`\n${line}\n\`\`\``)).toEqual([
      'line 2: 121 characters',
      'line 4: 121 characters',
    ]);
    const long = 'a\n'.repeat(7);
    expect(faultsOf(`${long}\n${long}`)).toEqual(['line 7: a long paragraph', 'line 15: a long paragraph']);
    expect(faultsOf(`- ${long}`)).toEqual(['line 7: a long paragraph']);
    expect(faultsOf('- a\n- a\n- a\n- a\n- a\n- a\n- a\n\n| a |\n'.repeat(2))).toEqual([]);
    expect(faultsOf('a\n\na\na\na\na\na\n# a\na\n```\na\na\na\na\na\na\na\n```')).toEqual([]);
  });

  it.each(pages)('%s has neither', (page) => {
    expect(faultsOf(readFileSync(`${ROOT}${page}`, 'utf8'))).toEqual([]);
  });
});
