import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { MAX_BODY_BYTES, MAX_QUERY_CHARS } from '@perf-aggregator/shared/limits';
import { PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { RelayError, relayError } from '../../src/errors.ts';
import { createApp, type Readiness } from '../../src/http/app.ts';
import { createHttpServer } from '../../src/http/server.ts';
import { createLog } from '../../src/log.ts';
import type { Relay } from '../../src/relay/relay.ts';
import { sessionOf } from '../memory-store.ts';

const MARKER = 'marker-that-nobody-may-see';
const SESSION = sessionOf('s');
const ANSWER = { v: 1, nonce: 'n' };

let server: http.Server;
let base: string;
let logged = '';
const READY: Readiness = {
  parts: { store: true, enclave: true },
  enclaves: { configured: 2, serving: 1 },
  isDraining: false,
};
let ready = READY;
let asked: { operation: string; session: string | null; body: Uint8Array }[] = [];
let answer: () => Promise<Uint8Array>;

beforeAll(async () => {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  const ask = (operation: string, session: string | null, body: Uint8Array) => {
    asked.push({ operation, session, body });
    return answer();
  };
  const log = createLog('trace', destination);
  const app = createApp({
    relay: { ask } as unknown as Relay,
    readiness: () => Promise.resolve(ready),
    log,
    version: '1.2.3',
    sessionTtl: { default: 60, max: 600 },
  });
  server = createHttpServer(app, log);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  logged = '';
  asked = [];
  ready = READY;
  answer = () => Promise.resolve(utf8(JSON.stringify(ANSWER)));
});

interface Problem {
  readonly code: string;
  readonly request_id: string;
}

async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  return (await response.json()) as Problem;
}

const codeOf = async (path: string, init?: RequestInit) =>
  (await problemOf(await fetch(base + path, init))).code;

