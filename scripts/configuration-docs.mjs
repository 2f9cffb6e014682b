// Writes the list of the parent's variables in docs/configuration.md from their schema (parent/src/variables.ts).
// Run it after a build: configuration-docs.mjs. The text around the list is written by hand.
// parent/test/configuration-document checks the page against the schema.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { listItem } from './list-item.mjs';

const PAGE = new URL('../docs/configuration.md', import.meta.url);
const LIST = /(<!-- parent variables -->\n)((?:.+\n)*)/;

/** Lines of the list. */
export function variableRows(variables) {
  return variables.flatMap(({ name, preset, absent, meaning }) => {
    const otherwise = preset === null ? (absent ?? 'required') : `default \`${preset}\``;
    return listItem('- ', `\`${name}\` (${otherwise}): ${meaning}`);
  });
}

/** Lines of the list that the page has now. */
export function writtenRows(page) {
  const [, , rows] = LIST.exec(page) ?? [];
  if (rows === undefined) throw new Error('docs/configuration.md has no list of parent variables');
  return rows.trimEnd().split('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { describeVariables } = await import('../parent/dist/variables.js');
  const page = readFileSync(PAGE, 'utf8');
  const rows = variableRows(describeVariables());
  writeFileSync(
    PAGE,
    page.replace(LIST, (_, head) => `${head}${rows.join('\n')}\n`),
  );
}
