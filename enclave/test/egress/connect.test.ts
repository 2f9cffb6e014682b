import { once } from 'node:events';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { afterEach, describe, expect, it } from 'vitest';
import { openTunnel } from '../../src/egress/connect.ts';
import { EgressError } from '../../src/egress/errors.ts';
import { ALLOW, openWay, type Way } from './proxy.ts';

let way: Way;
afterEach(() => way.close());

const route = (timeout = 2_000) => ({ endpoint: way.endpoint, allow: ALLOW, connectTimeoutMs: timeout });

describe('when a tunnel is opened', () => {
  it('it names the target and returns the bytes that follow the head', async () => {
    way = await openWay(
      () => undefined,
      () => 'HTTP/1.1 200 OK\r\nX: y\r\n\r\nfirst',
    );
    const socket = await openTunnel(route(), 'venue.test', 443);
    expect(way.heads).toEqual(['CONNECT venue.test:443 HTTP/1.1\r\nHost: venue.test:443\r\n\r\n']);
    const data = once(socket, 'data');
    socket.resume();
    expect(String((await data)[0])).toBe('first');
    socket.destroy();
  });

  it.each([
    ['elsewhere.test', 443],
    ['venue.test', 80],
    ['VENUE.test', 443],
    ['venue.test.', 443],
    ['a.venue.test', 443],
  ])('it does not connect for %s:%i', async (host, port) => {
    way = await openWay(() => undefined);
    await expect(openTunnel(route(), host, port)).rejects.toSatisfy(
      (error) => error instanceof EgressError && error.code === 'egress_host_denied',
    );
    expect(way.heads).toEqual([]);
  });

  it.each([
    ['HTTP/1.1 403 Forbidden\r\n\r\n', 'egress_refused'],
    ['HTTP/1.1 502 Bad Gateway\r\n\r\n', 'egress_unreachable'],
    ['HTTP/1.1 504 Gateway Timeout\r\n\r\n', 'egress_timeout'],
    ['HTTP/1.1 2000 OK\r\n\r\n', 'egress_protocol'],
    ['SSH-2.0-x\r\n\r\n', 'egress_protocol'],
    [`HTTP/1.1 299 ${'x'.repeat(5_000)}`, 'egress_protocol'],
    [`HTTP/1.1 299 ${'x'.repeat(5_000)}\r\n\r\n`, 'egress_protocol'],
    ['HTTP/1.1 2', 'egress_unreachable'],
    ['', 'egress_unreachable'],
  ])('it reports the answer %j as %s', async (answer, code) => {
    way = await openWay(
      () => undefined,
      () => answer,
    );
    await expect(openTunnel(route(), 'venue.test', 443)).rejects.toMatchObject({ code });
  });

  it('it waits no longer than its limit', async () => {
    way = await openWay(
      () => undefined,
      () => null,
    );
    await expect(openTunnel(route(30), 'venue.test', 443)).rejects.toMatchObject({ code: 'egress_timeout' });
  });

  it('the error says so when nobody listens', async () => {
    way = await openWay(() => undefined);
    const endpoint = parseEndpoint('unix:/tmp/pa-nobody-listens-here.sock');
    await expect(openTunnel({ ...route(), endpoint }, 'venue.test', 443)).rejects.toMatchObject({
      code: 'egress_unreachable',
    });
  });
});