describe('when a route is asked', () => {
  it('a quote is the document in base64, for the nonce that was given', async () => {
    answer = () => Promise.resolve(Uint8Array.of(1, 2, 3));
    const response = await fetch(`${base}/attestation/quote?nonce=AQID`);
    expect([response.status, await response.json()]).toEqual([200, { attestation: 'AQID' }]);
    expect(asked).toEqual([{ operation: 'quote', session: null, body: Uint8Array.of(1, 2, 3) }]);
  });

  it.each(
    ['', '?nonce=', '?nonce=A', '?nonce=AQI%3D', '?nonce=AQ%2B_', '?nonce=AQID&nonce=AQID'].filter(
      (q) => q !== '?nonce=',
    ),
  )('a quote for "%s" is refused', async (query) => {
    expect(await codeOf(`/attestation/quote${query}`)).toBe('nonce_out_of_range');
    expect(asked).toEqual([]);
  });

  it.each(['application/json', 'text/plain', 'application/x-www-form-urlencoded'])(
    'a submission of type %s is passed on byte by byte',
    async (type) => {
      const body = '{"a": 1, "ü": "%20"}';
      const response = await fetch(`${base}/enclave/submit_key`, {
        method: 'POST',
        body,
        headers: { 'content-type': type },
      });
      expect([response.status, await response.json()]).toEqual([201, ANSWER]);
      expect(asked).toEqual([{ operation: 'submit', session: null, body: utf8(body) }]);
    },
  );

  it.each(['metrics', 'summary', 'returns', 'trades', 'report'])(
    '%s of a session passes the sealed query on',
    async (operation) => {
      expect(await (await fetch(`${base}/enclave/${operation}/${SESSION}?q=abc-_`)).json()).toEqual(ANSWER);
      expect(await (await fetch(`${base}/enclave/${operation}/${SESSION}`)).json()).toEqual(ANSWER);
      expect(asked).toEqual([
        { operation, session: SESSION, body: utf8('abc-_') },
        { operation, session: SESSION, body: new Uint8Array() },
      ]);
    },
  );

  it('renew passes its body on, revoke has none and answers with none', async () => {
    const renewed = await fetch(`${base}/enclave/renew/${SESSION}`, { method: 'POST', body: 'x' });
    const revoked = await fetch(`${base}/enclave/revoke/${SESSION}`, { method: 'DELETE' });
    expect([renewed.status, await renewed.json(), revoked.status, await revoked.text()]).toEqual([
      200,
      ANSWER,
      204,
      '',
    ]);
    expect(asked).toEqual([
      { operation: 'renew', session: SESSION, body: utf8('x') },
      { operation: 'revoke', session: SESSION, body: new Uint8Array() },
    ]);
  });

  it('health and readiness are told without asking the enclave', async () => {
    const health = await fetch(`${base}/health`);
    expect(await health.json()).toEqual({
      status: 'ok',
      version: '1.2.3',
      session_ttl: { default: 60, max: 600 },
    });
    const { parts, enclaves } = READY;
    expect(await (await fetch(`${base}/ready`)).json()).toEqual({
      ...{ ready: true, draining: false },
      ...{ parts, enclaves },
    });
    expect(asked).toEqual([]);
  });

  it.each([
    ['no enclave serves', { parts: { store: true, enclave: false } }],
    ['the store does not answer', { parts: { store: false, enclave: true } }],
    ['it is about to end', { isDraining: true }],
  ])('while %s it is not ready, and says when to ask again', async (_, change) => {
    ready = { ...READY, ...change };
    const response = await fetch(`${base}/ready`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
    const { isDraining, ...said } = ready;
    expect(await response.json()).toEqual({ ready: false, draining: isDraining, ...said });
  });

  it('every answer has its own id, is not stored, and says nothing about what made it', async () => {
    const [one, two] = [await fetch(`${base}/health`), await fetch(`${base}/nowhere`)];
    for (const { headers } of [one, two]) {
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
    expect(one.headers.get('x-request-id')).not.toBe(two.headers.get('x-request-id'));
  });
});

describe('when a request is refused by the edge', () => {
  it('a body over the limit is too large', async () => {
    const post = (length: number) =>
      fetch(`${base}/enclave/submit_key`, { method: 'POST', body: 'x'.repeat(length) });
    expect((await post(MAX_BODY_BYTES)).status).toBe(201);
    const response = await post(MAX_BODY_BYTES + 1);
    expect([response.status, (await problemOf(response)).code]).toEqual([413, 'request_too_large']);
    expect(asked).toHaveLength(1);
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
      expect(asked).toEqual([]);
    },
  );

  it('a query that is repeated or too long is refused', async () => {
    expect(await codeOf(`/enclave/metrics/${SESSION}?q=a&q=b`)).toBe('request_malformed');
    expect(await codeOf(`/enclave/metrics/${SESSION}?q=${'a'.repeat(MAX_QUERY_CHARS + 1)}`)).toBe(
      'request_too_large',
    );
    expect((await fetch(`${base}/enclave/metrics/${SESSION}?q=${'a'.repeat(MAX_QUERY_CHARS)}`)).status).toBe(
      200,
    );
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['/', 'GET'],
    ['/enclave/audit/x', 'GET'],
    ['/ENCLAVE', 'GET'],
    ['/enclave/boot', 'POST'],
    [`/enclave/sync/${SESSION}`, 'POST'],
  ])('%s %s is no route', async (path, method) => {
    const response = await fetch(base + path, { method });
    expect([response.status, (await problemOf(response)).code]).toEqual([404, 'route_unknown']);
    expect(asked).toEqual([]);
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
    const response = await fetch(base + path, { method });
    expect([response.status, response.headers.get('allow')]).toEqual([405, allow]);
    expect((await problemOf(response)).code).toBe('method_not_allowed');
    expect(asked).toEqual([]);
  });

  it('a path that does not decode is malformed', async () => {
    expect(await codeOf('/enclave/metrics/%E0%A4%A')).toBe('request_malformed');
  });
});

describe('when the relay refuses', () => {
  it('the problem document says all there is to say', async () => {
    answer = () =>
      Promise.reject(
        new RelayError({ code: 'sync_pending', retryAfterMs: 1_500, sealed: utf8('{"v":1}') }, MARKER),
      );
    const response = await fetch(`${base}/enclave/metrics/${SESSION}`);
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
    answer = () => Promise.reject(relayError(code as keyof typeof PUBLIC_FAILURES, MARKER, null));
    const response = await fetch(`${base}/enclave/metrics/${SESSION}`);
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

  it('an unforeseen error is internal, found in the log by its id', async () => {
    answer = () => Promise.reject(new TypeError('unforeseen'));
    const response = await fetch(`${base}/enclave/metrics/${SESSION}`);
    const problem = await problemOf(response);
    expect([response.status, problem.code]).toEqual([500, 'internal']);
    expect(JSON.stringify(problem)).not.toContain('unforeseen');
    const lines = logged.split('\n').filter((line) => line.includes(problem.request_id));
    expect(lines.some((line) => line.includes('unforeseen'))).toBe(true);
  });
});

describe('when requests are logged', () => {
  const spellings = (text: string) => [
    text,
    Buffer.from(text).toString('base64').slice(0, 30),
    Buffer.from(text).toString('base64url').slice(0, 30),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
  ];

  it('the route is, as a pattern, with its outcome', async () => {
    await fetch(`${base}/enclave/metrics/${SESSION}?q=abc`);
    await fetch(`${base}/nowhere/at/all`);
    const lines = logged
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(lines).toEqual([
      expect.objectContaining({
        method: 'GET',
        route: '/enclave/metrics/:sessionId',
        status: 200,
        msg: 'request',
      }),
      expect.objectContaining({ method: 'GET', route: 'none', status: 404, code: 'route_unknown' }),
    ]);
  });

  it('nothing of body, query, path or headers is, however it is spelled', async () => {
    const session = MARKER.padEnd(43, 's');
    const q = Buffer.from(MARKER).toString('base64url');
    const headers = { authorization: `Bearer ${MARKER}`, cookie: MARKER };
    const requests: [string, RequestInit][] = [
      ['/enclave/submit_key', { method: 'POST', body: JSON.stringify({ [MARKER]: MARKER }), headers }],
      ['/enclave/submit_key', { method: 'POST', body: MARKER.repeat(4_000), headers }],
      [`/enclave/renew/${session}`, { method: 'POST', body: Buffer.from(MARKER).toString('hex'), headers }],
      [`/enclave/metrics/${session}?q=${q}&${MARKER}=${MARKER}`, { headers }],
      [`/enclave/report/${SESSION}?q=${MARKER}&q=${MARKER}`, { headers }],
      [`/attestation/quote?nonce=${q}`, { headers }],
      [`/attestation/quote?nonce=!${MARKER}`, { headers }],
      [`/${MARKER}?${MARKER}`, { headers }],
      [`/enclave/metrics/${MARKER}%E0%A4%A`, { headers }],
    ];
    const answers = [
      () => Promise.resolve(utf8(JSON.stringify(MARKER))),
      () => Promise.reject(relayError('session_unknown', MARKER, null)),
      () =>
        Promise.reject(
          new RelayError({ code: 'query_refused', retryAfterMs: null, sealed: utf8(`"${MARKER}"`) }, MARKER),
        ),
    ];
    for (const next of answers) {
      answer = next;
      for (const [path, init] of requests) await (await fetch(base + path, init)).arrayBuffer();
    }
    expect(logged.trim().split('\n')).toHaveLength(answers.length * requests.length);
    for (const spelling of spellings(MARKER)) expect(logged).not.toContain(spelling);
    // The search finds what is there.
    createLog('info', { write: (line: string) => (logged += line) }).info(
      { planted: spellings(MARKER) },
      'x',
    );
    for (const spelling of spellings(MARKER)) expect(logged).toContain(spelling);
  });
});
