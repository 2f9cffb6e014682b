import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { buffer, text } from 'node:stream/consumers';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { dial, listen } from '@perf-aggregator/shared/transport/socket';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Resolver } from '../../src/egress/port.ts';
import { createEgressProxy, type EgressLimits, type EgressProxy } from '../../src/egress/proxy.ts';

const LIMITS: EgressLimits = {
  headTimeoutMs: 200,
  connectTimeoutMs: 500,
  idleTimeoutMs: 5_000,
  maxConnections: 4,
};
const ALLOW = [{ host: 'api.example.com', port: 443 }];

let directory: string;
let target: net.Server;
let targetPort: number;
let onTarget: (socket: net.Socket) => void;
let proxy: EgressProxy | undefined;
let logged: string;

beforeEach(async () => {
  directory = mkdtempSync('/tmp/pa-egress-');
  onTarget = (socket) => socket.pipe(socket);
  target = net.createServer({ allowHalfOpen: true }, (socket) => onTarget(socket));
  target.listen(0, '127.0.0.1');
  await once(target, 'listening');
  targetPort = (target.address() as net.AddressInfo).port;
  logged = '';
});

afterEach(async () => {
  await proxy?.close();
  proxy = undefined;
  target.close();
  rmSync(directory, { recursive: true });
});

const local: Resolver = () =>
  Promise.resolve([{ address: '127.0.0.1', family: 4, trusted: true, port: targetPort }]);

async function start(
  options: { resolver?: Resolver; limits?: Partial<EgressLimits> } = {},
): Promise<() => Promise<net.Socket>> {
  const write = (fields: object, message: string): void => {
    logged += `${message} ${JSON.stringify(fields)}\n`;
  };
  proxy = createEgressProxy({
    allow: ALLOW,
    resolver: options.resolver ?? local,
    limits: { ...LIMITS, ...options.limits },
    log: { info: write, warn: write },
  });
  const endpoint = parseEndpoint(`unix:${join(directory, 'egress.sock')}`);
  await listen(proxy.server, endpoint);
  return () => dial(endpoint, { timeoutMs: 1_000 });
}

/** Sends `head`, ends, and returns everything that comes back. */
async function ask(socket: net.Socket, head: string): Promise<string> {
  socket.end(head);
  return text(socket);
}

/** Turns of the event loop. */
async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}

/** Until no byte moves any more. */
async function settled(): Promise<void> {
  let before = -1;
  for (let same = 0; same < 10; ) {
    await turns(20);
    const { bytesIn, bytesOut } = proxy!.counts();
    same = bytesIn > 0 && bytesIn + bytesOut === before ? same + 1 : 0;
    before = bytesIn + bytesOut;
  }
}

const CONNECT = 'CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n';

describe('when the target is allowed', () => {
  it('copies both ways and keeps a half-closed connection open for the reply', async () => {
    onTarget = (socket) => {
      const received: Buffer[] = [];
      socket.on('data', (chunk: Buffer) => received.push(chunk));
      socket.on('end', () => socket.end(Buffer.concat(received).toString().toUpperCase()));
    };
    const open = await start();
    const reply = await ask(await open(), `${CONNECT}hello`);
    expect(reply).toBe('HTTP/1.1 200 Connection Established\r\n\r\nHELLO');
    expect(proxy?.counts()).toMatchObject({ established: 1, bytesOut: 5, bytesIn: 5 });
  });

  it('passes a large reply whole to a reader that starts late', async () => {
    const large = Buffer.alloc(4 * 1024 * 1024, 'x');
    onTarget = (socket) => {
      socket.resume();
      socket.end(large);
    };
    const open = await start();
    const socket = await open();
    socket.pause();
    socket.write(CONNECT);
    await once(socket, 'readable');
    const reply = await text(socket);
    expect(reply.length).toBe(large.length + 'HTTP/1.1 200 Connection Established\r\n\r\n'.length);
    socket.destroy();
  });

  it('puts every byte in its place, both ways at once, for readers that start late', async () => {
    const pattern = (factor: number): Buffer =>
      Buffer.from(Uint32Array.from({ length: 1_000_000 }, (_, i) => Math.imul(i, factor)).buffer);
    const [question, answer] = [pattern(2_654_435_761), pattern(2_246_822_519)];
    let asked: Promise<Buffer> | undefined;
    let startReading = (): void => undefined;
    onTarget = (socket) => {
      socket.pause();
      // Pieces of all sizes, so that buffers fill up in the middle of them.
      for (let at = 0, size = 1; at < answer.length; at += size, size = (size * 7) % 90_001) {
        socket.write(answer.subarray(at, at + size));
      }
      socket.end();
      startReading = () => {
        asked = buffer(socket);
      };
    };
    const open = await start();
    const socket = await open();
    socket.pause();
    socket.write(CONNECT);
    socket.end(question);
    await settled();
    // Neither side reads: the proxy holds no more than its buffers and the kernel's.
    expect(proxy!.counts().bytesIn).toBeLessThan(1_000_000);
    startReading();
    const replied = (await buffer(socket)).subarray('HTTP/1.1 200 Connection Established\r\n\r\n'.length);
    expect(replied.equals(answer)).toBe(true);
    expect((await asked!).equals(question)).toBe(true);
    expect(proxy?.counts()).toMatchObject({ bytesIn: answer.length, bytesOut: question.length });
  });

  it('hands on the end of a client that ended before the target was reached', async () => {
    onTarget = (socket) => {
      socket.resume();
      socket.once('end', () => socket.end('seen'));
    };
    const open = await start({
      resolver: async (host) => {
        await turns(50);
        return local(host);
      },
    });
    expect(await ask(await open(), CONNECT)).toMatch(/seen$/);
  });

  it('keeps what comes in pieces while the target is being reached', async () => {
    const open = await start({
      resolver: async (host) => {
        await turns(50);
        return local(host);
      },
    });
    const socket = await open();
    socket.write(CONNECT);
    for (const piece of ['one ', 'two ', 'three']) {
      await turns(10);
      socket.write(piece);
    }
    socket.end();
    expect(await text(socket)).toMatch(/\r\n\r\none two three$/);
  });

  it('tries every address until one answers', async () => {
    const dead = net.createServer().listen(0, '127.0.0.1');
    await once(dead, 'listening');
    const deadPort = (dead.address() as net.AddressInfo).port;
    await new Promise((resolve) => dead.close(resolve));
    const open = await start({
      resolver: async (host) => [
        { address: '10.0.0.1', family: 4 },
        { address: '127.0.0.1', family: 4, trusted: true, port: deadPort },
        ...(await local(host)),
      ],
    });
    expect(await ask(await open(), `${CONNECT}hi`)).toMatch(/^HTTP\/1\.1 200 .*\r\n\r\nhi$/s);
  });

  it('logs the target and never what was sent', async () => {
    const open = await start();
    await ask(await open(), `${CONNECT}the payload`);
    expect(logged).toContain('api.example.com');
    expect(logged).not.toContain('the payload');
  });
});

