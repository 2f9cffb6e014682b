/** The blocks of commands in README.md and docs. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/**
 * The marks that may follow `sh` in the first line of a block:
 * - no mark: the block runs as printed in the folder of a built clone; the blocks of a page run in one shell, in order
 * - `aws`: it needs AWS, nitro-cli, systemd or a registry; each block runs alone
 * - `ci`: CI itself runs each line (.ci/run)
 */
export const MARKS = ['', 'aws', 'ci'] as const;
export type Mark = (typeof MARKS)[number];

/** One block. */
export interface Block {
  /** Path from the root of the repository. */
  readonly page: string;
  /** Line of its first command. */
  readonly line: number;
  readonly mark: string;
  readonly text: string;
}

/** Pages with commands. */
export const PAGES: readonly string[] = [
  'README.md',
  ...readdirSync(`${ROOT}docs`)
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** The `sh` blocks of a page, in order. The indentation of a surrounding list is removed. */
export function blocksOf(page: string, text = readFileSync(`${ROOT}${page}`, 'utf8')): readonly Block[] {
  return [...text.matchAll(/^( *)```sh\b *([^\n]*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [, indentation, mark, body] = match as unknown as readonly [string, string, string, string];
    const line = text.slice(0, match.index).split('\n').length + 1;
    return { page, line, mark: mark.trim(), text: body.replaceAll(new RegExp(`^${indentation}`, 'gm'), '') };
  });
}

/** Every block with this mark. */
export function blocksMarked(mark: Mark): readonly Block[] {
  return PAGES.flatMap((page) => blocksOf(page)).filter((block) => block.mark === mark);
}
