import { once } from 'node:events';
import type http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ParentEvent } from '../../src/events.ts';
import { endAfter, letBodyCome } from '../../src/http/body.ts';
import { createHttpServer, type Gate, HTTP_LIMITS, OPEN_GATE } from '../../src/http/server.ts';

const LIMITS = {
  ...HTTP_LIMITS,
  maxOutstanding: 3,
  probeMs: 20,
  writeStallMs: 400,
  keepAliveTimeoutMs: 2_000,
};
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';

let server: http.Server;
let port: number;
let app: http.RequestListener;
let gate: Gate;
let told: ParentEvent[];

async function serve(limits = LIMITS): Promise<void> {
  server = createHttpServer(
    (request, response) => app(request, response),
    (event) => told.push(event),
    limits,
    {
      shed: (request) => gate.shed(request),
      isDraining: () => gate.isDraining(),
      isProxy: (address) => gate.isProxy(address),
    },
  );
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  ({ port } = server.address() as AddressInfo);
}

beforeEach(async () => {
  app = (request, response) => void request.resume().on('end', () => response.end('fine'));
  gate = OPEN_GATE;
  told = [];
  await serve();
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** A connection whose answer accumulates while the test reads it. */
function connect(options: Partial<net.TcpNetConnectOpts> = {}) {
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true, ...options });
  const seen = { answer: '' };
  socket.on('data', (data: Buffer) => {
    seen.answer += data.toString('latin1');
  });
  socket.on('error', () => undefined);
  return { socket, seen };
}

