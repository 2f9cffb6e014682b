/** Tests `--url`: every command that sends requests offers it and uses it. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CliContext } from '../../src/cli/context.ts';
import { createProgram } from '../../src/cli/program.ts';
import { FakeService, MADE_AT, PCRS, ROOT, SESSION } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const SECRETS = { PERF_AGGREGATOR_API_KEY: 'key-marker', PERF_AGGREGATOR_API_SECRET: 'secret-marker' };
const NEW = ['quote', 'register'];
const KEPT = ['metrics', 'summary', 'returns', 'trades', 'report', 'renew', 'revoke'];
let home: string;
let service: FakeService;
let flags: Readonly<Record<string, string[]>>;
/** The origins of the requested URLs. */
let asked: Set<string>;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-url-'));
  const root = join(home, 'root.pem');
  writeFileSync(root, `-----BEGIN CERTIFICATE-----\n${encodeBase64(ROOT)}\n-----END CERTIFICATE-----\n`);
  service = new FakeService();
  asked = new Set();
  const trust = ['--root', root, '--pcr', `0=${PCRS[0]}`];
  flags = { quote: trust, register: ['--user', 'u', ...trust] };
});
afterEach(() => rmSync(home, { recursive: true }));

const cli = (...argv: string[]) =>
  run(argv, {
    ...{ clock: { now: () => MADE_AT }, home, environment: SECRETS },
    adapter: (config: { url: string }) => {
      const { origin } = new URL(config.url);
      asked.add(origin);
      return service.adapter({ ...config, url: config.url.replace(origin, 'http://service.test') } as never);
    },
  });
const registeredAt = () =>
  (JSON.parse(readFileSync(join(home, 'sessions', `${SESSION}.json`), 'utf8')) as { enclaveUrl: string })
    .enclaveUrl;

describe('when --url is offered', () => {
  it('every command that sends requests offers it, and no other does', () => {
    const program = createProgram(() => ({}) as CliContext, []);
    const offering = program.commands.filter(({ options }) => options.some(({ long }) => long === '--url'));
    expect(offering.map((command) => command.name()).sort()).toEqual([...NEW, ...KEPT, 'status'].sort());
    for (const command of offering) expect(command.helpInformation()).toContain('--url');
  });

  it.each([
    'verify',
    'verify-attestation',
    'measure',
    'kms-policy',
    'analyze',
    'sessions',
    'explain',
    'completion',
  ])('%s does not accept it', async (name) => {
    expect((await cli(name, 'file', '--url', 'http://moved.test')).code).toBe(2);
  });
});

describe.each([
  ['before the command', (name: string) => ['--url', 'http://moved.test', name]],
  ['after it', (name: string) => [name, '--url', 'http://moved.test']],
  ['after it, in one word', (name: string) => [name, '--url=http://moved.test']],
])('when --url is given %s', (_, line) => {
  it.each(NEW)('%s uses it', async (name) => {
    await cli(...line(name), ...flags[name]!);
    expect([...asked]).toEqual(['http://moved.test']);
  });

  it.each(KEPT)(
    '%s uses it for a session that was registered elsewhere, and does not change the session',
    async (name) => {
      expect((await cli('register', '--url', 'http://first.test', ...flags['register']!)).code).toBe(0);
      expect([...asked]).toEqual(['http://first.test']);
      asked.clear();
      service.answer = (path, honest) => (path.includes('/enclave/') ? honest() : undefined);
      await cli(...line(name));
      expect([...asked]).toEqual(['http://moved.test']);
      if (name !== 'revoke') expect(registeredAt()).toBe('http://first.test');
    },
  );
});

describe('when --url is given twice', () => {
  it.each([
    [
      'around the command',
      (name: string) => ['--url=http://elsewhere.test', name, '--url', 'http://moved.test'],
    ],
    ['in one word', (name: string) => ['--url', 'http://elsewhere.test', name, '--url=http://moved.test']],
    ['after it', (name: string) => [name, '--url=http://moved.test', '--url=http://moved.test']],
  ])('%s: neither is used, and no request is sent', async (_, line) => {
    for (const name of [...NEW, ...KEPT]) {
      const { code, error } = await cli(...line(name), ...(flags[name] ?? []));
      expect([code, error]).toMatchObject([
        2,
        { code: 'option_invalid', message: expect.stringContaining('--url is given twice') as string },
      ]);
    }
    expect([...asked]).toEqual([]);
  });
});

describe('when --url is not given', () => {
  it.each(KEPT)('%s uses the service of the registration', async (name) => {
    await cli('register', '--url', 'http://first.test', ...flags['register']!);
    asked.clear();
    await cli(name);
    expect([...asked]).toEqual(['http://first.test']);
  });

  it.each(NEW)('%s uses the default address of make run', async (name) => {
    await cli(name, ...flags[name]!);
    expect([...asked]).toEqual(['http://127.0.0.1:3000']);
  });
});

describe('when --url is no address', () => {
  it.each(['', 'service.test', 'ftp://service.test', 'http://', '127.0.0.1:3000'])(
    '"%s" is refused',
    async (url) => {
      expect((await cli('quote', '--url', url, ...flags['quote']!)).code).toBe(2);
      expect([...asked]).toEqual([]);
    },
  );
});
