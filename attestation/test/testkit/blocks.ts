/** Cases as text: one line `name: value` for each property, and an empty line between cases. */

/** Lines of a case in order. A name may occur more than once. */
export type Block = readonly (readonly [name: string, value: string])[];

export function formatBlocks(blocks: readonly Block[]): string {
  return blocks.map((block) => block.map(formatLine).join('')).join('\n');
}

function formatLine([name, value]: Block[number]): string {
  if (value !== value.trim() || /[\r\n]/.test(value)) throw new Error(`${name}: cannot stand in a line`);
  return value === '' ? `${name}:\n` : `${name}: ${value}\n`;
}

export function parseBlocks(text: string): readonly Block[] {
  return text
    .trimEnd()
    .split('\n\n')
    .map((block) => block.split('\n').map(parseLine));
}

function parseLine(line: string): Block[number] {
  const [, name, value] = /^([a-z-]+):(?: (.*))?$/.exec(line) ?? [];
  if (name === undefined) throw new Error(`not a line of a case: ${line}`);
  return [name, value ?? ''];
}

/** All values of `name`. */
export function valuesOf(block: Block, name: string): readonly string[] {
  return block.flatMap(([known, value]) => (known === name ? [value] : []));
}

/** The first value of `name`, if there is one. */
export function firstOf(block: Block, name: string): string | undefined {
  return valuesOf(block, name)[0];
}

/** The first value of `name`, which must exist. */
export function neededOf(block: Block, name: string): string {
  const value = firstOf(block, name);
  if (value === undefined) throw new Error(`a case without ${name}`);
  return value;
}

/** An object with the members of `names` that have a line. Keys are the member names, values are the line names. */
export function membersOf<Key extends string>(
  block: Block,
  names: Readonly<Record<Key, string>>,
): { readonly [K in Key]?: string } {
  const members = (Object.entries(names) as [Key, string][]).flatMap(([key, name]) => {
    const value = firstOf(block, name);
    return value === undefined ? [] : [[key, value] as const];
  });
  return Object.fromEntries(members) as { readonly [K in Key]?: string };
}

/** Lines for all values that are not undefined. */
export function linesOf(values: Readonly<Record<string, string | number | boolean | undefined>>): Block {
  return Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, String(value)] as const],
  );
}
