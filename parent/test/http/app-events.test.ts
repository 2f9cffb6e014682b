import { utf8 } from '@perf-aggregator/shared/bytes';
import { describe, expect, it } from 'vitest';
import { RelayError, relayError } from '../../src/errors.ts';
import { createLog } from '../../src/log.ts';
import { sessionOf } from '../memory-store.ts';
import { serveEdge } from './edge.ts';

const MARKER = 'marker-that-nobody-may-see';
const SESSION = sessionOf('s');
const edge = serveEdge();

describe('when requests are logged', () => {
  const spellings = (text: string) => [
    text,
    Buffer.from(text).toString('base64').slice(0, 30),
    Buffer.from(text).toString('base64url').slice(0, 30),
    Buffer.from(text).toString('hex'),
    encodeURIComponent(text),
  ];

  it('the route is, as a pattern, with its outcome', async () => {
    await fetch(`${edge.base}/enclave/metrics/${SESSION}?q=abc`);
    await fetch(`${edge.base}/nowhere/at/all`);
    const lines = edge.logged
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
      edge.answer = next;
      for (const [path, init] of requests) await (await fetch(edge.base + path, init)).arrayBuffer();
    }
    expect(edge.logged.trim().split('\n')).toHaveLength(answers.length * requests.length);
    for (const spelling of spellings(MARKER)) expect(edge.logged).not.toContain(spelling);
    // The search finds what is there.
    createLog('info', { write: (line: string) => (edge.logged += line) }).info(
      { planted: spellings(MARKER) },
      'x',
    );
    for (const spelling of spellings(MARKER)) expect(edge.logged).toContain(spelling);
  });
});
