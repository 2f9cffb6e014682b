/** Tests `sessions` and `status`: the stored sessions, and the status of a service. */
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxiosError } from 'axios';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionFiles } from '../../src/cli/sessions.ts';
import { type Answer, FakeService, MADE_AT, problem } from '../sdk/fake-service.ts';
import { run } from './cli.ts';

const KEY = Buffer.alloc(32, 7).toString('base64');
const [A, B] = ['a'.repeat(43), 'b'.repeat(43)];
let home: string;
let service: FakeService;
let asked: string[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'pa-kept-'));
  service = new FakeService();
  asked = [];
});
afterEach(() => rmSync(home, { recursive: true }));

const cli = (...argv: string[]) =>
  run(argv, {
    ...{ clock: { now: () => MADE_AT }, home },
    adapter: (config: { url: string }) => {
      asked.push(config.url);
      return service.adapter({
        ...config,
        url: config.url.replace(new URL(config.url).origin, 'http://service.test'),
      } as never);
    },
  });

/**
 * Stores a session.
 * @param used - s
 */
function keep(sessionId: string, used: number, changes: object = {}) {
  new SessionFiles(home).save({
    ...{ v: 1, enclaveUrl: 'http://kept.test', sessionId, expiresAt: MADE_AT + 1_000, sequence: 0 },
    ...{ ledgerHead: null, requestKey: KEY, responseKey: KEY, renewals: 0, simulated: true },
    ...changes,
  });
  utimesSync(join(home, 'sessions', `${sessionId}.json`), used, used);
}

describe('when sessions are listed', () => {
  it('each is shown without its keys, the most recently used one first', async () => {
    keep(A, 1, { expiresAt: MADE_AT, enclaveUrl: 'https://user:pass-marker@real.test/x/', simulated: false });
    keep(B, 2);
    const { stdout, stderr, code } = await cli('sessions', '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toEqual([
      {
        ...{ sessionId: B, enclaveUrl: 'http://kept.test', expiresAt: MADE_AT + 1_000 },
        ...{ expired: false, simulated: true, isDefault: true },
      },
      {
        ...{ sessionId: A, enclaveUrl: 'https://real.test/x', expiresAt: MADE_AT },
        ...{ expired: true, simulated: false, isDefault: false },
      },
    ]);
    const shown = (await cli('sessions')).stdout;
    expect(shown).toMatch(
      new RegExp(`\\* +${B} .* SIMULATED +http://kept\\.test\n +${A} .* \\(over\\) +production`),
    );
    expect(stdout + shown).not.toMatch(new RegExp(`marker|${KEY.slice(0, 12)}`));
    expect(asked).toEqual([]);
  });

  it('an empty list is shown as empty', async () => {
    expect(JSON.parse((await cli('sessions', '--json')).stdout)).toEqual([]);
    expect((await cli('sessions')).stdout).toContain('no session is kept here');
  });

  it('an invalid file does not hide the others', async () => {
    keep(A, 1);
    keep(B, 2);
    writeFileSync(join(home, 'sessions', `${B}.json`), '{');
    const { stdout, stderr, code } = await cli('sessions');
    expect([code, stdout]).toEqual([0, expect.stringContaining(A)]);
    expect(stderr).toContain(`${B}: input_malformed`);
    expect(stdout).not.toContain(B);
  });
});

