/** Real unix sockets for one test. They are closed and deleted at its end. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import type { Endpoint } from '@perf-aggregator/shared/transport/endpoint';
import { dial, listen } from '@perf-aggregator/shared/transport/socket';
import { onTestFinished } from 'vitest';
import { deferred } from '../deferred.ts';

/** An endpoint that no process uses. */
export function freshEndpoint(): Extract<Endpoint, { kind: 'unix' }> {
  const folder = mkdtempSync('/tmp/pa-');
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return { kind: 'unix', path: join(folder, 's') };
}

/** A server at `endpoint`. It passes every connection to `onSocket`. */
export async function serveAt(
  endpoint: Endpoint,
  onSocket: (socket: net.Socket) => void,
): Promise<net.Server> {
  const server = net.createServer({ allowHalfOpen: true }, (socket) => {
    onTestFinished(() => {
      socket.destroy();
    });
    onSocket(socket);
  });
  await listen(server, endpoint);
  onTestFinished(() => {
    server.close();
  });
  return server;
}

/** Both ends of one connection. */
export async function connectedPair(): Promise<{ readonly near: net.Socket; readonly far: net.Socket }> {
  const endpoint = freshEndpoint();
  const accepted = deferred<net.Socket>();
  await serveAt(endpoint, accepted.resolve);
  const near = await dial(endpoint, { timeoutMs: 1_000 });
  onTestFinished(() => {
    near.destroy();
  });
  return { near, far: await accepted.promise };
}

/** Resolves when `socket` is closed. */
export async function closed(socket: net.Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}
