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

/** Leaves the file of a socket behind that nobody serves. */
async function abandon(path: string): Promise<void> {
  const { spawnSync } = await import('node:child_process');
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  spawnSync(process.execPath, ['-e', script]);
}

describe('when a server listens', () => {
  it('is reached, and its socket is its owner’s alone', async () => {
    const endpoint = freshEndpoint();
    await serveAt(endpoint, (socket) => socket.end('hello'));
    expect(statSync(endpoint.path).mode & 0o777).toBe(0o600);
    const socket = await dial(endpoint, TIMEOUT);
    const [data] = (await once(socket, 'data')) as [Buffer];
    expect(data.toString()).toBe('hello');
    socket.destroy();
  });

  it('keeps the listeners that its caller put there', async () => {
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

  it('replaces the socket of a process that is gone', async () => {
    const endpoint = freshEndpoint();
    await abandon(endpoint.path);
    expect(existsSync(endpoint.path)).toBe(true);
    await serveAt(endpoint, (socket) => socket.end());
    const socket = await dial(endpoint, TIMEOUT);
    socket.destroy();
  });

  it('refuses a socket that somebody serves', async () => {
    const endpoint = freshEndpoint();
    await serveAt(endpoint, (socket) => socket.end());
    expect(await codeOfRejection(listen(net.createServer(), endpoint), TransportError)).toBe(
      'endpoint_in_use',
    );
  });

  it('never deletes a file that is no socket', async () => {
    const endpoint = freshEndpoint();
    writeFileSync(endpoint.path, 'precious');
    expect(await codeOfRejection(listen(net.createServer(), endpoint), TransportError)).toBe('dial_failed');
    expect(existsSync(endpoint.path)).toBe(true);
  });
});

describe('when nobody listens', () => {
  it('says so', async () => {
    const endpoint = freshEndpoint();
    expect(await codeOfRejection(dial(endpoint, TIMEOUT), TransportError)).toBe('dial_failed');
    await abandon(endpoint.path);
    expect(await codeOfRejection(dial(endpoint, TIMEOUT), TransportError)).toBe('dial_failed');
  });

  it('has no AF_VSOCK to offer', async () => {
    expect(await codeOfRejection(dial(VSOCK, TIMEOUT), TransportError)).toBe('endpoint_unsupported');
    expect(await codeOfRejection(listen(net.createServer(), VSOCK), TransportError)).toBe(
      'endpoint_unsupported',
    );
  });
});

describe('when one side has said everything', () => {
  it('still hears the other', async () => {
    const { near, far } = await connectedPair();
    far.on('data', () => undefined);
    far.on('end', () => far.end('the answer'));
    near.end('the question');
    const [data] = (await once(near, 'data')) as [Buffer];
    expect(data.toString()).toBe('the answer');
  });
});
