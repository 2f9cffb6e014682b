/** Tests `--measurements` with real documents and signed files of releases. */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './cli.ts';

interface Vector {
  readonly file: string;
  readonly timestamp_ms: number;
  readonly debug_mode: boolean;
}

const FIXTURES = fileURLToPath(new URL('../../../attestation/test/fixtures/', import.meta.url));
const vectors = (JSON.parse(readFileSync(join(FIXTURES, 'vectors.json'), 'utf8')) as { valid: Vector[] })
  .valid;
const vector = vectors.find(({ debug_mode }) => !debug_mode)!;
const document = join(FIXTURES, vector.file);
const home = mkdtempSync(join(tmpdir(), 'pa-measurements-'));
const file = join(home, 'measurements.json');
const key = join(home, 'key.pem');
const world = { clock: { now: () => vector.timestamp_ms + 60_000 }, home };
const sha256 = createHash('sha256').update('any').digest('hex');
let privateKey: KeyObject;
let pcrs: Record<string, string>;

beforeAll(async () => {
  const { stdout } = await verify('--any-image');
  const all = (JSON.parse(stdout) as { pcrs: Record<string, string> }).pcrs;
  pcrs = { 0: all['0']!, 1: all['1']!, 2: all['2']! };
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  privateKey = pair.privateKey;
  writeFileSync(key, pair.publicKey.export({ type: 'spki', format: 'pem' }));
});
afterAll(() => rmSync(home, { recursive: true }));

function verify(...flags: string[]) {
  return run(['verify-attestation', document, '--json', '--at', 'document', ...flags], world);
}

/** Writes a file with one release for the image of the document, and its signature. */
function publish(more: object = {}, signer: KeyObject = privateKey): void {
  const release = {
    version: '0.1.0',
    commit: '0'.repeat(40),
    ...{ notAfter: null, reason: null, pcrs },
    rootFileSystem: { sha256, bytes: 1 },
    configuration: { 'enclave.json': sha256, 'ca.pem': sha256 },
    ...{ sbom: sha256, base: 'base', tools: {} },
    ...more,
  };
  const text = JSON.stringify({ format: 'perf-aggregator/measurements/1', releases: [release] });
  writeFileSync(file, text);
  writeFileSync(`${file}.sig`, sign('sha384', Buffer.from(text), signer));
}

