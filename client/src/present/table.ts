/** Text in columns. The text of a cell may come from other people, so it stays on its line. */
import { cleanLine } from './clean.ts';

/** A column of names and a column of values. */
export type Rows = readonly (readonly [name: string, value: string])[];

/** Two aligned columns. */
export function table(rows: Rows): string {
  const lines = rows.map((row) => row.map(cleanLine) as [name: string, value: string]);
  const width = Math.max(0, ...lines.map(([name]) => name.length));
  return lines.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`.trimEnd()).join('\n');
}

/**
 * Aligned columns under their names. The first `textColumns` columns hold text, aligned to the left. The others hold
 * numbers, aligned to the right.
 */
export function grid(rows: readonly (readonly string[])[], textColumns: number): string {
  const lines = rows.map((row) => row.map(cleanLine));
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  const cell = (text: string, column: number) =>
    column < textColumns ? text.padEnd(widths[column]!) : text.padStart(widths[column]!);
  return lines.map((line) => `  ${line.map(cell).join('  ')}`.trimEnd()).join('\n');
}
