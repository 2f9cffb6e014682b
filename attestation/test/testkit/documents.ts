/** Cases about attestation documents as files, for verifiers in any language (attestation/testkit/README.md). */
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Case, CasePolicy } from '../conformance/case.ts';
import { type Block, firstOf, formatBlocks, linesOf, membersOf, neededOf, parseBlocks } from './blocks.ts';
import { applySplices } from './splices.ts';
import { Store, slugOf } from './store.ts';
import {
  fileOf,
  formatBinary,
  formatImages,
  formatReference,
  formatVerdict,
  type KitFiles,
  parseBinary,
  parseImages,
  parseReference,
  parseRoots,
  parseVerdict,
  RootFiles,
} from './verdict-lines.ts';

const BYTE_STRINGS = { nonce: 'nonce', publicKey: 'public-key', userData: 'user-data' } as const;

/** A file of cases for each rule, and the stored files that they name. */
export function formatDocuments(cases: readonly Case[]): KitFiles {
  const store = new Store();
  const roots = new RootFiles();
  const byRule = new Map<number, Block[]>();
  for (const one of cases) {
    byRule.set(one.rule, [...(byRule.get(one.rule) ?? []), formatCase(one, store, roots)]);
  }
  return new Map([
    ...[...byRule].map(([rule, blocks]) => [fileNameOf(rule), formatBlocks(blocks)] as const),
    ...[...store].map(([name, text]) => [`stored/${name}.b64`, formatBinary(toBytes(text))] as const),
    ...roots.files,
  ]);
}

/** The cases of a kit, rule by rule. */
export function parseDocuments(files: KitFiles): readonly Case[] {
  return [...files]
    .filter(([path]) => /^rule-\d\d\.txt$/.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, text]) => parseBlocks(text).map((block) => parseCase(block, files)));
}

function fileNameOf(rule: number): string {
  return `rule-${String(rule).padStart(2, '0')}.txt`;
}

function formatCase(one: Case, store: Store, roots: RootFiles): Block {
  const { policy } = one;
  const document = store.refer(toText(decodeHex(one.document)), storedNameOf(one.name));
  return [
    ...formatVerdict(one.expect),
    ...linesOf({ rule: one.rule, name: one.name }),
    ['at', one.at === 'document' ? one.at : new Date(one.at).toISOString()],
    ...roots.format(one.roots),
    ...formatImages(policy.pcrs),
    ...linesOf({
      'allow-debug': policy.allowDebug,
      nonce: policy.nonce,
      'public-key': policy.publicKey,
      'user-data': policy.userData,
      'unknown-fields': policy.unknownFields,
      'max-age-ms': policy.maxAgeMs,
      'max-skew-ms': policy.maxSkewMs,
    }),
    ...formatReference('document', document, (text) => encodeHex(toBytes(text))),
  ];
}

function parseCase(block: Block, files: KitFiles): Case {
  const { name, splices } = parseReference('document', block, (hex) => toText(decodeHex(hex)));
  const stored = toText(parseBinary(fileOf(files, `stored/${name}.b64`)));
  const at = neededOf(block, 'at');
  return {
    rule: Number(neededOf(block, 'rule')),
    name: neededOf(block, 'name'),
    document: encodeHex(toBytes(applySplices(stored, splices))),
    ...parseRoots(block, files),
    at: at === 'document' ? at : Date.parse(at),
    policy: parsePolicy(block),
    expect: parseVerdict(block),
  };
}

function parsePolicy(block: Block): CasePolicy {
  const number = (name: string, as: 'maxAgeMs' | 'maxSkewMs') => {
    const value = firstOf(block, name);
    return value === undefined ? {} : { [as]: Number(value) };
  };
  const [allowDebug, unknownFields] = [firstOf(block, 'allow-debug'), firstOf(block, 'unknown-fields')];
  return {
    pcrs: parseImages(block),
    ...(allowDebug === undefined ? {} : { allowDebug: allowDebug === 'true' }),
    ...membersOf(block, BYTE_STRINGS),
    ...(unknownFields === 'refuse' ? { unknownFields } : {}),
    ...number('max-age-ms', 'maxAgeMs'),
    ...number('max-skew-ms', 'maxSkewMs'),
  };
}

/** The name of the document that is stored for the case `name`. */
function storedNameOf(name: string): string {
  return slugOf(
    name
      .replace(/^(?:real |invalid |rule \d+: )/, '')
      .replace(/: at its own time$/, '')
      .replace(/^as it is$/, 'genuine'),
  );
}

function toText(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

function toBytes(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'));
}
