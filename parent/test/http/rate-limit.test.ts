import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { AROUND } from './around.ts';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function listen(max: number): Promise<string> {
  const app = express().use(
    createApp({
      ...AROUND,
      // A relay that answers everything: what is refused never reached it.
      relay: { ask: () => Promise.resolve(new TextEncoder().encode('{}')) } as unknown as Relay,
      rateLimit: { max, windowMs: 60_000 },
    }),
  );
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SUMMARY = `/enclave/summary/${'A'.repeat(43)}`;

describe('when an address asks more than it may', () => {
  it('is told how many are left, then refused with the time to wait', async () => {
    const url = await listen(2);
    const first = await fetch(url + SUMMARY, { headers: { connection: 'close' } });
    expect(first.status).toBe(200);
    expect(first.headers.get('ratelimit-limit')).toBe('2');
    expect(first.headers.get('ratelimit-remaining')).toBe('1');
    await fetch(url + SUMMARY, { headers: { connection: 'close' } });
    const refused = await fetch(url + SUMMARY, { headers: { connection: 'close' } });
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(await refused.json()).toMatchObject({ code: 'rate_limited', status: 429 });
  });

  it('may still ask whether the service is there', async () => {
    const url = await listen(1);
    for (const path of ['/health', '/ready', '/health', '/ready']) {
      expect((await fetch(url + path, { headers: { connection: 'close' } })).status).toBe(200);
    }
  });

  it('cannot claim to be another', async () => {
    const url = await listen(1);
    const ask = (address: string) =>
      fetch(url + SUMMARY, { headers: { connection: 'close', 'x-forwarded-for': address } });
    expect((await ask('1.2.3.4')).status).toBe(200);
    expect((await ask('5.6.7.8')).status).toBe(429);
  });
});