describe('when the status is requested', () => {
  const health = {
    ...{ status: 'ok', version: '0.1.0', session_ttl: { default: 1, max: 2 } },
    parts: {
      ...{ service: 'ok', database: 'ok', enclave: 'ok' },
      venues: [{ venue: 'binance', at: 1, fault: 'exchange_auth' }],
    },
    egress_addresses: ['203.0.113.7'],
  };
  const ready = {
    ...{ ready: true, draining: false, parts: { store: true, enclave: true } },
    enclaves: { configured: 2, serving: 1 },
  };
  const answering = (first: Answer, second: Answer) => {
    service.answer = (path) => (path === '/health' ? first : path === '/ready' ? second : undefined);
  };
  beforeEach(() => answering({ status: 200, body: health }, { status: 200, body: ready }));

  it('the output shows the status of the service, and says that it is no proof', async () => {
    const { stdout, code } = await cli('status', '--url', 'http://other.test');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Version +0\.1\.0\n +Ready +yes\n +Store +ok\n +Enclave +ok, 1 of 2 serving\n/);
    expect(stdout).toMatch(/Venues +binance exchange_auth\n +Venues see +203\.0\.113\.7\n/);
    expect(stdout).toContain("The operator's word, unverified");
    expect(stdout).not.toContain('Session');
    expect(asked).toEqual(['http://other.test/health', 'http://other.test/ready']);
  });

  it('it is the status of a session: the most recently used one, or the named one', async () => {
    keep(A, 1, { expiresAt: MADE_AT, enclaveUrl: 'http://a.test' });
    keep(B, 2);
    expect(JSON.parse((await cli('status', '--json')).stdout)).toMatchObject({
      ...{ url: 'http://kept.test', version: '0.1.0', egressAddressesUnverified: ['203.0.113.7'] },
      session: { session: 'bbbbbbbb', expired: false, simulated: true },
    });
    expect((await cli('status', '--session', 'a')).stdout).toMatch(/Session +aaaaaaaa… ended /);
    expect((await cli('status', '--session', 'a', '--url', 'http://c.test')).code).toBe(0);
    expect(asked.filter((url) => url.endsWith('/health'))).toEqual([
      ...['http://kept.test/health', 'http://a.test/health', 'http://c.test/health'],
    ]);
    expect((await cli('status', '--session', 'c')).error).toMatchObject({ code: 'session_missing' });
  });

  it('without a session and an option the default address of make run is used', async () => {
    await cli('status');
    expect(asked[0]).toBe('http://127.0.0.1:3000/health');
  });

  it.each([
    [{ ...ready, ready: false, draining: true }, /Ready +no, it is about to end/],
    [{ ...ready, ready: false, parts: { store: false, enclave: true } }, /Store +unavailable/],
  ])('a service that is not ready reports its phase: exit code 4', async (body, shown) => {
    answering({ status: 200, body: health }, { status: 503, body });
    const { code, stdout, stderr } = await cli('status');
    expect([code, stderr]).toEqual([4, '']);
    expect(stdout).toMatch(shown);
  });

  it('members that the protocol does not define are not shown', async () => {
    const hostile = (changes: object) =>
      answering({ status: 200, body: { ...health, ...changes } }, { status: 200, body: ready });
    for (const changes of [
      { version: '1.0.0 VERIFIED' },
      { egress_addresses: ['VERIFIED'] },
      { status: 'VERIFIED' },
      { parts: { ...health.parts, venues: [{ venue: 'VERIFIED', at: 1, fault: null }] } },
      { parts: { ...health.parts, venues: [{ venue: 'a', at: 1, fault: 'all is well' }] } },
      { parts: { ...health.parts, venues: new Array(65).fill(health.parts.venues[0]) } },
    ]) {
      hostile(changes);
      const { code, stdout, error } = await cli('status');
      expect([code, stdout, error]).toMatchObject([4, '', { code: 'service_malformed' }]);
    }
    hostile({ parts: { ...health.parts, venues: [{ venue: 'a', at: 1, fault: 'verified' }] } });
    expect((await cli('status')).stdout).toMatch(/Venues +a unknown\n/);
  });

  it('a refusal and a missing answer have their usual exit codes', async () => {
    answering({ status: 200, body: health }, problem('rate_limited', 429));
    expect((await cli('status')).error).toMatchObject({ code: 'rate_limited' });
    answering({ status: 200, body: health }, problem('overloaded', 503));
    expect((await cli('status')).error).toMatchObject({ code: 'overloaded' });
    answering({ status: 200, body: health }, { status: 500, body: ready });
    expect((await cli('status')).error).toMatchObject({ code: 'service_malformed' });
    service.answer = () => {
      throw new AxiosError('x', 'ECONNREFUSED');
    };
    expect((await cli('status')).code).toBe(3);
  });
});
