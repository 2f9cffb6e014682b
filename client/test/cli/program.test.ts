import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { AxiosError } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliContext } from '../../src/cli/context.ts';
import { createProgram } from '../../src/cli/program.ts';
import { FakeService, MADE_AT, PCRS, problem, ROOT, SESSION } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const SECRETS = { PERF_AGGREGATOR_API_KEY: 'key-marker', PERF_AGGREGATOR_API_SECRET: 'secret-marker' };
let home: string;
let root: string;
let service: FakeService;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-cli-'));
  root = join(home, 'root.pem');
  writeFileSync(root, `-----BEGIN CERTIFICATE-----\n${encodeBase64(ROOT)}\n-----END CERTIFICATE-----\n`);
  service = new FakeService();
});
afterEach(() => rmSync(home, { recursive: true }));

const cli = (argv: string[], environment: Record<string, string> = SECRETS) =>
  run(['--url', 'http://service.test', ...argv], {
    clock: { now: () => MADE_AT },
    home,
    environment,
    adapter: service.adapter,
  });
const trust = () => ['--root', root, '--pcr', `0=${PCRS[0]}`];
const register = () => cli(['register', '--user', 'u', ...trust()]);

describe('when commands talk to a service', () => {
  it('a session is registered, stored for its owner only, read and revoked', async () => {
    const registered = await cli(['register', '--user', 'u', '--json', ...trust()]);
    expect(registered).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(registered.stdout)).toMatchObject({ sessionId: SESSION, simulated: true });
    expect(service.submitted).toMatchObject({
      userId: 'u',
      accounts: [{ apiKey: 'key-marker', apiSecret: 'secret-marker' }],
    });
    const file = join(home, 'sessions', `${SESSION}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(home, 'sessions')).mode & 0o777).toBe(0o700);
    expect(readFileSync(file, 'utf8')).not.toMatch(/marker/);
    expect((await cli(['revoke'])).code).toBe(0);
    expect(readdirSync(join(home, 'sessions'))).toEqual([]);
  });

  it('a quote is shown with its measurements, and marked as simulated', async () => {
    const { code, stdout } = await cli(['quote', ...trust()]);
    expect(code).toBe(0);
    expect(stdout).toContain('SIMULATED');
    expect(stdout).toContain(PCRS[0]);
  });

  it('a quote is shown with the addresses that venues see, marked as a statement of the operator', async () => {
    const silent = await cli(['quote', ...trust()]);
    expect(silent.stdout).toMatch(/Venues see\s+not told by the operator/);
    service.answer = (_path, honest) => {
      const { status, body } = honest();
      return { status, body: { ...(body as object), egress_addresses: ['203.0.113.7', '203.0.113.8'] } };
    };
    const { stdout } = await cli(['quote', ...trust()]);
    expect(stdout).toMatch(/Venues see\s+203\.0\.113\.7, 203\.0\.113\.8 \(the operator's word, unverified\)/);
    expect(JSON.parse((await cli(['quote', '--json', ...trust()])).stdout)).toMatchObject({
      egressAddressesUnverified: ['203.0.113.7', '203.0.113.8'],
    });
  });

  it('a quote can be checked against a configuration and a state of the key', async () => {
    const of = async (...flags: string[]) => (await cli(['quote', ...trust(), ...flags])).code;
    expect(await of('--config-sha256', '05'.repeat(32), '--kms-policy', 'locked')).toBe(0);
    expect(await of('--config-sha256', '06'.repeat(32))).toBe(1);
    expect(await of('--kms-policy', 'mutable')).toBe(1);
    expect(await of('--config-sha256', '05')).toBe(2);
    expect(await of('--kms-policy', 'open')).toBe(2);
  });

  it('no secret is printed', async () => {
    const { stdout, stderr } = await register();
    expect(stdout + stderr).not.toMatch(/marker/);
  });
});

describe('when a command fails, the exit code gives the reason', () => {
  it('1: refused or not verified', async () => {
    expect((await cli(['quote', '--root', root])).code).toBe(1);
    expect((await cli(['quote', '--any-image'])).code).toBe(1);
    service.answer = () => problem('session_unknown', 404);
    expect((await register()).code).toBe(1);
  });

  it('2: usage', async () => {
    expect((await cli(['nothing'])).code).toBe(2);
    expect((await cli(['register', ...trust()])).code).toBe(2);
    expect((await cli(['metrics'])).error).toMatchObject({ code: 'session_missing' });
    expect((await cli(['metrics'])).code).toBe(2);
    expect((await cli(['quote', '--pcr', 'x'])).code).toBe(2);
    const offline = (...argv: string[]) => run(argv, { clock: { now: () => MADE_AT }, home });
    expect((await offline('verify', join(home, 'missing'))).error).toMatchObject({ code: 'file_unreadable' });
    expect((await offline('verify-attestation', root, '--at', 'yesterday')).code).toBe(2);
    expect((await offline('verify-attestation', root, '--nonce', 'zz')).code).toBe(2);
    const broken = join(home, 'broken.pem');
    for (const text of ['no certificate', '-----BEGIN CERTIFICATE-----\n***\n-----END CERTIFICATE-----']) {
      writeFileSync(broken, text);
      const { code, error } = await cli(['quote', '--root', broken, '--any-image']);
      expect([code, (error as { code: string }).code]).toEqual([2, 'input_malformed']);
    }
  });

  it('3: unreachable', async () => {
    service.answer = () => {
      throw new AxiosError('x', 'ECONNREFUSED');
    };
    expect((await register()).code).toBe(3);
  });

  it('4: the service failed', async () => {
    service.answer = () => problem('enclave_unavailable', 503);
    expect((await register()).code).toBe(4);
    service.answer = () => ({ status: 500, body: 'x' });
    expect((await register()).code).toBe(4);
  });

  it('0: help', async () => {
    const { code, stdout } = await cli(['--help']);
    expect(code).toBe(0);
    expect(stdout).toContain('Exit codes');
  });
});

describe('when a bundle is verified', () => {
  it('a file that is no bundle is refused, in JSON and as text', async () => {
    const file = join(home, 'bundle.json');
    writeFileSync(file, '{}');
    // Without --url, which does not apply to a command that sends no request.
    const offline = (argv: string[]) => run(argv, { clock: { now: () => MADE_AT }, home });
    const told = await offline(['verify', file, '--json', ...trust()]);
    expect([told.code, JSON.parse(told.stdout)]).toMatchObject([
      1,
      { verified: false, code: 'bundle_malformed' },
    ]);
    const { stdout } = await offline(['verify', file]);
    expect(stdout).toContain('NOT VERIFIED: bundle_malformed\nhint: Ask for the file again.');
  });
});

describe('when secrets are passed', () => {
  it('no option of any command accepts one', () => {
    const program = createProgram(() => ({}) as CliContext, []);
    const flags = program.commands.flatMap(({ options }) => options.map(({ long }) => long));
    expect(flags).toEqual(expect.arrayContaining(['--api-key-file', '--api-secret-file']));
    for (const flag of flags)
      expect(flag).not.toMatch(/^--(api-?key|api-?secret|secret|key|password|token)$/i);
  });

  it('they can come from files too', async () => {
    writeFileSync(join(home, 'key'), 'from-file-key\n');
    writeFileSync(join(home, 'secret'), 'from-file-secret\n');
    const files = ['--api-key-file', join(home, 'key'), '--api-secret-file', join(home, 'secret')];
    expect((await cli(['register', '--user', 'u', ...files, ...trust()], {})).code).toBe(0);
    expect(service.submitted).toMatchObject({
      accounts: [{ apiKey: 'from-file-key', apiSecret: 'from-file-secret' }],
    });
  });

  it('an invalid list of accounts is not quoted', async () => {
    const file = join(home, 'accounts.json');
    writeFileSync(file, '[{"apiSecret": "secret-marker"');
    const { code, error, stderr } = await cli(['register', '--user', 'u', '--accounts', file, ...trust()]);
    expect([code, (error as { code: string }).code]).toEqual([2, 'input_malformed']);
    expect(String(error) + stderr).not.toMatch(/marker/);
    expect((error as Error).cause).toBeUndefined();
  });
});
