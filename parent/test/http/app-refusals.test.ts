import { once } from 'node:events';
import net from 'node:net';
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../memory-store.ts';
import { problemOf, serveEdge } from './edge.ts';

const SESSION = sessionOf('s');
const edge = serveEdge();

const codeOf = async (path: string, init?: RequestInit) =>
  (await problemOf(await fetch(edge.base + path, init))).code;

describe('when the HTTP server refuses a request', () => {
  it('a body over the limit is too large', async () => {
    const post = (length: number) =>
      fetch(`${edge.base}/enclave/submit_key`, { method: 'POST', body: 'x'.repeat(length) });
    expect((await post(MAX_BODY_BYTES)).status).toBe(201);
    const response = await post(MAX_BODY_BYTES + 1);
    expect([response.status, (await problemOf(response)).code]).toEqual([413, 'request_too_large']);
    expect(edge.asked).toHaveLength(1);
  });

  it('a compressed body is not supported', async () => {
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
  ])('%s does not allow %s', async (path, method, allow) => {
    const response = await fetch(edge.base + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect((await problemOf(response)).code).toBe('method_not_allowed');
    expect(edge.asked).toEqual([]);
  });

  it('a path that does not decode is malformed', async () => {
    expect(await codeOf('/enclave/metrics/%E0%A4%A')).toBe('request_malformed');
  });
});

describe('when a request is ambiguous or invalid', () => {
  /** The answer to raw bytes, until the server closes the connection. */
  async function exchange(...pieces: string[]): Promise<string> {
    const socket = net.connect({
      port: Number(new URL(edge.base).port),
      host: '127.0.0.1',
      allowHalfOpen: true,
    });
    let answer = '';
    socket.on('data', (data: Buffer) => {
      answer += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    for (const piece of pieces) socket.write(piece);
    await once(socket, 'end');
    socket.destroy();
    return answer;
  }
  const SUBMIT = 'POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\n';

  it.each([
    ['two hosts', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n', 400],
    ['the same host twice', 'GET /health HTTP/1.1\r\nHost: a\r\nHost: a\r\nConnection: close\r\n\r\n', 400],
    ['no host', 'GET /health HTTP/1.1\r\nConnection: close\r\n\r\n', 400],
    ['HTTP/0.9', 'GET /health\r\n\r\n', 400],
    ['HTTP/0.9, spelled out', 'GET /health HTTP/0.9\r\n\r\n', 400],
  ])('%s is refused', async (_, request, status) => {
    expect(await exchange(request)).toMatch(
      new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*"code":"request_malformed"`),
    );
  });

  it('a body that is too large is refused before any part of it is sent', async () => {
    const answer = await exchange(`${SUBMIT}Content-Length: 65537\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close[\s\S]*"code":"request_too_large"/);
  });

  it('it is also refused where no body is read, and the server does not wait for an endless chunked body', async () => {
    const get = `GET /enclave/summary/${SESSION} HTTP/1.1\r\nHost: a\r\n`;
    expect(await exchange(`${get}Content-Length: 65537\r\n\r\n`)).toMatch(/^HTTP\/1\.1 413 /);
    const lost = 'POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabcde\r\n';
    expect(await exchange(lost)).toMatch(/^HTTP\/1\.1 404 [\s\S]*Connection: close/);
  });

  it.each([
    ['is too large', `${SUBMIT}Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n`, 413],
    [
      'goes nowhere',
      'POST /nowhere HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
      404,
    ],
    [
      'has no such method',
      'PUT /health HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n',
      405,
    ],
  ])('the server does not ask for a body that %s', async (_, request, status) => {
    const answer = await exchange(request);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).not.toContain('100 Continue');
  });

  it('HTTP/1.0 has no such question', async () => {
    const answer = await exchange(
      'POST /enclave/submit_key HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 201 /);
  });

  it('the server asks for a body that it reads', async () => {
    const answer = await exchange(
      `${SUBMIT}Expect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n`,
      '{}',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 201 /);
  });
});
