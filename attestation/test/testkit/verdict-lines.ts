/** Lines that the cases about documents and about reports share: the verdict, roots, images. */
import { createHash } from 'node:crypto';
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { CasePolicy } from '../conformance/case.ts';
import { type Block, firstOf, linesOf, neededOf, valuesOf } from './blocks.ts';
import type { Reference } from './store.ts';

const LINE = 76;
const AWS_ROOT = encodeHex(AWS_NITRO_ROOT_G1);

/** The contents of the files of a kit, by the path below its folder. */
export type KitFiles = ReadonlyMap<string, string>;

/** Base64 of a stored file, split into lines. */
export function formatBinary(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll(new RegExp(`.{1,${LINE}}`, 'g'), '$&\n');
}

export function parseBinary(text: string): Uint8Array {
  return decodeBase64(text.replaceAll('\n', ''));
}

/** The text of `file`, which must exist. */
export function fileOf(files: KitFiles, path: string): string {
  const text = files.get(path);
  if (text === undefined) throw new Error(`${path} is not there`);
  return text;
}

/**
 * Formats the verdict.
 * @param expect - `verified`, or class and code
 */
export function formatVerdict(expect: string): Block {
  const [verdictOrClass = '', code] = expect.split(' ');
  return linesOf({ expect: code ?? verdictOrClass, class: code && verdictOrClass });
}

export function parseVerdict(block: Block): string {
  const errorClass = firstOf(block, 'class');
  return `${errorClass === undefined ? '' : `${errorClass} `}${neededOf(block, 'expect')}`;
}

/** The roots of a folder of cases. Each is stored once. */
export class RootFiles {
  readonly files = new Map<string, string>();

  /**
   * Formats the line of the roots.
   * @param roots - as hexadecimal text; without it, the root of AWS
   */
  format(roots: readonly string[] | undefined): Block {
    if (!roots) return [['roots', 'aws']];
    return [['roots', String(roots.length)], ...roots.map((root) => ['root', this.#store(root)] as const)];
  }

  #store(hex: string): string {
    const bytes = decodeHex(hex);
    const digest = createHash('sha256').update(bytes).digest('hex');
    const name = hex === AWS_ROOT ? 'aws-nitro-g1' : digest.slice(0, 8);
    this.files.set(`roots/${name}.b64`, formatBinary(bytes));
    return name;
  }
}

export function parseRoots(block: Block, files: KitFiles): { readonly roots?: readonly string[] } {
  if (firstOf(block, 'roots') === 'aws') return {};
  const names = valuesOf(block, 'root');
  return { roots: names.map((name) => encodeHex(parseBinary(fileOf(files, `roots/${name}.b64`)))) };
}

/** One line for each accepted image: `PCR=hex` of each register, separated by blanks. */
export function formatImages(pcrs: CasePolicy['pcrs']): Block {
  if (pcrs === 'any-image') return [['image', 'any']];
  return pcrs.map((image) => [
    'image',
    Object.entries(image)
      .map(([index, value]) => `${index}=${value}`)
      .join(' '),
  ]);
}

export function parseImages(block: Block): CasePolicy['pcrs'] {
  const images = valuesOf(block, 'image');
  return images[0] === 'any' ? 'any-image' : images.map(parseImage);
}

function parseImage(line: string): Record<string, string> {
  return Object.fromEntries(
    line
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]),
  );
}

/**
 * Formats a reference.
 * @param written - formats a replacement for its line
 */
export function formatReference(
  kind: string,
  { name, splices }: Reference,
  written: (replacement: string) => string,
): Block {
  return [
    [kind, name],
    ...splices.map(
      ({ offset, length, replacement }) =>
        ['splice', `${offset} ${length} ${written(replacement)}`.trimEnd()] as const,
    ),
  ];
}

export function parseReference(kind: string, block: Block, read: (written: string) => string): Reference {
  const splices = valuesOf(block, 'splice').map((line) => {
    const [, offset, length, written = ''] = /^(\d+) (\d+)(?: (.*))?$/.exec(line) ?? [];
    return { offset: Number(offset), length: Number(length), replacement: read(written) };
  });
  return { name: neededOf(block, kind), splices };
}
