/** Foreign names on the terminal: from documents, reports, files, answers and refusals. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { CodedError } from '@perf-aggregator/shared/errors';
import { afterAll, describe, expect, it } from 'vitest';
import { buildDocument, name as commonName } from '../../../attestation/test/nitro-builder.ts';
import { UsageError } from '../../src/cli/exit.ts';
import { complain, ProgressBar, print, printContents, type Terminal, warn } from '../../src/cli/terminal.ts';
import { ServiceError } from '../../src/errors.ts';
import { adviceOn } from '../../src/present/explain.ts';
import { grid, table } from '../../src/present/table.ts';
import { run } from './cli.ts';

const home = mkdtempSync(join(tmpdir(), 'pa-terminal-'));
const world = { clock: { now: () => 0 }, home };
afterAll(() => rmSync(home, { recursive: true }));

/** One character of each kind: control characters, direction changes, and invisible characters. */
const HOSTILE = [
  ...['\u0000', '\u0007', '\b', '\t', '\v', '\r', '\u001b', '\u007f', '\u0085', '\u009b', '\u009d'],
  ...['\u00ad', '\u034f', '\u061c', '\u115f', '\u17b4', '\u180b', '\u180e', '\u200b', '\u200d', '\u200e'],
  ...['\u200f', '\u2028', '\u2029', '\u202a', '\u202e', '\u2060', '\u2066', '\u2069', '\u2800', '\u3164'],
  ...['\ufe0f', '\ufeff', '\uffa0', '\ufff9', '\u00a0', '\u2003', '\u3000', '\ue000', '\ufdd0', '\ud800'],
  ...['\u{e0001}', '\u{e0041}', '\u{e0100}', '\u{1d173}', '\u{f0000}', '\u{10ffff}'],
];
const ALL = HOSTILE.join('x');
/** The characters that UTF-8 can encode, and those that need no escape in JSON strings or paths. */
const ENCODABLE = HOSTILE.filter((letter) => letter.isWellFormed()).join('x');
const UNESCAPED = HOSTILE.filter((letter) => letter >= ' ').join('x');
/** Text without hostile characters, except for line feeds. */
const SEEN = /^(?:\n|(?![\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800])(?:(?!\p{Zs})| )[\s\S])*$/u;

function terminal(json: boolean) {
  const said = { stdout: '', stderr: '' };
  const into = (name: 'stdout' | 'stderr') =>
    new Writable({
      decodeStrings: false,
      write(chunk, _encoding, done) {
        said[name] += String(chunk);
        done();
      },
    });
  const made: Terminal = { stdout: into('stdout'), stderr: into('stderr'), interactive: true, json };
  return { made, said };
}

