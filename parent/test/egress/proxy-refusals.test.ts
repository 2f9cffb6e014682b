import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import type { Resolver } from '../../src/egress/port.ts';
import { ask, CONNECT, proxyRig } from './proxy-rig.ts';

const rig = proxyRig();

describe('when the proxy refuses', () => {
  const refusals: readonly (readonly [string, string, Resolver, string, string])[] = [
    ['a host off the list', 'CONNECT evil.example.com:443 HTTP/1.1\r\n\r\n', rig.local, '403', 'host_denied'],
    [
      'another port of a listed host',
      'CONNECT api.example.com:22 HTTP/1.1\r\n\r\n',
      rig.local,
      '403',
      'host_denied',
    ],
    ['another method', 'GET / HTTP/1.1\r\n\r\n', rig.local, '400', 'head_malformed'],
    ['an endless head', `CONNECT ${'a'.repeat(5000)}`, rig.local, '400', 'head_malformed'],
    [
      'a name in capitals',
      'CONNECT API.example.com:443 HTTP/1.1\r\n\r\n',
      rig.local,
      '400',
      'head_malformed',
    ],
    ['an IPv6 literal', 'CONNECT [::1]:443 HTTP/1.1\r\n\r\n', rig.local, '400', 'head_malformed'],
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
    'it answers %s with its status and reason',
    async (_name, head, resolver, status, reason) => {
      const open = await rig.start({ resolver });
      const reply = await ask(await open(), head);
      expect(reply).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(reply).toContain(`X-Egress-Reason: ${reason}\r\n`);
      expect(rig.proxy?.counts().refused[reason as 'host_denied']).toBe(1);
    },
  );

  it('it answers a head that never ends with 408', async () => {
    const open = await rig.start({ limits: { headTimeoutMs: 20 } });
    const socket = await open();
    socket.write('CONNECT api.');
    expect(await text(socket)).toContain('X-Egress-Reason: head_timeout');
    socket.destroy();
  });

  it('it answers 502 when no process listens at the target', async () => {
    const open = await rig.start();
    await new Promise((resolve) => rig.target.close(resolve));
    expect(await ask(await open(), CONNECT)).toContain('X-Egress-Reason: connect_failed');
  });

  it('it answers 503 above the limit and serves again afterwards', async () => {
    const open = await rig.start({ limits: { maxConnections: 1 } });
    const first = await open();
    expect(await ask(await open(), CONNECT)).toContain('X-Egress-Reason: overloaded');
    expect(await ask(first, CONNECT)).toContain('200 Connection Established');
  });
});

describe('when the proxy stops', () => {
  it('it lets open tunnels finish and accepts no new one', async () => {
    const open = await rig.start();
    const socket = await open();
    socket.write(`${CONNECT}one`);
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    while (!Buffer.concat(received).toString().endsWith('one')) await once(socket, 'data');
    const drained = rig.proxy!.drain(5_000);
    await expect(open()).rejects.toMatchObject({ code: 'dial_failed' });
    socket.end('two');
    await once(socket, 'close');
    expect(Buffer.concat(received).toString()).toMatch(/onetwo$/);
    await drained;
  });

  it('it closes open tunnels at the end of the grace period, and idle ones after their idle time', async () => {
    const open = await rig.start({ limits: { idleTimeoutMs: 30 } });
    const idle = await open();
    idle.write(CONNECT);
    idle.resume();
    await once(idle, 'end');
    idle.destroy();
    const silent = await open();
    silent.resume();
    const closed = once(silent, 'end');
    await rig.proxy!.drain(10);
    await closed;
    silent.destroy();
  });
});
