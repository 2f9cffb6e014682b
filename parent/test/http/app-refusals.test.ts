import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../memory-store.ts';
import { problemOf, serveEdge } from './edge.ts';

const SESSION = sessionOf('s');
const edge = serveEdge();

const codeOf = async (path: string, init?: RequestInit) =>
  (await problemOf(await fetch(edge.base + path, init))).code;

describe('when a request is refused by the edge', () => {
  it('a body over the limit is too large', async () => {
    const post = (length: number) =>
      fetch(`${edge.base}/enclave/submit_key`, { method: 'POST', body: 'x'.repeat(length) });
    expect((await post(MAX_BODY_BYTES)).status).toBe(201);
    const response = await post(MAX_BODY_BYTES + 1);
    expect([response.status, (await problemOf(response)).code]).toEqual([413, 'request_too_large']);
    expect(edge.asked).toHaveLength(1);
  });

  it('a compressed body is none that we read', async () => {
    const headers = { 'content-encoding': 'gzip' };
    expect(await codeOf('/enclave/submit_key', { method: 'POST', body: 'x', headers })).toBe(
      'request_malformed',
    );
  });

  it.each(['short', `${SESSION}x`, `${'s'.repeat(42)}%2F`, `${'s'.repeat(42)}.`])(
    '"%s" is no session',
    async (id) => {
      for (const [path, method] of [
        ['metrics', 'GET'],
        ['renew', 'POST'],
        ['revoke', 'DELETE'],
      ] as const) {
        expect(await codeOf(`/enclave/${path}/${id}`, { method })).toBe('session_unknown');
      }
      expect(edge.asked).toEqual([]);
    },
  );

  it('a query that is repeated or too long is refused', async () => {
    expect(await codeOf(`/enclave/metrics/${SESSION}?q=a&q=b`)).toBe('request_malformed');
    expect(await codeOf(`/enclave/metrics/${SESSION}?q=${'a'.repeat(MAX_QUERY_CHARS + 1)}`)).toBe(
      'request_too_large',
    );
    expect(
      (await fetch(`${edge.base}/enclave/metrics/${SESSION}?q=${'a'.repeat(MAX_QUERY_CHARS)}`)).status,
    ).toBe(200);
    expect(edge.asked).toHaveLength(1);
  });

  it.each([
    ['/', 'GET'],
    ['/enclave/audit/x', 'GET'],
    ['/ENCLAVE', 'GET'],
    ['/enclave/boot', 'POST'],
    [`/enclave/sync/${SESSION}`, 'POST'],
  ])('%s %s is no route', async (path, method) => {
    const response = await fetch(edge.base + path, { method });
    expect([response.status, (await problemOf(response)).code]).toEqual([404, 'route_unknown']);
    expect(edge.asked).toEqual([]);
  });

  it.each([
    ['/attestation/quote', 'POST', 'GET, HEAD'],
    ['/enclave/submit_key', 'GET', 'POST'],
    [`/enclave/metrics/${SESSION}`, 'PUT', 'GET, HEAD'],
    [`/enclave/summary/${SESSION}`, 'OPTIONS', 'GET, HEAD'],
    [`/enclave/report/${SESSION}`, 'DELETE', 'GET, HEAD'],
    [`/enclave/renew/${SESSION}`, 'PATCH', 'POST'],
    [`/enclave/revoke/${SESSION}`, 'POST', 'DELETE'],
    ['/health', 'POST', 'GET, HEAD'],
    ['/ready', 'POST', 'GET, HEAD'],
  ])('%s has no %s', async (path, method, allow) => {
    const response = await fetch(edge.base + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect((await problemOf(response)).code).toBe('method_not_allowed');
    expect(edge.asked).toEqual([]);
  });

  it('a path that does not decode is malformed', async () => {
    expect(await codeOf('/enclave/metrics/%E0%A4%A')).toBe('request_malformed');
  });
});