/** Resolves when a connection is closed, for any reason. */
function gone(socket: net.Socket): Promise<void> {
  return new Promise((resolve) => socket.once('close', () => resolve()));
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

const count = (text: string, what: RegExp) => text.match(what)?.length ?? 0;

describe('when requests are pipelined', () => {
  it('they are answered one after the other, in order', async () => {
    let underWay = 0;
    let most = 0;
    app = (request, response) => {
      most = Math.max(most, ++underWay);
      setImmediate(() => {
        underWay -= 1;
        response.end(`answer to ${request.url}.`);
      });
    };
    const { socket, seen } = connect();
    socket.write(['/1', '/2', '/3'].map((path) => GET.replace('/', path)).join(''));
    await until(() => count(seen.answer, /answer to/g) === 3);
    expect([...seen.answer.matchAll(/answer to (..)\./g)].map(([, path]) => path)).toEqual([
      '/1',
      '/2',
      '/3',
    ]);
    expect(most).toBe(1);
  });

  it('a request above the limit of a connection ends it, and later requests are ignored', async () => {
    const asked: string[] = [];
    let closed = 0;
    app = (request, response) => {
      asked.push(request.url ?? '');
      response.once('close', () => {
        closed += 1;
      });
    };
    const { socket } = connect();
    socket.write(['/1', '/2', '/3', '/4', '/5', '/6'].map((path) => GET.replace('/', path)).join(''));
    await gone(socket);
    await until(() => closed === 1);
    expect(asked).toEqual(['/1']);
    await until(() => told.length > 0);
    expect(told).toEqual([{ event: 'requests_shed', code: 'overloaded', count: 1 }]);
  });
});

describe('when a client does not read', () => {
  it('its connection is closed when no data was read for a while, and a slow reader stays connected', async () => {
    const large = Buffer.alloc(32 * 1024 * 1024);
    const ends: string[] = [];
    app = ({ socket }, response) => {
      // Node 20 reports a closed response as finished, Node 24 does not. Both close the connection.
      response.once('close', () => ends.push(socket.destroyed ? 'cut' : 'answered'));
      response.end(large);
    };
    const deaf = connect();
    deaf.socket.pause();
    deaf.socket.write(GET);
    await until(() => ends.length === 1);
    expect(ends).toEqual(['cut']);

    const slow = net.connect({ port, host: '127.0.0.1' });
    slow.on('error', () => undefined);
    slow.write(GET);
    let taken = 0;
    slow.on('data', (data) => {
      taken += data.length;
      slow.pause();
      // The transfer takes longer than the stall limit in total, but each pause is shorter.
      if (taken < large.length) setTimeout(() => slow.resume(), 2);
    });
    await until(() => ends.length === 2);
    expect(ends).toEqual(['cut', 'answered']);
  });
});

describe('when a client closes its half', () => {
  it('it gets its answer', async () => {
    let answer: () => void = () => undefined;
    app = (_request, response) => {
      answer = () => response.end('late and fine');
    };
    const { socket, seen } = connect();
    socket.end(GET);
    await until(() => count(seen.answer, /HTTP\/1\.1 102 /g) > 1);
    answer();
    await once(socket, 'end');
    expect(seen.answer).toMatch(/HTTP\/1\.1 200 [\s\S]*late and fine$/);
  });

  it('a client that closed the whole connection is noticed', async () => {
    const seen: string[] = [];
    app = (_request, response) => {
      seen.push('asked');
      response.once('close', () => seen.push('closed'));
    };
    const { socket } = connect();
    socket.write(GET);
    await until(() => seen.length === 1);
    socket.destroy();
    await until(() => seen.length === 2);
    expect(seen).toEqual(['asked', 'closed']);
  });

  it('HTTP/1.0 has no interim answers, and gets none', async () => {
    let answer: () => void = () => undefined;
    app = (_request, response) => {
      answer = () => response.end('old and fine');
      setTimeout(answer, 100);
    };
    const { socket, seen } = connect();
    socket.end('GET / HTTP/1.0\r\n\r\n');
    await once(socket, 'end');
    expect(seen.answer).toMatch(/^HTTP\/1\.1 200 [\s\S]*old and fine$/);
  });
});

describe('when a body is not needed', () => {
  it('only a handler that reads it asks for it', async () => {
    const post =
      'POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n\r\n';
    const refused = connect();
    app = (_request, response) => {
      response.statusCode = 413;
      endAfter(response);
      response.end('no');
    };
    refused.socket.write(post);
    await once(refused.socket, 'end');
    expect(refused.seen.answer).toMatch(/^HTTP\/1\.1 413 /);
    app = (request, response) => {
      letBodyCome(request, response);
      request.resume().on('end', () => response.end('fine'));
    };
    const taken = connect();
    taken.socket.write(post);
    await until(() => taken.seen.answer.startsWith('HTTP/1.1 100 Continue\r\n\r\n'));
    taken.socket.write('body');
    await once(taken.socket, 'end');
    expect(taken.seen.answer).toMatch(/HTTP\/1\.1 200 /);
  });

  it('a client that is still sending can read the refusal', async () => {
    app = (_request, response) => {
      response.statusCode = 413;
      endAfter(response);
      response.end('too large');
    };
    const { socket, seen } = connect();
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n');
    const timer = setInterval(() => socket.writable && socket.write(Buffer.alloc(65_536)), 1);
    await once(socket, 'end');
    clearInterval(timer);
    expect(seen.answer).toMatch(/^HTTP\/1\.1 413 [\s\S]*Connection: close[\s\S]*too large$/);
  });
});

describe('when there is no room', () => {
  it('a request is refused unread, after a short wait, and the number is reported once', async () => {
    gate = { ...OPEN_GATE, shed: () => ({ code: 'overloaded', retryAfterMs: 1_000 }) };
    app = () => {
      throw new Error('it was read');
    };
    const begun = performance.now();
    const answers = await Promise.all([1, 2, 3].map(() => fetch(`http://127.0.0.1:${port}/`)));
    expect(performance.now() - begun).toBeGreaterThan(150);
    for (const answer of answers) {
      expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
      expect(answer.headers.get('content-type')).toContain('application/problem+json');
      expect(await answer.json()).toMatchObject({
        code: 'overloaded',
        request_id: answer.headers.get('x-request-id'),
      });
    }
    await until(() => told.length > 0);
    expect(told).toEqual([{ event: 'requests_shed', code: 'overloaded', count: 3 }]);
  });

  it('a source has a limit of connections, and a proxy may use all', async () => {
    const limits = { ...LIMITS, maxConnections: 3, maxConnectionsPerSource: 2 };
    server.close();
    await serve(limits);
    const open = async () => {
      const { socket, seen } = connect();
      await once(socket, 'connect');
      socket.write(GET);
      await until(() => seen.answer !== '');
      return seen.answer.slice(9, 12);
    };
    expect([await open(), await open(), await open()]).toEqual(['200', '200', '503']);
    await until(() => told.length > 0);
    gate = { ...OPEN_GATE, isProxy: () => true };
    server.closeAllConnections();
    const statuses = [await open(), await open(), await open(), await open()];
    // Near its connection limit the server closes idle connections, so the fourth request has a place again.
    expect(statuses).toEqual(['200', '200', '200', '200']);
  });
});

describe('when the service is about to stop', () => {
  it('every answer closes its connection', async () => {
    const { socket, seen } = connect();
    socket.write(GET);
    await until(() => seen.answer.includes('fine'));
    expect(seen.answer).toContain('Connection: keep-alive');
    gate = { ...OPEN_GATE, isDraining: () => true };
    socket.write(GET);
    await once(socket, 'end');
    expect(seen.answer.slice(seen.answer.indexOf('fine'))).toContain('Connection: close');
  });
});

describe('when a source misbehaves', () => {
  const credit = { most: 100, perSecond: 0 };
  const tries = async () => {
    const { socket, seen } = connect();
    socket.write(GET);
    await Promise.race([gone(socket), until(() => seen.answer !== '')]);
    socket.destroy();
    return seen.answer.slice(9, 12);
  };

  it('its new connections are refused, and those of others are not', async () => {
    server.close();
    await serve({ ...LIMITS, credit });
    expect(await tries()).toBe('200');
    const { socket } = connect();
    socket.write(GET.repeat(8));
    await gone(socket);
    expect([await tries(), await tries()]).toEqual(['', '']);
    const other = connect({ localAddress: '127.0.0.3' });
    other.socket.write(GET);
    await until(() => other.seen.answer !== '');
    expect(other.seen.answer.slice(9, 12)).toBe('200');
    await until(() => told.some(({ event }) => event === 'requests_shed'));
  });

  it('its other connections are closed at their next request', async () => {
    server.close();
    await serve({ ...LIMITS, credit });
    const kept = connect();
    kept.socket.write(GET);
    await until(() => kept.seen.answer !== '');
    const { socket } = connect();
    socket.write(GET.repeat(8));
    await gone(socket);
    kept.socket.write(GET);
    await gone(kept.socket);
    expect(count(kept.seen.answer, /HTTP\/1\.1 200 /g)).toBe(1);
  });

  it('a proxy is accepted for any conduct of its clients', async () => {
    server.close();
    await serve({ ...LIMITS, credit });
    gate = { ...OPEN_GATE, isProxy: () => true };
    for (let again = 0; again < 3; again++) {
      const { socket } = connect();
      socket.write(GET.repeat(8));
      await gone(socket);
    }
    expect(await tries()).toBe('200');
  });

  it('invalid requests cost credit, and are logged one by one only in small numbers', async () => {
    server.close();
    await serve({ ...LIMITS, credit: { most: 1_000, perSecond: 0 } });
    const answers = await Promise.all(
      Array.from({ length: 30 }, async () => {
        const { socket, seen } = connect();
        socket.write('nonsense\r\n\r\n');
        await once(socket, 'end').catch(() => undefined);
        return seen.answer.slice(9, 12);
      }),
    );
    expect(new Set(answers)).toEqual(new Set(['400']));
    expect(told.filter(({ event }) => event === 'request_refused').length).toBeLessThanOrEqual(20);
    await until(() => told.some(({ event }) => event === 'requests_shed'));
  });
});
