/**
 * Cases as text, for verifiers in any language (attestation/testkit/README.md has the format): header lines of
 * `name: value`, an empty line, and the document in base64.
 */
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Case, CasePolicy } from './case.ts';

const LINE = 76;

/** Name of the file that holds `one`. */
export function fileNameOf({ rule, name }: Case): string {
  const words = name
    .replace(/^rule \d+: /, '')
    .toLowerCase()
    .replaceAll('−', '-minus-')
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
  return `${String(rule).padStart(2, '0')}-${words}.txt`;
}

export function formatCase(one: Case): string {
  const { policy } = one;
  const [verdictOrClass = '', code = verdictOrClass] = one.expect.split(' ');
  const header: (readonly [string, string | number | boolean | undefined])[] = [
    ['expect', code],
    ['class', code === verdictOrClass ? undefined : verdictOrClass],
    ['rule', one.rule],
    ['name', one.name],
    ['at', one.at === 'document' ? one.at : new Date(one.at).toISOString()],
    ...(one.roots === undefined ? [['roots', 'aws'] as const] : [['roots', one.roots.length] as const]),
    ...(one.roots ?? []).map((root) => ['root', encodeBase64(decodeHex(root))] as const),
    ...formatImages(policy.pcrs),
    ['allow-debug', policy.allowDebug],
    ['nonce', policy.nonce],
    ['public-key', policy.publicKey],
    ['user-data', policy.userData],
    ['unknown-fields', policy.unknownFields],
    ['max-age-ms', policy.maxAgeMs],
    ['max-skew-ms', policy.maxSkewMs],
  ];
  const lines = header.flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`.trimEnd()],
  );
  const body = encodeBase64(decodeHex(one.document)).match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return `${[...lines, '', ...body].join('\n')}\n`;
}

export function parseCase(text: string): Case {
  const split = text.indexOf('\n\n');
  const header = new Map<string, string[]>();
  for (const line of text.slice(0, split).split('\n')) {
    const [, name, value] = /^([a-z-]+):(?: (.*))?$/.exec(line) ?? [];
    if (name === undefined) throw new Error(`not a header line: ${line}`);
    header.set(name, [...(header.get(name) ?? []), value ?? '']);
  }
  const one = (name: string) => header.get(name)?.[0];
  const [expect, errorClass, at] = [one('expect')!, one('class'), one('at')!];
  return {
    rule: Number(one('rule')),
    name: one('name')!,
    document: encodeHex(decodeBase64(text.slice(split).replaceAll('\n', ''))),
    ...(one('roots') === 'aws'
      ? {}
      : { roots: (header.get('root') ?? []).map((root) => encodeHex(decodeBase64(root))) }),
    at: at === 'document' ? at : Date.parse(at),
    policy: parsePolicy(header),
    expect: errorClass === undefined ? expect : `${errorClass} ${expect}`,
  };
}

/** One line for each image that is acceptable: `PCR=hex` of each register, apart by blanks. */
function formatImages(pcrs: CasePolicy['pcrs']): (readonly [string, string])[] {
  if (pcrs === 'any-image') return [['image', 'any']];
  return pcrs.map((image) => [
    'image',
    Object.entries(image)
      .map(([index, value]) => `${index}=${value}`)
      .join(' '),
  ]);
}

function parsePolicy(header: ReadonlyMap<string, readonly string[]>): CasePolicy {
  const images = header.get('image') ?? [];
  const text = (name: string, as: string) => {
    const value = header.get(name)?.[0];
    return value === undefined ? {} : { [as]: value };
  };
  const number = (name: string, as: string) => {
    const value = header.get(name)?.[0];
    return value === undefined ? {} : { [as]: Number(value) };
  };
  return {
    pcrs: images[0] === 'any' ? 'any-image' : images.map(parseImage),
    ...(header.has('allow-debug') ? { allowDebug: header.get('allow-debug')![0] === 'true' } : {}),
    ...text('nonce', 'nonce'),
    ...text('public-key', 'publicKey'),
    ...text('user-data', 'userData'),
    ...text('unknown-fields', 'unknownFields'),
    ...number('max-age-ms', 'maxAgeMs'),
    ...number('max-skew-ms', 'maxSkewMs'),
  };
}

function parseImage(line: string): Record<string, string> {
  return Object.fromEntries(
    line
      .split(' ')
      .filter((pair) => pair !== '')
      .map((pair) => pair.split('=') as [string, string]),
  );
}
