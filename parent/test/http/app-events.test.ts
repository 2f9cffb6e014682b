import { utf8 } from '@perf-aggregator/shared/bytes';
import { describe, expect, it, vi } from 'vitest';
import { deferred } from '../../../shared/test/deferred.ts';
import { RelayError, relayError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { sessionOf } from '../memory-store.ts';
import { serveEdge } from './edge.ts';

const MARKER = 'marker-that-nobody-may-see';
const SESSION = sessionOf('s');
const edge = serveEdge();

const linesOf = (logged: string): readonly object[] =>
  logged
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as object);

describe('when the client closes the connection before its answer', () => {
  it('the request is logged as aborted, once, and not as answered', async () => {
    const asked = deferred<void>();
    const answered = deferred<Uint8Array>();
    edge.answer = () => {
      asked.resolve();
      return answered.promise;
    };
    const hangUp = new AbortController();
    const path = `${edge.base}/enclave/metrics/${SESSION}`;
    const response = fetch(path, { signal: hangUp.signal }).catch((error: Error) => error.name);
    await asked.promise;
    hangUp.abort();
    expect(await response).toBe('AbortError');
    await vi.waitFor(() => expect(edge.logged).toContain('request_aborted'));
    // The late answer is discarded, and no second outcome is logged.
    answered.resolve(utf8('{}'));
    await (await fetch(`${edge.base}/health`)).arrayBuffer();
    await vi.waitFor(() => expect(edge.logged).toContain('/health'));
    expect(linesOf(edge.logged)).toEqual([
      {
        ...{ level: 30, time: expect.any(String), room: 'parent', msg: 'request aborted' },
        ...{ event: 'request_aborted', request_id: expect.stringMatching(/^[0-9a-f-]{36}$/) },
        ...{ method: 'GET', route: '/enclave/metrics/:sessionId', durationMs: expect.any(Number) },
      },
      expect.objectContaining({ event: 'request', route: '/health', status: 200 }),
    ]);
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

  it('the route is logged as a pattern, with its outcome', async () => {
    await fetch(`${edge.base}/enclave/metrics/${SESSION}?q=abc`);
    await fetch(`${edge.base}/nowhere/at/all`);
    expect(linesOf(edge.logged)).toEqual([
      expect.objectContaining({
        event: 'request',
        method: 'GET',
        route: '/enclave/metrics/:sessionId',
        status: 200,
        msg: 'request',
      }),
      expect.objectContaining({ method: 'GET', route: 'none', status: 404, code: 'route_unknown' }),
    ]);
  });

  it('no part of body, query, path or headers is logged, in any spelling', async () => {
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
      edge.answer = next;
      for (const [path, init] of requests) await (await fetch(edge.base + path, init)).arrayBuffer();
    }
    expect(edge.logged.trim().split('\n')).toHaveLength(answers.length * requests.length);
    for (const spelling of spellings(MARKER)) expect(edge.logged).not.toContain(spelling);
    // This checks that the search finds an existing text.
    createLog('info', { write: (line: string) => (edge.logged += line) }).info(
      { planted: spellings(MARKER) },
      'x',
    );
    for (const spelling of spellings(MARKER)) expect(edge.logged).toContain(spelling);
  });
});
