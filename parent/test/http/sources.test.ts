import type { IncomingMessage } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createSources, sourceOf } from '../../src/http/sources.ts';

const SECRET = new Uint8Array(32).fill(7);

function request(peer: string | undefined, forwarded?: string): IncomingMessage {
  return {
    socket: { remoteAddress: peer },
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
  } as unknown as IncomingMessage;
}

describe('when an address is mapped to a source', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:4711', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:DB8:1:2::1', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['::1', '::/64'],
    ['not an address', null],
    ['', null],
  ])('%s belongs to %s', (address, source) => {
    expect(sourceOf(address)).toBe(source);
  });

  it('all addresses of a /64 belong to one source, and others do not', () => {
    const part = fc.integer({ min: 0, max: 0xffff });
    const parts = (length: number) => fc.array(part, { minLength: length, maxLength: length });
    const text = (all: number[]) => all.map((value) => value.toString(16)).join(':');
    fc.assert(
      fc.property(parts(4), parts(4), parts(4), (network, a, b) => {
        fc.pre(network[0] !== 0);
        expect(sourceOf(text([...network, ...a]))).toBe(sourceOf(text([...network, ...b])));
        const other = [network[0]!, network[1]!, network[2]!, network[3]! ^ 1];
        expect(sourceOf(text([...other, ...a]))).not.toBe(sourceOf(text([...network, ...a])));
      }),
    );
  });
});

describe('when a request names the client for which it is forwarded', () => {
  const trusted = createSources(['10.0.0.0/8', '192.0.2.1'], SECRET);

  it.each([
    ['nobody is believed by default', [], '192.0.2.9', '198.51.100.1', '192.0.2.9'],
    ['a proxy that was named is', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['so it is as a mapped address', ['10.0.0.0/8'], '::ffff:10.1.2.3', '198.51.100.1', '198.51.100.1'],
    ['somebody else is not', ['10.0.0.0/8'], '192.0.2.9', '198.51.100.1', '192.0.2.9'],
    [
      'what the client claims before it is not',
      ['10.0.0.0/8'],
      '10.1.2.3',
      '1.1.1.1, 198.51.100.1',
      '198.51.100.1',
    ],
    ['two proxies in a row are', ['10.0.0.0/8'], '10.1.2.3', '198.51.100.1, 10.9.9.9', '198.51.100.1'],
    ["nonsense is the proxy's", ['10.0.0.0/8'], '10.1.2.3', 'unknown', '10.1.2.3'],
    ["nothing is the proxy's", ['10.0.0.0/8'], '10.1.2.3', undefined, '10.1.2.3'],
  ])('%s', (_, proxies, peer, forwarded, source) => {
    expect(createSources(proxies, SECRET).of(request(peer, forwarded))).toBe(source);
  });

  it('an unlisted proxy that forwards requests is reported once', () => {
    const told: string[] = [];
    const sources = createSources(['10.0.0.0/8'], SECRET, (address) => told.push(address));
    sources.of(request('10.1.1.1', '198.51.100.1'));
    sources.of(request('192.0.2.9'));
    expect(told).toEqual([]);
    sources.of(request('192.0.2.9', '198.51.100.1'));
    sources.of(request('192.0.2.9', '198.51.100.1'));
    expect(told).toEqual(['192.0.2.9']);
  });

  it('a closed connection has a source too', () => {
    expect(createSources([], SECRET).of(request(undefined))).toBe('unknown');
  });

  it('proxies are recognised by their addresses', () => {
    expect(
      ['10.2.3.4', '::ffff:10.2.3.4', '192.0.2.1', '192.0.2.2'].map((address) => trusted.isProxy(address)),
    ).toEqual([true, true, true, false]);
    expect(createSources([], SECRET).isProxy('10.2.3.4')).toBe(false);
  });
});

describe('when a source is named to another component', () => {
  it('the name is stable and short, and differs in another process', () => {
    const [one, two] = [createSources([], SECRET), createSources([], new Uint8Array(32))];
    expect(one.aliasOf('192.0.2.7')).toBe(one.aliasOf('192.0.2.7'));
    expect(one.aliasOf('192.0.2.7')).not.toBe(one.aliasOf('192.0.2.8'));
    expect(one.aliasOf('192.0.2.7')).not.toBe(two.aliasOf('192.0.2.7'));
    expect(one.aliasOf('192.0.2.7')).toMatch(/^[A-Za-z0-9_-]{22}$/);
  });
});