describe('when images come from a file', () => {
  it('the document of an image in the file verifies, with and without a signature', async () => {
    publish();
    expect((await verify('--measurements', file, '--measurements-key', key)).code).toBe(0);
    expect((await verify('--measurements', file)).code).toBe(0);
  });

  it('openssl agrees about the signature', () => {
    publish();
    const check = spawnSync('openssl', [
      'dgst',
      '-sha384',
      '-verify',
      key,
      '-signature',
      `${file}.sig`,
      file,
    ]);
    expect({ status: check.status, said: check.stdout.toString() }).toEqual({
      status: 0,
      said: 'Verified OK\n',
    });
  });

  it('the output of nitro-cli names an image too, signed or not', async () => {
    const named = { HashAlgorithm: 'Sha384 { ... }', PCR0: pcrs['0'], PCR1: pcrs['1'], PCR2: pcrs['2'] };
    const output = (more: object) => JSON.stringify({ Measurements: { ...named, ...more } }, null, 2);
    writeFileSync(file, `Enclave Image successfully created.\n${output({})}\n`);
    expect((await verify('--measurements', file)).code).toBe(0);
    writeFileSync(`${file}.sig`, sign('sha384', readFileSync(file), privateKey));
    expect((await verify('--measurements', file, '--measurements-key', key)).code).toBe(0);
    writeFileSync(file, output({ PCR1: '1'.repeat(96) }));
    expect((await verify('--measurements', file, '--measurements-key', key)).error).toMatchObject({
      code: 'measurements_signature_invalid',
    });
    const other = await verify('--measurements', file);
    expect([other.code, JSON.parse(other.stdout)]).toEqual([
      1,
      expect.objectContaining({ code: 'pcr_mismatch' }),
    ]);
    writeFileSync(file, output({ PCR0: undefined }));
    expect(await verify('--measurements', file)).toMatchObject({
      code: 2,
      error: { code: 'measurements_malformed' },
    });
  });

  it('a file with a duplicate member names no image', async () => {
    publish();
    writeFileSync(
      file,
      readFileSync(file, 'utf8').replace(
        '"notAfter":null',
        '"notAfter":"2020-01-01T00:00:00Z","notAfter":null',
      ),
    );
    expect(await verify('--measurements', file)).toMatchObject({
      code: 2,
      error: { code: 'measurements_malformed' },
    });
  });

  it('the document of another image does not verify', async () => {
    for (const [wrong, expected] of [
      ['1', 'pcr_mismatch'],
      // Debug mode shows zeros. No release has these measurements.
      ['0', 'policy_invalid'],
    ] as const) {
      publish({ pcrs: { ...pcrs, 2: wrong.repeat(96) } });
      const { code, stdout } = await verify('--measurements', file);
      expect([code, JSON.parse(stdout)]).toEqual([
        1,
        expect.objectContaining({ verified: false, code: expected }),
      ]);
    }
  });

  it('an expired release is refused, but was possibly valid at the time of the document', async () => {
    publish({ notAfter: new Date(vector.timestamp_ms + 1).toISOString(), reason: 'a flaw' });
    expect((await verify('--measurements', file)).code).toBe(0);
    publish({ notAfter: new Date(vector.timestamp_ms - 1).toISOString(), reason: 'a flaw' });
    const { code, error } = await verify('--measurements', file);
    expect(code).toBe(1);
    expect(error).toMatchObject({ code: 'measurements_expired' });
  });

  it('an expired release is named when no other release matches', async () => {
    publish({ notAfter: new Date(vector.timestamp_ms - 1).toISOString(), reason: 'a flaw' });
    const { releases, format } = JSON.parse(readFileSync(file, 'utf8')) as {
      releases: object[];
      format: string;
    };
    const other = { ...releases[0], notAfter: null, reason: null, pcrs: { ...pcrs, 0: '1'.repeat(96) } };
    writeFileSync(file, JSON.stringify({ format, releases: [...releases, other] }));
    const { code, stdout, stderr } = await verify('--measurements', file);
    expect([code, JSON.parse(stdout)]).toEqual([1, expect.objectContaining({ code: 'pcr_mismatch' })]);
    expect(stderr).toMatch(/^release 0\.1\.0 \(000000000000\) is not to be believed after \S+: a flaw$/m);
  });
});

describe('when a file cannot be trusted', () => {
  const foreign = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey;

  it.each([
    ['by another key', () => publish({}, foreign)],
    ['over other bytes', () => writeFileSync(file, `${readFileSync(file, 'utf8')} `)],
    ['that is none', () => writeFileSync(`${file}.sig`, 'signature')],
  ])('a signature %s is refused', async (_, spoil) => {
    publish();
    spoil();
    const { code, error } = await verify('--measurements', file, '--measurements-key', key);
    expect(code).toBe(1);
    expect(error).toMatchObject({ code: 'measurements_signature_invalid' });
  });

  it('a file without signature, a key of another kind, and a missing key are reported', async () => {
    publish();
    rmSync(`${file}.sig`);
    const unsigned = await verify('--measurements', file, '--measurements-key', key);
    expect([unsigned.code, unsigned.error]).toEqual([
      2,
      expect.objectContaining({ code: 'file_unreadable' }),
    ]);
    const other = join(home, 'other.pem');
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(other, publicKey.export({ type: 'spki', format: 'pem' }));
    for (const wrong of [other, document]) {
      const { code, error } = await verify('--measurements', file, '--measurements-key', wrong);
      expect([code, error]).toEqual([2, expect.objectContaining({ code: 'input_malformed' })]);
    }
  });

  it('a file of another form is refused', async () => {
    writeFileSync(file, '{}');
    const { code, error } = await verify('--measurements', file);
    expect([code, error]).toEqual([2, expect.objectContaining({ code: 'measurements_malformed' })]);
  });

  it.each([
    ['--pcr', ['--pcr', `0=${'0'.repeat(96)}`]],
    ['--any-image', ['--any-image']],
  ])('%s besides is refused', async (_, flags) => {
    publish();
    expect((await verify('--measurements', file, ...flags)).code).toBe(2);
  });

  it('a key without a file is refused', async () => {
    const { code, error } = await verify('--any-image', '--measurements-key', key);
    expect([code, error]).toEqual([2, expect.objectContaining({ code: 'option_invalid' })]);
  });
});
