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
 * @param onUnnamedProxy - called once when somebody who is no proxy forwards for others. Perhaps a proxy was not named,
 *   and all its clients count as one source
 */
export function createSources(
  proxies: readonly string[],
  secret: Uint8Array,
  onUnnamedProxy: (address: string) => void = () => undefined,
): Sources {
  let isToldOf = false;
  const tellOf = ({ socket }: IncomingMessage): void => {
    if (!isToldOf) onUnnamedProxy(socket.remoteAddress ?? '');
    isToldOf = true;
  };
  const trust = proxyAddress.compile([...proxies]);
  const direct = new WeakMap<Socket, string>();
  const ofPeer = ({ socket }: IncomingMessage): string => {
    const known = direct.get(socket);
    if (known !== undefined) return known;
    const source = sourceOf(socket.remoteAddress ?? '') ?? 'unknown';
    direct.set(socket, source);
    return source;
  };
  const isProxyAddress = (address: string) => proxies.length > 0 && trust(withoutMapping(address), 0);
  const isProxy = ({ socket }: IncomingMessage) => isProxyAddress(socket.remoteAddress ?? '');
  return {
    of(request) {
      if (request.headers['x-forwarded-for'] !== undefined && !isProxy(request)) tellOf(request);
      if (proxies.length === 0) return ofPeer(request);
      // A proxy that forwards something other than an address counts as the source itself.
      return sourceOf(proxyAddress(request, trust)) ?? ofPeer(request);
    },
    isProxy: isProxyAddress,
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
