/**
 * The source of a request, as far as sources can be distinguished: an IPv4 address, or the first 64 bits of an IPv6
 * address, which is what one customer of a network has (RFC 6177). A header about the source is trusted only from
 * proxies that the operator named.
 */
import { createHmac } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import ipaddr from 'ipaddr.js';
import proxyAddress from 'proxy-addr';

/** Distinguishes sources. */
export interface Sources {
  /** The source of a request. */
  of(request: IncomingMessage): string;
  /** Whether an address is one of the proxies. Many sources come through a proxy. */
  isProxy(address: string): boolean;
  /** A name of a source for a reader that must not know its address. */
  aliasOf(source: string): string;
}

/**
 * @param proxies - addresses and networks (CIDR) whose `X-Forwarded-For` is trusted
 * @param secret - secret of this process; without it nobody can find the address of an alias
 */
export function createSources(proxies: readonly string[], secret: Uint8Array): Sources {
  const trust = proxyAddress.compile([...proxies]);
  const direct = new WeakMap<Socket, string>();
  const ofPeer = ({ socket }: IncomingMessage): string => {
    const known = direct.get(socket);
    if (known !== undefined) return known;
    const source = sourceOf(socket.remoteAddress ?? '') ?? 'unknown';
    direct.set(socket, source);
    return source;
  };
  return {
    of(request) {
      if (proxies.length === 0) return ofPeer(request);
      // A proxy that forwards something other than an address counts as the source itself.
      return sourceOf(proxyAddress(request, trust)) ?? ofPeer(request);
    },
    isProxy: (address) => proxies.length > 0 && trust(withoutMapping(address), 0),
    aliasOf: (source) => createHmac('sha256', secret).update(source).digest('base64url').slice(0, 22),
  };
}

/** The source of an address. Null: the text is not an address. */
export function sourceOf(address: string): string | null {
  // Some proxies add the port.
  const bare = address.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1').replace(/^\[(.*)\](?::\d+)?$/, '$1');
  if (!ipaddr.isValid(bare)) return null;
  const parsed = ipaddr.process(bare);
  if (parsed.kind() === 'ipv4') return parsed.toString();
  const network = [...parsed.toByteArray().slice(0, 8), ...new Array<number>(8).fill(0)];
  return `${ipaddr.fromByteArray(network).toString()}/64`;
}

function withoutMapping(address: string): string {
  return ipaddr.isValid(address) ? ipaddr.process(address).toString() : address;
}