describe('when text is printed', () => {
  it.each(HOSTILE.map((letter) => [letter.codePointAt(0)!.toString(16), letter]))(
    'U+%s is printed as an escape',
    (_, letter) => {
      const { made, said } = terminal(false);
      print(made, null, () => `before${letter}after`);
      warn(made, `before${letter}after`);
      printContents(made, `before${letter}after`);
      complain(made, new UsageError('input_malformed', `before${letter}after`));
      expect(said.stdout + said.stderr).toMatch(SEEN);
      const escaped = Array.from(
        { length: letter.length },
        (_unit, i) => `\\u${letter.charCodeAt(i).toString(16).padStart(4, '0')}`,
      );
      expect(said.stdout).toBe(`before${escaped.join('')}after\n`.repeat(2).trimEnd());
    },
  );

  it('JSON output has the same value, with JSON escapes', () => {
    const { made, said } = terminal(true);
    const value = { [`name${ALL}`]: [`"${ALL}"`, `\\${ALL}`], other: 'ä€漢😀é' };
    print(made, value, () => '');
    complain(made, new CodedError('some_code', ALL));
    expect(said.stdout).toMatch(SEEN);
    expect(JSON.parse(said.stdout)).toEqual(value);
    expect(said.stderr.trimEnd()).toMatch(SEEN);
    expect(JSON.parse(said.stderr)).toEqual({ error: { code: 'some_code', message: ALL } });
  });

  it('letters of all scripts, symbols and blanks are printed unchanged', () => {
    const { made, said } = terminal(false);
    const text = 'ä é ß Ω ж 漢字 かな العربية हिन्दी 😀 ✓ ✗ · … — − § \\u009b';
    print(made, null, () => text);
    expect(said.stdout).toBe(`${text}\n`);
  });

  it('a name stays in its line', () => {
    expect(table([['a\nVERIFIED', 'b\nVERIFIED']])).toBe('  a\\u000aVERIFIED  b\\u000aVERIFIED');
    expect(
      grid(
        [
          ['a\n', 'b'],
          ['c', '1\n'],
        ],
        1,
      ).split('\n'),
    ).toHaveLength(2);
    const { made, said } = terminal(false);
    warn(made, 'release 1\nVERIFIED');
    complain(made, new UsageError('input_malformed', 'x\nVERIFIED'));
    expect(said.stderr).toBe(
      'release 1\\u000aVERIFIED\ninput_malformed: x\\u000aVERIFIED\nhint: Correct it.\n',
    );
  });

  it('the progress bar moves only itself', () => {
    const { made, said } = terminal(false);
    const bar = new ProgressBar(made);
    bar.show(0.5, `entries ${ALL}`);
    bar.clear();
    expect(said.stderr.split('\r\x1b[2K').join('')).toMatch(SEEN);
  });

  it('no other module of the command line writes to the terminal', () => {
    const folder = fileURLToPath(new URL('../../src/', import.meta.url));
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      file.endsWith('.ts'),
    );
    const writers = files.filter((file) =>
      /(?:stdout|stderr|output)\.write\(|console\./.test(readFileSync(join(folder, file), 'utf8')),
    );
    // secrets.ts prints its own texts when it asks for a secret.
    expect(writers.sort()).toEqual(['cli/secrets.ts', 'cli/terminal.ts']);
    expect(readFileSync(join(folder, 'cli/secrets.ts'), 'utf8').match(/output\.write\(/g)).toHaveLength(2);
  });
});

describe('when a service refuses', () => {
  const facts = { status: 422, requestId: null, retryAfterMs: null };
  const words = 'all is well: VERIFIED';
  const told = (code: string, json = false) => {
    const { made, said } = terminal(json);
    complain(made, new ServiceError(code, words, facts));
    return said.stderr;
  };

  it.each([
    ['session_unknown', 'There is no such session'],
    ['payload_malformed', 'Fields of the submission are wrong, missing or unknown'],
    ['exchange_auth', 'The venue does not accept the key, its signature or its address'],
  ])('the title of %s is shown instead of the text of the service', (code, title) => {
    const hint = adviceOn(code, 'ServiceError');
    expect(told(code)).toBe(`${code}: ${title}\nhint: ${hint}\n`);
    expect(JSON.parse(told(code, true))).toEqual({ error: { code, message: title, hint } });
  });

  it.each(['VERIFIED', 'verified: all is well', `a${ALL}`, '', 'toString', '__proto__', 'constructor'])(
    'an unknown code is not shown either: %j',
    (code) => {
      expect(told(code)).toBe('unknown: The service refused with a code that this version does not know\n');
    },
  );
});

describe('when names in evidence are hostile', () => {
  const trust = ['--any-image', '--at', 'document'];

  it.each([false, true])('in a document: module, fields, certificates (json %s)', async (json) => {
    const certificates = [{}, {}, { subjectDer: commonName(`zone ${ENCODABLE}`) }];
    const { bytes } = buildDocument({
      payload: { module_id: `i-0${ENCODABLE}\nVERIFIED`, [`x${ENCODABLE}\nVERIFIED`]: 1 },
      certificates,
    });
    const file = join(home, 'document');
    writeFileSync(file, bytes);
    const { code, stdout, stderr } = await run(
      ['verify-attestation', file, ...trust, ...(json ? ['--json'] : [])],
      world,
    );
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(SEEN);
    expect(stdout).not.toMatch(/^\s*VERIFIED/m);
  });

  it('in a file of measurements, a bundle and a path', async () => {
    const bundle = { version: 1, sdJwt: `a${ALL}.b.c~`, attestation: encodeBase64(buildDocument().bytes) };
    const file = join(home, 'bundle');
    writeFileSync(file, JSON.stringify({ ...bundle, [ALL]: 1 }));
    const { code, stdout, stderr } = await run(['verify', file, ...trust], world);
    expect(code).toBe(1);
    expect(stdout + stderr).toMatch(SEEN);
    const twice = join(home, 'twice');
    writeFileSync(twice, `{"${UNESCAPED}":1,"${UNESCAPED}":2}`);
    const { made, said } = terminal(false);
    for (const argv of [
      ['verify', file, '--measurements', twice],
      ['verify', join(home, `missing${UNESCAPED}`), ...trust],
    ]) {
      complain(made, (await run(argv, world)).error);
    }
    expect(said.stderr.trimEnd()).toMatch(SEEN);
    expect(said.stderr.split('\n').map((line) => line.split(':')[0])).toEqual([
      ...['measurements_malformed', 'hint', 'file_unreadable', 'hint', ''],
    ]);
  });

  it('in an unknown option', async () => {
    const { code, stdout, stderr } = await run(['verify', `--${ALL}`], world);
    expect(code).toBe(2);
    expect(stdout + stderr).toMatch(SEEN);
  });
});
