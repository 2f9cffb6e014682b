/** The image file and the measurements of a release. A stand-in replaces nitro-cli. */
import { spawnSync } from 'node:child_process';
import { createHash, generateKeyPairSync } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildImage, expectedPcrs } from '../../../attestation/test/eif/eif-builder.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const EIF = join(ROOT, 'scripts/image/eif.mjs');
const RELEASE = join(ROOT, 'scripts/image/release.mjs');
const COMMIT = 'c'.repeat(40);
const BASE = `node:24.21.0-bookworm@sha256:${'b'.repeat(64)}`;
const { pcr0, pcr1, pcr2 } = expectedPcrs();

let work: string;
let image: string;
let key: string;

beforeAll(() => {
  work = mkdtempSync(join(tmpdir(), 'pa-release-'));
  image = join(work, 'genuine.eif');
  writeFileSync(image, buildImage());
  key = join(work, 'key.pem');
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
  writeFileSync(key, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(`${key}.pub`, publicKey.export({ type: 'spki', format: 'pem' }));
});
afterAll(() => rmSync(work, { recursive: true }));

/** Runs a script with `path` as PATH, which is the caller's own by default. */
function node(script: string, parameters: readonly string[], path = process.env['PATH'] ?? '') {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...parameters], {
    encoding: 'utf8',
    env: { PATH: path },
  });
  return { status, stdout, stderr };
}

/** A stand-in for nitro-cli. It copies `image` to the given place and prints these measurements. */
function nitroCli(measurements: Record<string, string>, exit = 0): string {
  const folder = mkdtempSync(join(work, 'bin-'));
  const said = JSON.stringify({ Measurements: { HashAlgorithm: 'Sha384 { ... }', ...measurements } });
  const program = `#!/bin/sh
[ "$1 $2 $3 $4" = "build-enclave --docker-uri perf-aggregator-enclave:latest --output-file" ] || exit 64
cp '${image}' "$5"
echo '${said}'
exit ${exit}
`;
  writeFileSync(join(folder, 'nitro-cli'), program);
  chmodSync(join(folder, 'nitro-cli'), 0o755);
  return `${folder}:${process.env['PATH']}`;
}

describe('when an image file is made', () => {
  const out = () => join(work, 'made.eif');
  const right = { PCR0: pcr0, PCR1: pcr1, PCR2: pcr2 };

  it('its measurements are printed when both programs compute the same', () => {
    const { status, stdout } = node(EIF, [out()], nitroCli({ ...right, PCR0: pcr0.toUpperCase() }));
    expect(status).toBe(0);
    expect(stdout).toContain(`PCR0  ${pcr0}\nPCR1  ${pcr1}\nPCR2  ${pcr2}\n`);
  });

  it('a difference is refused', () => {
    const { status, stderr } = node(EIF, [out()], nitroCli({ ...right, PCR2: pcr1 }));
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^eif_measurement_mismatch: PCR2/),
    });
  });

  it('a failure of nitro-cli is reported', () => {
    const { status, stderr } = node(EIF, [out()], nitroCli(right, 5));
    expect({ status, stderr }).toEqual({ status: 1, stderr: expect.stringMatching(/^eif_build_failed: /) });
  });

  it('a missing nitro-cli is reported', () => {
    const { status, stderr } = node(EIF, [out()], join(work, 'empty'));
    expect({ status, stderr }).toEqual({ status: 3, stderr: expect.stringMatching(/^nitro_cli_absent: /) });
  });
});

