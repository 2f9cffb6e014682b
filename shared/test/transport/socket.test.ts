import { once } from 'node:events';
import { existsSync, statSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { dial, listen } from '@perf-aggregator/shared/transport/socket';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { describe, expect, it, onTestFinished } from 'vitest';
import { codeOfRejection } from '../codes.ts';
import { connectedPair, freshEndpoint, serveAt } from './sockets.ts';

const TIMEOUT = { timeoutMs: 1_000 };
const VSOCK = { kind: 'vsock', cid: 16, port: 5_000 } as const;

/** Leaves a socket file behind that no process serves. */
async function abandon(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}

describe('when a server listens', () => {
  it('it is reachable, and only its owner can use its socket', async () => {
    const endpoint = freshEndpoint();
    await serveAt(endpoint, (socket) => socket.end('hello'));
    expect(statSync(endpoint.path).mode & 0o777).toBe(0o600);
    const socket = await dial(endpoint, TIMEOUT);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    socket.destroy();
  });

  it('it keeps the listeners of its caller', async () => {
    const endpoint = freshEndpoint();
    const server = net.createServer();
    const onError = (): void => undefined;
    server.on('error', onError);
    await listen(server, endpoint);
    onTestFinished(() => {
      server.close();
    });
    expect(server.listeners('error')).toEqual([onError]);
  });

  it('it replaces the socket of a process that ended', async () => {
    const endpoint = freshEndpoint();
    await abandon(endpoint.path);
    expect(existsSync(endpoint.path)).toBe(true);
    await serveAt(endpoint, (socket) => socket.end());
    const socket = await dial(endpoint, TIMEOUT);
    socket.destroy();
  });

  it('it refuses a socket that another process serves', async () => {
    const endpoint = freshEndpoint();
    await serveAt(endpoint, (socket) => socket.end());
    expect(await codeOfRejection(listen(net.createServer(), endpoint), TransportError)).toBe(
      'endpoint_in_use',
    );
  });

  it('it never deletes a file that is no socket', async () => {
    const endpoint = freshEndpoint();
    writeFileSync(endpoint.path, 'precious');
    expect(await codeOfRejection(listen(net.createServer(), endpoint), TransportError)).toBe('dial_failed');
    expect(existsSync(endpoint.path)).toBe(true);
  });
});

describe('when nobody listens', () => {
  it('the error says so', async () => {
    const endpoint = freshEndpoint();
    expect(await codeOfRejection(dial(endpoint, TIMEOUT), TransportError)).toBe('dial_failed');
    await abandon(endpoint.path);
    expect(await codeOfRejection(dial(endpoint, TIMEOUT), TransportError)).toBe('dial_failed');
  });

  it('AF_VSOCK is not available', async () => {
    expect(await codeOfRejection(dial(VSOCK, TIMEOUT), TransportError)).toBe('endpoint_unsupported');
    expect(await codeOfRejection(listen(net.createServer(), VSOCK), TransportError)).toBe(
      'endpoint_unsupported',
    );
  });
});

describe('when one side has ended its half', () => {
  it('it still receives data from the other', async () => {
    const { near, far } = await connectedPair();
    far.on('data', () => undefined);
    far.on('end', () => far.end('the answer'));
    near.end('the question');
    const [data] = (await once(near, 'data')) as [Buffer];
    expect(data.toString()).toBe('the answer');
  });
});