describe('when the proxy refuses', () => {
  const refusals: readonly (readonly [string, string, Resolver, string, string])[] = [
    ['a host off the list', 'CONNECT evil.example.com:443 HTTP/1.1\r\n\r\n', local, '403', 'host_denied'],
    [
      'another port of a listed host',
      'CONNECT api.example.com:22 HTTP/1.1\r\n\r\n',
      local,
      '403',
      'host_denied',
    ],
    ['another method', 'GET / HTTP/1.1\r\n\r\n', local, '400', 'head_malformed'],
    ['an endless head', `CONNECT ${'a'.repeat(5000)}`, local, '400', 'head_malformed'],
    ['a name in capitals', 'CONNECT API.example.com:443 HTTP/1.1\r\n\r\n', local, '400', 'head_malformed'],
    ['an IPv6 literal', 'CONNECT [::1]:443 HTTP/1.1\r\n\r\n', local, '400', 'head_malformed'],
    ['a name without addresses', CONNECT, () => Promise.resolve([]), '502', 'name_not_found'],
    ['a name that does not resolve', CONNECT, () => Promise.reject(new Error('no')), '502', 'name_not_found'],
    [
      'loopback',
      CONNECT,
      () => Promise.resolve([{ address: '127.0.0.1', family: 4 }]),
      '403',
      'address_refused',
    ],
    [
      'metadata',
      CONNECT,
      () => Promise.resolve([{ address: '169.254.169.254', family: 4 }]),
      '403',
      'address_refused',
    ],
    [
      'mapped',
      CONNECT,
      () => Promise.resolve([{ address: '::ffff:127.0.0.1', family: 6 }]),
      '403',
      'address_refused',
    ],
  ];

  it.each(refusals)(
    'answers %s with its status and reason',
    async (_name, head, resolver, status, reason) => {
      const open = await start({ resolver });
      const reply = await ask(await open(), head);
      expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(reply).toContain(`X-Egress-Reason: ${reason}\r\n`);
      expect(proxy?.counts().refused[reason as 'host_denied']).toBe(1);
    },
  );

  it('answers a head that never ends with 408', async () => {
    const open = await start({ limits: { headTimeoutMs: 20 } });
    const socket = await open();
    socket.write('CONNECT api.');
    expect(await text(socket)).toContain('X-Egress-Reason: head_timeout');
    socket.destroy();
  });

  it('answers 502 when nobody listens at the target', async () => {
    const open = await start();
    await new Promise((resolve) => target.close(resolve));
    expect(await ask(await open(), CONNECT)).toContain('X-Egress-Reason: connect_failed');
  });

  it('answers 503 above the cap and serves again afterwards', async () => {
    const open = await start({ limits: { maxConnections: 1 } });
    const first = await open();
    expect(await ask(await open(), CONNECT)).toContain('X-Egress-Reason: overloaded');
    expect(await ask(first, CONNECT)).toContain('200 Connection Established');
  });
});

describe('when the proxy stops', () => {
  it('lets open tunnels finish and accepts no new one', async () => {
    const open = await start();
    const socket = await open();
    socket.write(`${CONNECT}one`);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    while (!Buffer.concat(received).toString().endsWith('one')) await once(socket, 'data');
    const drained = proxy!.drain(5_000);
    await expect(open()).rejects.toMatchObject({ code: 'dial_failed' });
    socket.end('two');
    await once(socket, 'close');
    expect(Buffer.concat(received).toString()).toMatch(/onetwo$/);
    await drained;
  });

  it('ends what is still open when the time is up, and idle tunnels when theirs is', async () => {
    const open = await start({ limits: { idleTimeoutMs: 30 } });
    const idle = await open();
    idle.write(CONNECT);
    idle.resume();
    await once(idle, 'end');
    idle.destroy();
    const silent = await open();
    silent.resume();
    const closed = once(silent, 'end');
    await proxy!.drain(10);
    await closed;
    silent.destroy();
  });
});
