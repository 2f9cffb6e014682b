/** Forms of attestation documents in files. Every form gives the verifier the same document, and none is guessed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { toDocument } from '../../src/cli/document-file.ts';
import { UsageError } from '../../src/cli/exit.ts';
import { run } from './cli.ts';

const FIXTURE = fileURLToPath(
  new URL('../../../attestation/test/fixtures/evervault-prod-2023.b64', import.meta.url),
);
const ESBUILD = fileURLToPath(new URL('../../../node_modules/.bin/esbuild', import.meta.url));
const bytes = Buffer.from(readFileSync(FIXTURE, 'utf8'), 'base64');
const home = mkdtempSync(join(tmpdir(), 'pa-forms-'));
const world = { clock: { now: () => 0 }, home };
afterAll(() => rmSync(home, { recursive: true }));

const base64 = bytes.toString('base64');
const base64url = bytes.toString('base64url');
const hex = bytes.toString('hex');
const lines = (text: string, width = 64) => text.replaceAll(new RegExp(`.{1,${width}}`, 'g'), '$&\n');
const armour = (body: string, label = 'ATTESTATION DOCUMENT') =>
  `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;

const FORMS: readonly (readonly [name: string, text: string | Uint8Array])[] = [
  ['raw', bytes],
  ['raw with tag 18', Buffer.concat([Buffer.from([0xd2]), bytes])],
  ['base64', base64],
  ['base64 in lines', lines(base64, 76)],
  ['base64 in lines of Windows, with blanks around', ` \t${lines(base64).replaceAll('\n', '\r\n')}\r\n`],
  ['base64 without padding', base64.replaceAll('=', '')],
  ['base64url', base64url],
  ['base64url with padding', base64.replaceAll('+', '-').replaceAll('/', '_')],
  ['hex', hex],
  ['hex in lines, upper case', lines(hex.toUpperCase())],
  ['armoured base64', armour(lines(base64))],
  ['armoured base64url', armour(base64url, 'X')],
  ['armoured hex', armour(hex)],
  ['attestation_doc in JSON', JSON.stringify({ attestation_doc: base64 })],
  ['attestation in JSON, among others', JSON.stringify({ attestation: base64, nonce: 'x', v: [1] }, null, 2)],
  ['hex in JSON', `\n${JSON.stringify({ attestation_doc: hex })}\n`],
  ['base64url in JSON', JSON.stringify({ attestation_doc: base64url })],
  ['base64 behind the mark of UTF-8', `\ufeff${base64}`],
  ['JSON behind the mark of UTF-8', `\ufeff${JSON.stringify({ attestation: base64 })}`],
];

describe('when a document is in a supported form', () => {
  it.each(FORMS)('%s verifies', async (_, content) => {
    const file = join(home, 'document');
    writeFileSync(file, content);
    const { code, stdout } = await run(
      ['verify-attestation', file, '--any-image', '--at', 'document', '--json'],
      world,
    );
    expect([code, (JSON.parse(stdout) as { code: unknown }).code]).toEqual([0, null]);
  });

  it.each(FORMS.filter(([name]) => name !== 'raw with tag 18'))('%s gives the same bytes', (_, content) => {
    expect(Buffer.from(toDocument(Buffer.from(content as string)))).toEqual(bytes);
  });
});

describe('when a text has no supported form', () => {
  it.each([
    ['both alphabets', `${base64url}+/`],
    ['padding in the middle', `${base64.slice(0, 40)}=${base64.slice(40)}`],
    ['three signs of padding', `${base64.replaceAll('=', '')}===`],
    ['padding of another length', 'hA='],
    ['words', 'attestation document'],
    ['nothing', ''],
    ['an odd number of hex digits', '845'],
    ['more than a document may take', 'ab'.repeat(40_000)],
    ['a list', JSON.stringify([base64])],
    ['text of JSON', JSON.stringify(base64)],
    ['a letter that is not ASCII', `ä${base64}`],
  ])('%s is passed to the verifier unchanged', async (_, content) => {
    expect(Buffer.from(toDocument(Buffer.from(content))).toString()).toBe(content);
    const file = join(home, 'none');
    writeFileSync(file, content);
    const { code, stdout } = await run(['verify-attestation', file, '--any-image', '--json'], world);
    expect([code, (JSON.parse(stdout) as { code: unknown }).code]).toEqual([1, 'document_malformed']);
  });

  it.each([
    ['JSON without a document', '{"document":"hEQ="}'],
    ['JSON with two', JSON.stringify({ attestation_doc: base64, attestation: base64 })],
    ['JSON that says its document twice', `{"attestation":"${base64}","attestation":"${base64}"}`],
    ['JSON that ends early', '{"attestation":"'],
    ['JSON whose document is no text', '{"attestation":[132]}'],
    ['JSON whose document is JSON', JSON.stringify({ attestation: JSON.stringify({ attestation: base64 }) })],
    ['JSON whose document is armoured', JSON.stringify({ attestation: armour(base64) })],
    ['JSON with too long a document', JSON.stringify({ attestation: 'ab'.repeat(40_000) })],
    ['JSON that only inherits one', '{"__proto__":{"attestation":"hEQ="}}'],
    ['armour without an end', '-----BEGIN X-----\nhEQ='],
    ['armour of two labels', `-----BEGIN X-----\n${base64}\n-----END Y-----`],
    ['two blocks', armour(base64) + armour(base64)],
    ['two blocks of base64url in one line', armour(base64url, 'X').replaceAll('\n', '').repeat(2)],
    ['armour around nothing', armour('')],
  ])('%s is refused', async (_, content) => {
    expect(() => toDocument(Buffer.from(content))).toThrow(UsageError);
    const file = join(home, 'none');
    writeFileSync(file, content);
    const { code, error } = await run(['verify-attestation', file, '--any-image'], world);
    expect([code, error]).toEqual([2, expect.objectContaining({ code: 'input_malformed' })]);
  });
});

/** Runs a separate process, because it needs its own standard input. Returns what `source` does with the input. */
function piped(input: string | Uint8Array, source: string): string {
  const files = new URL('../../src/cli/files.ts', import.meta.url).pathname;
  const bundle = join(home, 'read.mjs');
  execFileSync(ESBUILD, [
    ...[files, '--bundle', '--format=esm', '--platform=node', '--conditions=source', `--outfile=${bundle}`],
    '--banner:js=import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
    '--log-level=error',
  ]);
  const program = `import { readBytes } from '${bundle}'; try { ${source} } catch (error) { console.log(error.code); }`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', program], { input }).toString().trim();
}

