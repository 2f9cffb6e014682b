// Writes the page of report metrics (docs/report-metrics.md) from the registry in shared/src/messages/report.
//
//   node scripts/report-metrics.mjs           writes the page; needs a build
import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const HEAD = `# Metrics of a report

A holder shows or withholds each metric by its name. The formulas are in [metrics.md](metrics.md). A metric is null
where it is undefined. The groups follow.

- Units: \`ratio\`: 0.05 is 5 %. \`money\`: exact decimal text in the reporting currency.
- Profiles: \`ratios\` shows no money and no tables. \`summary\` adds tables that show no money. \`full\` is everything.

\`node scripts/report-metrics.mjs\` makes this page from \`shared/src/messages/report/metrics.ts\`. A test holds the two
together.
`;

/** The page, from the registry's entries by name: a table for each group, in the order in which they begin. */
export function pageOf(registry) {
  const groups = new Map();
  for (const [name, { label, unit, group, profile, definition }] of Object.entries(registry)) {
    const rows = groups.get(group) ?? [];
    groups.set(group, rows);
    rows.push(`| \`${name}\` | ${label} | ${unit} | ${profile} | ${definition} |`);
  }
  const head = '| name | label | unit | profile | definition |\n|---|---|---|---|---|';
  const tables = [...groups].map(([group, rows]) => `## ${group}\n\n${head}\n${rows.join('\n')}\n`);
  return [HEAD, ...tables].join('\n');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { REPORT_METRICS } = await import('../shared/dist/messages/report/metrics.js');
  writeFileSync(new URL('../docs/report-metrics.md', import.meta.url), pageOf(REPORT_METRICS));
}
