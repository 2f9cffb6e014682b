// Writes the explanations of all codes in docs/errors.md into the client, which is published without the
// folder docs.
// simulator/test/docs/explanations.test.ts checks that the two are equal.
//
//   node scripts/explanations.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The module that tells the same as `markdown`, whose sections are `## Title: \`Name\`, …` with rows or items below. */
export function explanationsModule(markdown) {
  const sections = markdown
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), [...text.matchAll(ENTRY)]]);
  const lines = sections.flatMap(([title, rows]) => [
    `# ${[...title.matchAll(/`(\w+)`/g)].map(([, name]) => name).join(' ')}`,
    ...rows.map(([row]) => (row.startsWith('|') ? rowToLine(row) : itemToLine(row))),
  ]);
  return `${HEAD}${lines.join('\n').replaceAll(/[\\`]|\$\{/g, '\\$&')}\n\`;\n`;
}

/** A row of a table, or an item with what hangs below it. */
const ENTRY = /^\| `\w+` \|.*$|^- `\w+`.*(?:\n {2}.*)*/gm;

const HEAD = `/**
 * What docs/errors.md says of every code. Made by scripts/explanations.mjs: change the document, and run that again.
 * A line \`# NAME …\` has the classes and lists that the codes below it belong to; a code has its meaning and its advice.
 */

/** Lines of text. */
export const EXPLANATIONS = \`
`;

/** \`code | meaning | advice\`, in plain text. */
function rowToLine(row) {
  const cells = row.split('|').slice(1, -1);
  return [cells[0], cells.at(-2), cells.at(-1)].map(toText).join(' | ');
}

/** The same of an item: its code, perhaps a status in brackets, its meaning; below it what to do. */
function itemToLine(item) {
  const [said, ...below] = item.split(/\n {2}- /).map((part) => part.replaceAll(/\s*\n\s*/g, ' '));
  const [, code, meaning] = /^- `(\w+)`(?: \(\d+\))?: (.*)$/.exec(said);
  const advice = below.find((part) => part.startsWith('What to do: ')) ?? '';
  return [code, meaning, advice.replace('What to do: ', '')].map(toText).join(' | ');
}

function toText(cell) {
  return cell
    .replaceAll(/\[([^\]]+)\]\((\w[\w-]*\.md)(?:#[\w-]*)?\)/g, 'docs/$2')
    .replaceAll(/\[([^\]]+)\]\([^)]*\)/g, '$1')
    .replaceAll(/`|\*\*/g, '')
    .trim();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const module = explanationsModule(readFileSync(path('docs/errors.md'), 'utf8'));
  writeFileSync(path('client/src/present/explanations.ts'), module);
}