describe('when a release is written', () => {
  let facts: string;
  let file: string;
  const read = () => JSON.parse(readFileSync(file, 'utf8')) as { releases: Record<string, unknown>[] };

  function writeFacts(build: object): void {
    const write = (name: string, value: unknown) => writeFileSync(join(facts, name), JSON.stringify(value));
    const sha256 = createHash('sha256').update('file').digest('hex');
    write('build.json', { commit: COMMIT, base: BASE, ...build });
    write(
      'files.json',
      ['enclave.json', 'ca.pem'].map((name) => ({ path: `/etc/perf-aggregator/${name}`, sha256 })),
    );
    write('tools.json', { node: '24.21.0' });
    writeFileSync(join(facts, 'sbom.json'), '{}');
    writeFileSync(join(facts, 'rootfs.tar'), 'root');
  }

  beforeEach(() => {
    facts = mkdtempSync(join(work, 'facts-'));
    file = join(facts, 'release', 'measurements.json');
    mkdirSync(join(facts, 'release'));
    writeFacts({});
  });

  it('it contains the facts of the build, in canonical JSON', () => {
    expect(node(RELEASE, ['add', file, facts, image]).status).toBe(0);
    expect(read().releases).toEqual([
      expect.objectContaining({
        commit: COMMIT,
        base: BASE,
        notAfter: null,
        pcrs: { 0: pcr0, 1: pcr1, 2: pcr2 },
        rootFileSystem: { bytes: 4, sha256: createHash('sha256').update('root').digest('hex') },
        sbom: createHash('sha256').update('{}').digest('hex'),
      }),
    ]);
    expect(readFileSync(file, 'utf8')).toMatch(
      /^\{"format":"perf-aggregator\/measurements\/1","releases":\[\{"base":/,
    );
  });

  it('a new version is added, an existing version is replaced', () => {
    node(RELEASE, ['add', file, facts]);
    expect(read().releases[0]).toMatchObject({ pcrs: null });
    node(RELEASE, ['add', file, facts, image]);
    writeFacts({ commit: 'd'.repeat(40) });
    node(RELEASE, ['add', file, facts, image]);
    expect(read().releases.map(({ commit }) => commit)).toEqual([COMMIT, 'd'.repeat(40)]);
  });

  it.each([
    ['a tree with changes', { commit: `${COMMIT}-dirty` }, 'release_dirty'],
    ['a base that is not pinned', { base: 'node:24.21.0-bookworm' }, 'release_base_unpinned'],
    ['a stand-in', { base: 'localhost/standin/node:24.21.0-bookworm' }, 'release_base_unpinned'],
  ])('%s is refused', (_, build, code) => {
    writeFacts(build);
    const { status, stderr } = node(RELEASE, ['add', file, facts, image]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(new RegExp(`^${code}: `)),
    });
    expect(existsSync(file)).toBe(false);
  });

  it('a revoked release needs a new signature', () => {
    node(RELEASE, ['add', file, facts, image]);
    expect(node(RELEASE, ['sign', file, key]).status).toBe(0);
    const check = () =>
      spawnSync('openssl', ['dgst', '-sha384', '-verify', `${key}.pub`, '-signature', `${file}.sig`, file])
        .status;
    expect(check()).toBe(0);
    expect(node(RELEASE, ['revoke', file, COMMIT, '2026-12-01T00:00:00Z', 'a flaw']).status).toBe(0);
    expect(read().releases[0]).toMatchObject({ notAfter: '2026-12-01T00:00:00Z', reason: 'a flaw' });
    expect(existsSync(`${file}.sig`)).toBe(false);
  });

  it.each([
    ['another commit', ['e'.repeat(40), '2026-12-01T00:00:00Z', 'why'], 'release_unknown'],
    ['a date that is none', [COMMIT, 'tomorrow', 'why'], 'measurements_malformed'],
  ])('revoking %s is refused, and nothing is written', (_, parameters, code) => {
    node(RELEASE, ['add', file, facts, image]);
    const before = readFileSync(file, 'utf8');
    const { status, stderr } = node(RELEASE, ['revoke', file, ...parameters]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(new RegExp(`^${code}: `)),
    });
    expect(readFileSync(file, 'utf8')).toBe(before);
  });

  it('a key of another curve is refused', () => {
    node(RELEASE, ['add', file, facts, image]);
    const other = join(facts, 'other.pem');
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    writeFileSync(other, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    const { status, stderr } = node(RELEASE, ['sign', file, other]);
    expect({ status, stderr }).toEqual({
      status: 1,
      stderr: expect.stringMatching(/^release_key_unsuitable: /),
    });
    expect(existsSync(`${file}.sig`)).toBe(false);
  });
});
