/** Standard input: `-` is accepted wherever a file is read, and only once. */
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeService, MADE_AT, PCRS, ROOT } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const input = vi.hoisted(() => ({ handle: -1 }));
// The standard input of this process belongs to the test runner.
vi.mock('node:fs', async (original) => {
  const real = await original<typeof import('node:fs')>();
  const of = (handle: unknown) => (handle === 0 ? input.handle : handle) as number;
  return {
    ...real,
    readSync: (handle: number, piece: Uint8Array) => real.readSync(of(handle), piece),
    fstatSync: (handle: number) => real.fstatSync(of(handle)),
    readFileSync: (path: number, options: never) => real.readFileSync(of(path), options),
    createReadStream: (path: string, options: { fd?: number }) =>
      real.createReadStream(path, options.fd === undefined ? options : { ...options, fd: of(options.fd) }),
  };
});

const FIXTURES = fileURLToPath(new URL('../../../attestation/test/fixtures/', import.meta.url));
const PEM = `-----BEGIN CERTIFICATE-----\n${encodeBase64(ROOT)}\n-----END CERTIFICATE-----\n`;
let home: string;
let service: FakeService;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-stdin-'));
  service = new FakeService();
});
afterEach(() => {
  if (input.handle >= 0) closeSync(input.handle);
  input.handle = -1;
  rmSync(home, { recursive: true });
});

async function piped(content: string | Uint8Array, ...argv: string[]) {
  const file = join(home, 'piped');
  writeFileSync(file, content);
  input.handle = openSync(file, 'r');
  return run(argv, {
    ...{ clock: { now: () => MADE_AT }, home, adapter: service.adapter },
    environment: { PERF_AGGREGATOR_API_KEY: 'k', PERF_AGGREGATOR_API_SECRET: 's' },
  });
}
const at = ['--url', 'http://service.test'];
const image = ['--pcr', `0=${PCRS[0]}`];
const root = () => {
  const file = join(home, 'root.pem');
  writeFileSync(file, PEM);
  return ['--root', file];
};

describe('when a file is -', () => {
  it('a root', async () => {
    expect((await piped(PEM, 'quote', ...at, ...image, '--root', '-')).code).toBe(0);
  });

  it('measurements, which have no signature file then', async () => {
    const printed = JSON.stringify({
      Measurements: { HashAlgorithm: 'Sha384 { ... }', PCR0: PCRS[0], PCR1: PCRS[1], PCR2: PCRS[2] },
    });
    expect((await piped(printed, 'quote', ...at, ...root(), '--measurements', '-')).code).toBe(0);
    const keyed = ['--measurements', '-', '--measurements-key', join(home, 'root.pem')];
    expect((await piped(printed, 'quote', ...at, ...keyed)).error).toMatchObject({ code: 'option_invalid' });
  });

  it('accounts, and each secret', async () => {
    const trust = [...at, ...root(), ...image];
    const accounts = JSON.stringify([{ exchange: 'binance', apiKey: 'from-pipe', apiSecret: 'y' }]);
    expect((await piped(accounts, 'register', '--user', 'u', ...trust, '--accounts', '-')).code).toBe(0);
    expect(service.submitted).toMatchObject({ accounts: [{ apiKey: 'from-pipe' }] });
    expect((await piped('key\n', 'register', '--user', 'u', ...trust, '--api-key-file', '-')).code).toBe(0);
    expect(service.submitted).toMatchObject({ accounts: [{ apiKey: 'key', apiSecret: 's' }] });
    expect((await piped('sec\n', 'register', '--user', 'u', ...trust, '--api-secret-file', '-')).code).toBe(
      0,
    );
    expect(service.submitted).toMatchObject({ accounts: [{ apiKey: 'k', apiSecret: 'sec' }] });
  });

  it('files to verify or to analyse', async () => {
    const { readFileSync } = await vi.importActual<typeof import('node:fs')>('node:fs');
    const document = readFileSync(join(FIXTURES, 'evervault-prod-2023.b64'));
    const flags = ['--any-image', '--at', 'document'];
    expect((await piped(document, 'verify-attestation', '-', ...flags)).code).toBe(0);
    expect((await piped('{}', 'verify', '-', '--any-image')).stdout).toContain('bundle_malformed');
    const table = 'date,return\n2024-01-01,0.01\n2024-01-02,0.02\n';
    expect((await piped(table, 'analyze', '-', '--json')).stdout).toContain('"observationCount": 2');
    expect((await piped('x'.repeat(1_000), 'measure', '-')).error).toMatchObject({
      code: 'eif_magic_invalid',
    });
    expect((await piped('x', 'kms-policy', '--check', '-')).error).toMatchObject({
      code: 'key_policy_not_json',
    });
    expect(
      (await piped('x', 'verify', 'f', '--measurements', 'f', '--measurements-key', '-')).error,
    ).toMatchObject({
      code: 'file_unreadable',
    });
  });

  it('a report with `-` is written to standard output', async () => {
    await piped('', 'register', '--user', 'u', ...at, ...root(), ...image);
    service.result = { bundle: { version: 1, attestation: 'AQID', sdJwt: 'a.b.c~' } };
    const { stdout, stderr } = await piped('', 'report', '--out', '-');
    expect(JSON.parse(stdout)).toMatchObject({ version: 1 });
    expect(stderr).toBe('report of session ssssssss…\n');
  });

  it.each([
    ['verify', '-', '--root', '-'],
    ['verify', '-', '--measurements', '-'],
    ['quote', '--root', '-', '--root', '-', '--any-image'],
    ['register', '--user', 'u', '--any-image', '--api-key-file', '-', '--api-secret-file', '-'],
    ['quote', '--measurements', '-', '--measurements-key', '-'],
  ])('it is read once: %s %s %s %s …', async (...argv) => {
    const { code, error } = await piped(PEM, ...argv);
    expect([code, error]).toMatchObject([2, { code: 'option_invalid' }]);
    expect((error as Error).message).toContain('standard input');
    expect(service.requests).toEqual([]);
  });
});
