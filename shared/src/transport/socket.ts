/**
 * Dialling and listening. Both return real `net.Socket`s, so that `http.Agent`, `tls.connect({socket})` and
 * `http.Server` run over either kind of endpoint. AF_VSOCK needs a native part. Where it was not built, the endpoint is
 * refused by code and never replaced by another one.
 */
import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import net from 'node:net';
import { TransportError } from '../wire/errors.ts';
import { type Endpoint, formatEndpoint } from './endpoint.ts';
import { dialVsock, listenVsock } from './vsock.ts';

/**
 * Connects to `endpoint`.
 * @throws TransportError `dial_failed`, `dial_timeout`, `endpoint_denied`, `endpoint_unsupported`
 */
export async function dial(endpoint: Endpoint, options: { readonly timeoutMs: number }): Promise<net.Socket> {
  if (endpoint.kind === 'vsock') return dialVsock(endpoint, options);
  return new Promise((resolve, reject) => {
    const socket = net.connect({ path: endpoint.path, allowHalfOpen: true });
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new TransportError('dial_timeout', `no answer from ${formatEndpoint(endpoint)}`));
    }, options.timeoutMs);
    socket.once('connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      resolve(socket);
    });
    socket.once('error', (cause) => {
      clearTimeout(timer);
      reject(new TransportError('dial_failed', `nobody listens at ${formatEndpoint(endpoint)}`, cause));
    });
  });
}

/**
 * Makes `server` listen at `endpoint`. A socket file without a server is replaced. Only its owner can read and write
 * the file.
 * @throws TransportError `endpoint_in_use`, `endpoint_not_local`, `endpoint_denied`, `dial_failed`,
 *   `endpoint_unsupported`
 */
export async function listen(server: net.Server, endpoint: Endpoint): Promise<void> {
  if (endpoint.kind === 'vsock') return listenVsock(server, endpoint);
  const { path } = endpoint;
  await removeStaleSocket(path, endpoint);
  await new Promise<void>((resolve, reject) => {
    const fail = (cause: Error) =>
      reject(new TransportError('dial_failed', `cannot listen at ${formatEndpoint(endpoint)}`, cause));
    server.once('error', fail);
    server.listen({ path }, () => {
      // The caller's own listeners stay.
      server.removeListener('error', fail);
      chmodSync(path, 0o600);
      resolve();
    });
  });
}

async function removeStaleSocket(path: string, endpoint: Endpoint): Promise<void> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return;
  const live = await dial(endpoint, { timeoutMs: 1_000 }).catch(() => null);
  if (live) {
    live.destroy();
    throw new TransportError('endpoint_in_use', `somebody already listens at ${formatEndpoint(endpoint)}`);
  }
  unlinkSync(path);
}
