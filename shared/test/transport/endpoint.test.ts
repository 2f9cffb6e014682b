import { formatEndpoint, parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../codes.ts';

describe('when an endpoint is read', () => {
  it('reads both kinds', () => {
    expect(parseEndpoint('vsock://16:5000')).toEqual({ kind: 'vsock', cid: 16, port: 5_000 });
    expect(parseEndpoint('vsock://4294967295:4294967295')).toEqual({
      kind: 'vsock',
      cid: 0xffff_ffff,
      port: 0xffff_ffff,
    });
    expect(parseEndpoint('unix:/run/enclave.sock')).toEqual({ kind: 'unix', path: '/run/enclave.sock' });
  });

  it.each([
    '',
    'unix:',
    'unix:relative.sock',
    'unix:/a\0b',
    'vsock://16',
    'vsock://16:',
    'vsock://-1:1',
    'vsock://1.5:1',
    'vsock://4294967296:1',
    'vsock://1:4294967296',
    'vsock://1:1/',
    ' vsock://1:1',
    'tcp://127.0.0.1:1',
    '/run/enclave.sock',
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseEndpoint(text), TransportError)).toBe('endpoint_malformed');
  });

  it('refuses paths of more than 100 bytes, not characters', () => {
    expect(parseEndpoint(`unix:/${'a'.repeat(99)}`).kind).toBe('unix');
    for (const path of [`/${'a'.repeat(100)}`, `/${'é'.repeat(50)}`]) {
      expect(codeOf(() => parseEndpoint(`unix:${path}`), TransportError)).toBe('endpoint_path_too_long');
    }
  });

  it('reads back what it wrote, and refuses garbage by code', () => {
    const port = fc.nat(0xffff_ffff);
    fc.assert(
      fc.property(port, port, fc.string(), (cid, number, garbage) => {
        const endpoint = { kind: 'vsock', cid, port: number } as const;
        expect(parseEndpoint(formatEndpoint(endpoint))).toEqual(endpoint);
        const unix = orRefused(() => parseEndpoint(`unix:/${garbage}`));
        if (unix) expect(parseEndpoint(formatEndpoint(unix))).toEqual(unix);
        expect(orRefused(() => parseEndpoint(garbage))).toBeNull();
      }),
    );
  });
});
