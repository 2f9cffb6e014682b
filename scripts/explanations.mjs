// Writes what docs/errors.md says of every code into the client, which is published without the folder docs.
// simulator/test/docs/explanations.test.ts holds the two equal.
//
//   node scripts/explanations.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url));

/** The module that tells the same as `markdown`, whose sections are `## Title: \`Name\`, …` with tables below. */
export function explanationsModule(markdown) {
  const sections = markdown
    .split(/^## /m)
    .slice(1)
    .map((text) => [text.slice(0, text.indexOf('\n')), [...text.matchAll(/^\| `\w+` \|.*$/gm)]]);
  const lines = sections.flatMap(([title, rows]) => [
    `# ${[...title.matchAll(/`(\w+)`/g)].map(([, name]) => name).join(' ')}`,
    ...rows.map(([row]) => toLine(row)),
  ]);
  return `${HEAD}${lines.join('\n').replaceAll(/[\\`]|\$\{/g, '\\$&')}\n\`;\n`;
}

const HEAD = `/**
 * What docs/errors.md says of every code. Made by scripts/explanations.mjs: change the document, and run that again.
 * A line \`# NAME …\` has the classes and lists that the codes below it belong to; a code has its meaning and its advice.
 */

/** Lines of text. */
export const EXPLANATIONS = \`
`;

/** \`code | meaning | advice\`, in plain text. */
function toLine(row) {
  const cells = row.split('|').slice(1, -1);
  return [cells[0], cells.at(-2), cells.at(-1)].map(toText).join(' | ');
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
