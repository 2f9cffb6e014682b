import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { AROUND } from './around.ts';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function listen(corsOrigins?: readonly string[]): Promise<string> {
  const relay = { ask: () => Promise.resolve(new TextEncoder().encode('{}')) } as unknown as Relay;
  server = createApp({ ...AROUND, relay, ...(corsOrigins ? { corsOrigins } : {}) }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const APP = 'https://app.example.com';
const asking = (origin: string, more: object = {}) => ({ headers: { connection: 'close', origin }, ...more });
const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: { connection: 'close', origin, 'access-control-request-method': 'POST' },
});

describe('when a page of another origin sends a request', () => {
  it('no origin is allowed by default', async () => {
    const url = await listen();
    const answer = await fetch(`${url}/health`, asking(APP));
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    expect((await fetch(`${url}/enclave/submit_key`, preflight(APP))).status).toBe(405);
  });

  it('a configured origin is allowed, and can read when to ask again', async () => {
    const url = await listen([APP, 'http://localhost:5173']);
    const answer = await fetch(`${url}/enclave/summary/${'A'.repeat(43)}`, asking(APP));
    expect(answer.headers.get('access-control-allow-origin')).toBe(APP);
    expect(answer.headers.get('vary')).toContain('Origin');
    expect(answer.headers.get('access-control-expose-headers')).toContain('Retry-After');
    expect(answer.headers.get('access-control-allow-credentials')).toBeNull();
    const allowed = await fetch(`${url}/enclave/submit_key`, preflight(APP));
    expect(allowed.status).toBe(204);
    expect(allowed.headers.get('access-control-allow-methods')).toBe('GET,HEAD,POST,DELETE');
    expect(allowed.headers.get('access-control-allow-headers')).toBe('Content-Type');
  });

  it.each(['https://evil.example.com', 'https://app.example.com.evil.example', 'null'])(
    '%s is not allowed',
    async (origin) => {
      const url = await listen([APP]);
      const answer = await fetch(`${url}/health`, asking(origin));
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      const refused = await fetch(`${url}/enclave/submit_key`, preflight(origin));
      expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    },
  );

  it('every origin is allowed with *', async () => {
    const url = await listen(['*']);
    const answer = await fetch(`${url}/health`, asking('https://anybody.example'));
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });
});
