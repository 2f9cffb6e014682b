// Writes the table of the parent's variables in docs/configuration.md from their schema (parent/src/variables.ts), after
// a build: configuration-docs.mjs. What stands around the table is written by hand. parent/test/configuration-document
// holds the page against the schema.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const PAGE = new URL('../docs/configuration.md', import.meta.url);
const TABLE = /(<!-- parent variables -->\n(?:\|.*\n){2})((?:\|.*\n)*)/;

/** Lines of the table. */
export function variableRows(variables) {
  return variables.map(({ name, preset, absent, meaning }) => {
    const otherwise = preset === null ? (absent ?? 'required') : `\`${preset}\``;
    return `| \`${name}\` | ${otherwise} | ${meaning} |`;
  });
}

/** Lines of the table that the page has now. */
export function writtenRows(page) {
  const [, , rows] = TABLE.exec(page) ?? [];
  if (rows === undefined) throw new Error('docs/configuration.md has no table of parent variables');
  return rows.trimEnd().split('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { describeVariables } = await import('../parent/dist/variables.js');
  const page = readFileSync(PAGE, 'utf8');
  const rows = variableRows(describeVariables());
  writeFileSync(
    PAGE,
    page.replace(TABLE, (_, head) => `${head}${rows.join('\n')}\n`),
  );
}
