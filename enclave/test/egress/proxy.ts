/** A small CONNECT proxy and an HTTPS target behind it, both real, for the tests of egress. */
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import https from 'node:https';
import net from 'node:net';
import { join } from 'node:path';
import { type Endpoint, parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';

const fixture = (name: string): string =>
  readFileSync(new URL(`../fixtures/tls/${name}`, import.meta.url), 'utf8');

export const AUTHORITY = fixture('authority.pem');
export const OTHER_AUTHORITY = fixture('other-authority.pem');
export const CERTIFICATE = fixture('venue.test.pem');
export const ALLOW = [{ host: 'venue.test', port: 443 }];

export interface Way {
  readonly endpoint: Endpoint;
  /** The heads that the proxy received. */
  readonly heads: string[];
  /** The open connections to the target, and their maximum number so far. */
  readonly target: { open: number; most: number };
  /** The target closes its idle connections, in the same way as a venue that restarts. */
  endIdle(): void;
  close(): Promise<void>;
}

/**
 * Opens the proxy. `answer` is its reply to a head: text to send, or null to send nothing. The target follows when the
 * text starts with a 200. `follow` connects the client to the target.
 */
export async function openWay(
  handle: RequestListener,
  answer: (head: string) => string | null = () => 'HTTP/1.1 200 OK\r\n\r\n',
  follow = (client: net.Socket, upstream: net.Socket): void => void client.pipe(upstream).pipe(client),
): Promise<Way> {
  const server = https.createServer({ cert: CERTIFICATE, key: fixture('venue.test.key') }, handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const target = { open: 0, most: 0 };
  server.on('connection', (socket: net.Socket) => {
    target.open += 1;
    target.most = Math.max(target.most, target.open);
    socket.on('close', () => {
      target.open -= 1;
    });
  });
  const { port } = server.address() as net.AddressInfo;

  const heads: string[] = [];
  const sockets = new Set<net.Socket>();
  const proxy = net.createServer({ allowHalfOpen: true }, (client) => {
    sockets.add(client);
    client.on('error', () => client.destroy()).on('close', () => sockets.delete(client));
    client.once('data', (head: Buffer) => {
      heads.push(head.toString('latin1'));
      const reply = answer(head.toString('latin1'));
      if (reply === null) return;
      client.write(reply);
      if (!/^HTTP\/1\.[01] 200/.test(reply)) {
        client.end();
        return;
      }
      const upstream = net.connect({ host: '127.0.0.1', port, allowHalfOpen: true });
      upstream.on('error', () => client.destroy());
      client.on('close', () => upstream.destroy());
      follow(client, upstream);
    });
  });
  const directory = mkdtempSync('/tmp/pa-way-');
  const path = join(directory, 'egress.sock');
  proxy.listen({ path });
  await once(proxy, 'listening');
  return {
    endpoint: parseEndpoint(`unix:${path}`),
    heads,
    target,
    endIdle: () => server.closeIdleConnections(),
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      await Promise.all([
        new Promise((resolve) => proxy.close(resolve)),
        new Promise((resolve) => server.close(resolve)),
      ]);
      rmSync(directory, { recursive: true });
    },
  };
}
