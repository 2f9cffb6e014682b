import { once } from 'node:events';
import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { PUBLIC_FAILURES, type PublicCode } from '@perf-aggregator/shared/wire/failure';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHttpServer, HTTP_LIMITS } from '../../src/http/server.ts';
import { createLog, logEvents } from '../../src/log.ts';

const MARKER = 'marker-that-nobody-may-see';
const LIMITS = {
  ...HTTP_LIMITS,
  maxHeaderBytes: 2_048,
  headersTimeoutMs: 40,
  requestTimeoutMs: 80,
  keepAliveTimeoutMs: 2_000,
  checkingIntervalMs: 10,
};

let server: http.Server;
let logged = '';
let app: http.RequestListener;

beforeEach(async () => {
  logged = '';
  app = (request, response) => {
    request.resume().on('end', () => response.end('fine'));
  };
  const destination = new Writable({
    write(chunk, _encoding, done) {
      logged += String(chunk);
      done();
    },
  });
  server = createHttpServer(
    (request, response) => app(request, response),
    logEvents(createLog('info', destination)),
    LIMITS,
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** The whole answer, until the server closes the connection. */
async function exchange(...pieces: string[]): Promise<string> {
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
  let answer = '';
  socket.on('data', (data: Buffer) => {
    answer += data.toString('latin1');
  });
  // The server may close the connection while the test still writes.
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  for (const piece of pieces) socket.write(piece);
  await once(socket, 'close');
  return answer;
}

function expectProblem(answer: string, code: PublicCode): void {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  const [status, title] = PUBLIC_FAILURES[code];
  const id = /^X-Request-Id: ([0-9a-f-]{36})$/m.exec(head)?.[1];
  expect(head).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
  for (const line of ['Connection: close', 'Cache-Control: no-store', 'X-Content-Type-Options: nosniff']) {
    expect(head).toContain(line);
  }
  expect(head).toContain('Content-Type: application/problem+json');
  expect(JSON.parse(body)).toEqual({
    type: `urn:perf-aggregator:problem:${code}`,
    title,
    status,
    code,
    message: title,
    request_id: id,
  });
  expect(JSON.parse(logged)).toMatchObject({ request_id: id, status, code, route: 'none' });
  expect(answer + logged).not.toContain(MARKER);
}

describe('when a connection is kept', () => {
  it('it is kept for the announced time, and used again', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n';
    const answer = await exchange(`${request}\r\n`, `${request}Connection: close\r\n\r\n`);
    expect(answer.match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
    expect(answer).toContain('Keep-Alive: timeout=2\r\n');
    expect(HTTP_LIMITS.keepAliveTimeoutMs).toBeGreaterThan(120_000);
  });
});

describe('when the received data is no request', () => {
  it.each<[string, PublicCode, string[]]>([
    ['another protocol', 'request_malformed', [`${MARKER}\r\n\r\n`]],
    ['a header without a colon', 'request_malformed', [`GET / HTTP/1.1\r\n${MARKER}\r\n\r\n`]],
    ['a control character', 'request_malformed', [`GET / HTTP/1.1\r\nHost: a\r\nX: \u0001${MARKER}\r\n\r\n`]],
    [
      'two lengths',
      'request_malformed',
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx'],
    ],
    [
      'a length and chunks',
      'request_malformed',
      ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ],
    [
      'headers that are too large',
      'headers_too_large',
      [`GET / HTTP/1.1\r\nHost: a\r\nX: ${MARKER.repeat(100)}\r\n\r\n`],
    ],
    ['a line that is too large', 'headers_too_large', [`GET /?q=${MARKER.repeat(100)} HTTP/1.1\r\n\r\n`]],
    ['a tunnel', 'method_not_allowed', [`CONNECT ${MARKER}:443 HTTP/1.1\r\nHost: ${MARKER}\r\n\r\n`]],
  ])('%s is refused with a code', async (_, code, pieces) => {
    expectProblem(await exchange(...pieces), code);
  });

  it.each([
    ['headers', `GET / HTTP/1.1\r\nHost: a\r\nX: ${MARKER}`],
    ['a body', `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\n${MARKER}`],
    ['a chunked body', `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc`],
  ])('%s that never arrive completely time out', async (_, piece) => {
    expectProblem(await exchange(piece), 'request_timeout');
  });

  it('no error is written into an answer that has begun', async () => {
    app = (_request, response) => {
      response.write('begun');
    };
    const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
    let answer = '';
    socket.on('data', (data: Buffer) => {
      // The invalid data is sent while the answer is in progress.
      if (answer === '') socket.write('no request\r\n\r\n');
      answer += data.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toContain('begun');
    expect(answer).not.toContain('problem');
    expect(logged).toBe('');
  });
});

describe('when the received data is a request', () => {
  it('an unknown expectation is ignored', async () => {
    const answer = await exchange('GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
    expect(answer).toContain('fine');
  });

  it('a request without Host is passed to the application', async () => {
    const answer = await exchange('GET / HTTP/1.1\r\nConnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1.1 200 /);
  });
});
