/** Abuse of HTTP itself: sizes, encodings, methods, headers. submission.test.ts has the table of all inputs. */
import { once } from 'node:events';
import net from 'node:net';
import { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { createLog } from '@perf-aggregator/parent/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestWorld, type TestWorld } from '../../world/fixture.ts';
import { type Answer, expectProblem, MARKER, RawClient } from './raw.ts';

let test: TestWorld;
let client: RawClient;
let logged = '';

beforeAll(async () => {
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  test = await startTestWorld({ log: createLog('trace', destination) });
  client = new RawClient(test.world);
  while ((await client.send('/ready')).status !== 200) await new Promise((resolve) => setImmediate(resolve));
});
afterAll(() => test.world.stop());

const post = (body: string | Uint8Array, headers: Record<string, string> = {}) =>
  client.send('/enclave/submit_key', { method: 'POST', body, headers });

/** Sends text over a plain connection and reads the one answer until the service closes. */
async function bare(text: string): Promise<Answer> {
  const socket = net.connect(Number(new URL(test.world.url).port), '127.0.0.1');
  const parts: Buffer[] = [];
  socket.on('data', (part: Buffer) => parts.push(part));
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  await once(socket, 'close');
  const [head = '', body = ''] = Buffer.concat(parts).toString().split('\r\n\r\n');
  const [line = '', ...lines] = head.split('\r\n');
  const headers = lines.map((header) => [
    header.slice(0, header.indexOf(':')).toLowerCase(),
    header.slice(header.indexOf(':') + 2),
  ]);
  return {
    status: Number(line.split(' ')[1]),
    headers: Object.fromEntries(headers) as Answer['headers'],
    text: body,
  };
}

describe('when a request is too large', () => {
  it('a body is refused, by its announced length and by its real length', async () => {
    expectProblem(await post(MARKER.repeat(4_000)), 'request_too_large');
    expectProblem(await post(MARKER.repeat(4_000), { 'transfer-encoding': 'chunked' }), 'request_too_large');
    expectProblem(await post('x'.repeat(64 * 1_024)), 'request_malformed');
  });

  it('headers are refused', async () => {
    const request = `GET /health HTTP/1.1\r\nHost: a\r\nX: ${MARKER.repeat(800)}\r\n\r\n`;
    expectProblem(await bare(request), 'headers_too_large');
    const many = Array.from({ length: 2_000 }, (_, at) => `X-${at}: ${MARKER}\r\n`).join('');
    expectProblem(await bare(`GET /health HTTP/1.1\r\nHost: a\r\n${many}\r\n`), 'headers_too_large');
  });

  it('a request line is refused', async () => {
    expectProblem(await bare(`GET /${MARKER.repeat(800)} HTTP/1.1\r\nHost: a\r\n\r\n`), 'headers_too_large');
  });
});

describe('when a body is encoded', () => {
  it.each(['gzip', 'br', 'deflate', 'zstd', 'gzip, gzip', MARKER])(
    'a body encoded as %s is not read',
    async (encoding) => {
      const body = gzipSync(Buffer.alloc(1_000_000));
      expectProblem(await post(body, { 'content-encoding': encoding }), 'request_malformed');
    },
  );

  it('its media type and character set change nothing', async () => {
    for (const type of ['text/html', 'application/json; charset=utf-7', MARKER, 'multipart/form-data']) {
      expectProblem(await post('{}', { 'content-type': type }), 'request_malformed');
    }
  });
});

describe('when the route does not have the method', () => {
  it.each([
    ['GET', '/enclave/submit_key', 'POST'],
    ['PUT', '/enclave/submit_key', 'POST'],
    ['POST', '/attestation/quote', 'GET, HEAD'],
    ['DELETE', '/enclave/metrics/x', 'GET, HEAD'],
    ['OPTIONS', '/enclave/report/x', 'GET, HEAD'],
    ['GET', '/enclave/revoke/x', 'DELETE'],
    ['GET', '/enclave/renew/x', 'POST'],
    ['TRACE', '/health', 'GET, HEAD'],
    ['PROPFIND', '/ready', 'GET, HEAD'],
  ])('%s %s', async (method, path, allow) => {
    const answer = await client.send(path, { method, headers: { 'x-marker': MARKER } });
    expectProblem(answer, 'method_not_allowed');
    expect(answer.headers.allow).toBe(allow);
  });

  it('a header that names another method is ignored', async () => {
    const headers = { 'x-http-method-override': 'DELETE' };
    expectProblem(await client.send('/enclave/submit_key', { headers }), 'method_not_allowed');
  });

  it.each(['boot', 'sync', 'submit', 'quote'])('no route leads to the operation %s', async (operation) => {
    for (const path of [`/enclave/${operation}`, `/enclave/${operation}/${'A'.repeat(43)}`]) {
      for (const method of ['GET', 'POST'])
        expectProblem(await client.send(path, { method }), 'route_unknown');
    }
  });

  it('a tunnel is refused', async () => {
    expectProblem(
      await bare(`CONNECT ${MARKER}:443 HTTP/1.1\r\nHost: ${MARKER}\r\n\r\n`),
      'method_not_allowed',
    );
  });
});

describe('when the input is not valid HTTP', () => {
  const close = 'Connection: close\r\n';
  it.each([
    ['another protocol', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['no Host', `GET /health HTTP/1.1\r\n${close}\r\n`],
    ['a line folded', `GET /health HTTP/1.1\r\nHost: a\r\nX: b\r\n ${MARKER}\r\n${close}\r\n\r\n`],
    [
      'a length that is none',
      `POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\nContent-Length: ${MARKER}\r\n\r\n`,
    ],
    ['a length below zero', 'POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n'],
    [
      'a length and chunks',
      'POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a chunk that is none',
      'POST /enclave/submit_key HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n',
    ],
  ])('%s is malformed', async (_, text) => {
    expectProblem(await bare(text), 'request_malformed');
  });

  it('an upgrade and an expectation are ignored', async () => {
    const headers = `Host: a\r\n${close}`;
    const upgrade = await bare(
      `GET /health HTTP/1.1\r\n${headers.replace('close', 'close, Upgrade')}Upgrade: websocket\r\n\r\n`,
    );
    expect(upgrade.status).toBe(200);
    expect((await bare(`GET /health HTTP/1.1\r\n${headers}Expect: ${MARKER}\r\n\r\n`)).status).toBe(200);
  });
});

describe('when all these requests are over', () => {
  it('the service still serves; its log has a code for each request and nothing of the input', async () => {
    expect((await client.send('/ready')).status).toBe(200);
    const lines = logged
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; route?: string; status?: number; code?: string });
    // An enclave that is still starting is not counted as a refusal.
    const refused = lines.filter(({ status = 0, route }) => status >= 400 && route !== '/ready');
    expect(refused.length).toBeGreaterThan(40);
    expect(refused.filter(({ code }) => code === undefined || code === 'internal')).toEqual([]);
    expect(logged).not.toContain(MARKER);
  });
});
