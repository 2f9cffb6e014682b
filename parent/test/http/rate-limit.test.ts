import http, { type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { RateLimits } from '../../src/http/rate-limit.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { AROUND } from './around.ts';

let server: Server;
afterEach(() => new Promise((resolve) => server.close(resolve)));

async function listen(max: number): Promise<string> {
  const app = express().use(
    createApp({
      ...AROUND,
      // A relay that answers every request. A refused request never reached it.
      relay: { ask: () => Promise.resolve(new TextEncoder().encode('{}')) } as unknown as Relay,
      rateLimit: { max, windowMs: 60_000 },
    }),
  );
  server = app.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const SUMMARY = `/enclave/summary/${'A'.repeat(43)}`;

describe('when an address sends more requests than allowed', () => {
  it('it is told the remaining number, and then refused with a time to wait', async () => {
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

  it('it may still request the health of the service', async () => {
    const url = await listen(1);
    for (const path of ['/health', '/ready', '/health', '/ready']) {
      expect((await fetch(url + path, { headers: { connection: 'close' } })).status).toBe(200);
    }
  });

  it('it cannot use the limit of another address', async () => {
    const url = await listen(1);
    const ask = (address: string) =>
      fetch(url + SUMMARY, { headers: { connection: 'close', 'x-forwarded-for': address } });
    expect((await ask('1.2.3.4')).status).toBe(200);
    expect((await ask('5.6.7.8')).status).toBe(429);
  });
});

describe('when a class of requests has its own limit', () => {
  const ask = async (url: string, path: string, method = 'GET') => {
    const body = method === 'POST' ? { body: '{}' } : {};
    const response = await fetch(url + path, { method, headers: { connection: 'close' }, ...body });
    return [
      response.status,
      response.headers.get('ratelimit-limit'),
      response.headers.get('ratelimit-remaining'),
    ];
  };
  const of = (operation: string, letter: string) => `/enclave/${operation}/${letter.repeat(43)}`;

  it('submissions and reports have a fifth each, quotes a half, and the answer states the tightest limit', async () => {
    const url = await listen(10);
    expect(await ask(url, '/enclave/submit_key', 'POST')).toEqual([201, '2', '1']);
    expect(await ask(url, '/enclave/submit_key', 'POST')).toEqual([201, '2', '0']);
    expect((await ask(url, '/enclave/submit_key', 'POST'))[0]).toBe(429);
    expect(await ask(url, of('report', 'B'))).toEqual([200, '2', '1']);
    // Six of the total of ten are left.
    expect(await ask(url, `/attestation/quote?nonce=${'A'.repeat(22)}`)).toEqual([200, '5', '4']);
  });

  it('a session has one limit, for all sources together', async () => {
    const url = await listen(3);
    const askFrom = (localAddress: string, letter: string) =>
      new Promise((resolve, reject) => {
        const asked = http.get(url + of('summary', letter), { localAddress, agent: false }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        asked.once('error', reject);
      });
    const statuses: unknown[] = [];
    for (const source of [2, 2, 3, 3]) statuses.push(await askFrom(`127.0.0.${source}`, 'B'));
    expect(statuses).toEqual([200, 200, 200, 429]);
    expect(await askFrom('127.0.0.4', 'B')).toBe(429);
    expect(await askFrom('127.0.0.4', 'C')).toBe(200);
  });
});

describe('when there are more sources than the limiter can count', () => {
  it('the least recently seen ones are removed, and the others stay', async () => {
    const limits = new RateLimits(
      { max: 1, windowMs: 60_000 },
      { of: ({ url }) => url ?? '', isProxy: () => false, aliasOf: () => '' },
      3,
    );
    const handle = limits.all();
    const isLet = (source: string) =>
      new Promise<boolean>((resolve) => {
        const response = {
          getHeader: () => undefined,
          setHeader: () => undefined,
        } as unknown as express.Response;
        const done = handle({ url: source } as express.Request, response, () => resolve(true)) as unknown;
        void (done as Promise<void>).catch(() => resolve(false));
      });
    expect([await isLet('a'), await isLet('b'), await isLet('a')]).toEqual([true, true, false]);
    expect([await isLet('c'), await isLet('d')]).toEqual([true, true]);
    // The least recently seen source of a, b, c and d was b.
    expect([await isLet('a'), await isLet('c'), await isLet('b')]).toEqual([false, false, true]);
  });
});
