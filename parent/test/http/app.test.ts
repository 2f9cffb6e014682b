import { utf8 } from '@perf-aggregator/shared/bytes';
import { PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { describe, expect, it, vi } from 'vitest';
import { RelayError, relayError } from '../../src/errors.ts';
import type { Health } from '../../src/health.ts';
import { sessionOf } from '../memory-store.ts';
import { ANSWER, problemOf, READY, serveEdge, WELL } from './edge.ts';

const MARKER = 'marker-that-nobody-may-see';
const SESSION = sessionOf('s');
const edge = serveEdge();

const codeOf = async (path: string, init?: RequestInit) =>
  (await problemOf(await fetch(edge.base + path, init))).code;

describe('when a route is requested', () => {
  it('a quote is the document in base64, for the given nonce', async () => {
    edge.answer = () => Promise.resolve(Uint8Array.of(1, 2, 3));
    const response = await fetch(`${edge.base}/attestation/quote?nonce=AQID`);
    expect([response.status, await response.json()]).toEqual([200, { attestation: 'AQID' }]);
    expect(edge.asked).toEqual([{ operation: 'quote', session: null, body: Uint8Array.of(1, 2, 3) }]);
  });

  it.each(
    ['', '?nonce=', '?nonce=A', '?nonce=AQI%3D', '?nonce=AQ%2B_', '?nonce=AQID&nonce=AQID'].filter(
      (q) => q !== '?nonce=',
    ),
  )('a quote for "%s" is refused', async (query) => {
    expect(await codeOf(`/attestation/quote${query}`)).toBe('nonce_out_of_range');
    expect(edge.asked).toEqual([]);
  });

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'a submission of type %s is passed on byte for byte',
    async (type) => {
      const body = '{"a": 1, "ü": "%20"}';
      const response = await fetch(`${edge.base}/enclave/submit_key`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expect([response.status, await response.json()]).toEqual([201, ANSWER]);
      expect(edge.asked).toEqual([{ operation: 'submit', session: null, body: utf8(body) }]);
    },
  );

  it.each(['metrics', 'summary', 'returns', 'trades', 'report'])(
    '%s of a session passes the sealed query on',
    async (operation) => {
      expect(await (await fetch(`${edge.base}/enclave/${operation}/${SESSION}?q=abc-_`)).json()).toEqual(
        ANSWER,
      );
      expect(await (await fetch(`${edge.base}/enclave/${operation}/${SESSION}`)).json()).toEqual(ANSWER);
      expect(edge.asked).toEqual([
        { operation, session: SESSION, body: utf8('abc-_') },
        { operation, session: SESSION, body: new Uint8Array() },
      ]);
    },
  );

  it('renew passes its body on, and revoke has no body and an empty answer', async () => {
    const renewed = await fetch(`${edge.base}/enclave/renew/${SESSION}`, { method: 'POST', body: 'x' });
    const revoked = await fetch(`${edge.base}/enclave/revoke/${SESSION}`, { method: 'DELETE' });
    expect([renewed.status, await renewed.json(), revoked.status, await revoked.text()]).toEqual([
      200,
      ANSWER,
      204,
      '',
    ]);
    expect(edge.asked).toEqual([
      { operation: 'renew', session: SESSION, body: utf8('x') },
      { operation: 'revoke', session: SESSION, body: new Uint8Array() },
    ]);
  });

  it('health and readiness are answered without the enclave', async () => {
    const health = await fetch(`${edge.base}/health`);
    const { requests, ...parts } = WELL;
    expect(await health.json()).toEqual({
      status: 'ok',
      version: '1.2.3',
      session_ttl: { default: 60, max: 600 },
      parts: { service: 'ok', ...parts },
      requests,
    });
    const { parts: ready, enclaves } = READY;
    expect(await (await fetch(`${edge.base}/ready`)).json()).toEqual({
      ...{ ready: true, draining: false },
      ...{ parts: ready, enclaves },
    });
    expect(edge.asked).toEqual([]);
  });

  it.each<[string, Partial<Health>]>([
    ['the store does not answer', { database: 'unavailable' }],
    ['the enclave hangs', { enclave: 'silent' }],
    ['no enclave is there', { enclave: 'absent' }],
    ['a venue does not answer', { venues: [{ venue: 'binance', at: 1, fault: 'exchange_unavailable' }] }],
  ])('while %s it is degraded, and names the part', async (_name, change) => {
    edge.health = { ...WELL, ...change };
    const { requests: _, ...parts } = edge.health;
    const response = await fetch(`${edge.base}/health`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'degraded',
      parts: { service: 'ok', ...parts },
    });
  });

  it.each(['/enclave/summary/', '/enclave/report/'])(
    'when a client of %s closes the connection, the signal of the relay call is aborted',
    async (path) => {
      const controller = new AbortController();
      edge.answer = () => new Promise(() => undefined);
      const asked = fetch(`${edge.base}${path}${SESSION}`, { signal: controller.signal });
      await vi.waitFor(() => expect(edge.callers).toHaveLength(1));
      const { source, signal, alias } = edge.callers[0]!;
      expect([source, signal?.aborted, alias]).toEqual(['127.0.0.1', false, undefined]);
      controller.abort();
      await expect(asked).rejects.toThrow();
      // The server notices this when it probes the connection.
      await vi.waitFor(() => expect(signal?.aborted).toBe(true), { timeout: 5_000 });
      await vi.waitFor(() => expect(edge.logged).toContain('request_aborted'));
    },
  );

  it('a sent answer aborts nothing', async () => {
    await fetch(`${edge.base}/enclave/summary/${SESSION}`, { headers: { connection: 'close' } });
    await vi.waitFor(() => expect(edge.logged).toContain('"event":"request"'));
    expect(edge.callers[0]!.signal?.aborted).toBe(false);
  });

  it('a submission contains a name for its source, which is not its address', async () => {
    await fetch(`${edge.base}/enclave/submit_key`, { method: 'POST', body: '{}' });
    expect(edge.callers[0]!.alias).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });

  it.each([
    ['no enclave serves', { parts: { store: true, enclave: false } }],
    ['the store does not answer', { parts: { store: false, enclave: true } }],
    ['it is about to end', { isDraining: true }],
  ])('while %s it is not ready, and says when to ask again', async (_, change) => {
    edge.ready = { ...READY, ...change };
    const response = await fetch(`${edge.base}/ready`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    const { isDraining, ...said } = edge.ready;
    expect(await response.json()).toEqual({ ready: false, draining: isDraining, ...said });
  });

  it('every answer has its own id, is not stored, and does not name the server software', async () => {
    const [one, two] = [await fetch(`${edge.base}/health`), await fetch(`${edge.base}/nowhere`)];
    for (const { headers } of [one, two]) {
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
  });
});

describe('when the relay refuses', () => {
  it('the problem document contains all members of the refusal', async () => {
    edge.answer = () =>
      Promise.reject(
        new RelayError({ code: 'sync_pending', retryAfterMs: 1_500, sealed: utf8('{"v":1}') }, MARKER),
      );
    const response = await fetch(`${edge.base}/enclave/metrics/${SESSION}`);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.status).toBe(409);
    expect(await problemOf(response)).toEqual({
      type: 'urn:perf-aggregator:problem:sync_pending',
      title: PUBLIC_FAILURES.sync_pending[1],
      status: 409,
      code: 'sync_pending',
      message: PUBLIC_FAILURES.sync_pending[1],
      request_id: response.headers.get('x-request-id'),
      retry_after_ms: 1_500,
      sealed: { v: 1 },
    });
  });

  it.each(Object.entries(PUBLIC_FAILURES))('%s has its status', async (code, [status]) => {
    edge.answer = () => Promise.reject(relayError(code as keyof typeof PUBLIC_FAILURES, MARKER, null));
    const response = await fetch(`${edge.base}/enclave/metrics/${SESSION}`);
    const problem = await problemOf(response);
    expect([response.status, problem.code, response.headers.get('retry-after')]).toEqual([
      status,
      code,
      null,
    ]);
    expect(JSON.stringify(problem)).not.toContain(MARKER);
    expect(problem).not.toHaveProperty('retry_after_ms');
    expect(problem).not.toHaveProperty('sealed');
  });

  it('an unexpected error is internal, and the log has it under its id', async () => {
    edge.answer = () => Promise.reject(new TypeError('unforeseen'));
    const response = await fetch(`${edge.base}/enclave/metrics/${SESSION}`);
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(problem)).not.toContain('unforeseen');
    const lines = edge.logged.split('\n').filter((line) => line.includes(problem.request_id));
    expect(lines.some((line) => line.includes('unforeseen'))).toBe(true);
  });
});