describe('when evidence is long', () => {
  const MIB = 1 << 20;

  it('a file of more than 4 MiB is refused, with any content, and one of 4 MiB is read', async () => {
    const file = join(home, 'long');
    for (const command of ['verify', 'verify-attestation']) {
      writeFileSync(file, Buffer.alloc(4 * MIB + 1, ' '));
      const long = await run([command, file, '--any-image'], world);
      expect([long.code, long.error]).toEqual([2, expect.objectContaining({ code: 'input_too_large' })]);
      writeFileSync(file, Buffer.alloc(4 * MIB, ' '));
      expect(await run([command, file, '--any-image'], world)).toMatchObject({ code: 1 });
    }
  });

  it('a file of size zero that never ends is not read to its end', async () => {
    const { code, error } = await run(['verify', '/dev/zero', '--any-image'], world);
    expect([code, error]).toEqual([2, expect.objectContaining({ code: 'input_too_large' })]);
  });

  it('measurements and roots have the same limit', async () => {
    writeFileSync(join(home, 'long'), Buffer.alloc(4 * MIB + 1, ' '));
    for (const flags of [
      ['--measurements', join(home, 'long')],
      ['--any-image', '--root', join(home, 'long')],
    ]) {
      const { error } = await run(['verify-attestation', FIXTURE, ...flags], world);
      expect(error).toMatchObject({ code: 'input_too_large' });
    }
  });

  it('a folder, and a missing file, cannot be read', async () => {
    for (const path of [home, join(home, 'missing')]) {
      const { code, error } = await run(['verify', path, '--any-image'], world);
      expect([code, error]).toEqual([2, expect.objectContaining({ code: 'file_unreadable' })]);
    }
  });

  it('standard input is read up to 4 MiB, and not beyond', () => {
    const length = "console.log(readBytes('-').length)";
    expect(piped(Buffer.alloc(4 * MIB, ' '), length)).toBe(String(4 * MIB));
    expect(piped(Buffer.alloc(4 * MIB + 1, ' '), length)).toBe('input_too_large');
    expect(piped('', length)).toBe('0');
  });
});
