/** An egress proxy on a unix socket, with a target on loopback that the test controls. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import net from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { dial, listen } from '@perf-aggregator/shared/transport/socket';
import { afterEach, beforeEach } from 'vitest';
import type { Resolver } from '../../src/egress/port.ts';
import { createEgressProxy, type EgressLimits, type EgressProxy } from '../../src/egress/proxy.ts';
import { type Recorder, recorder } from '../recorder.ts';

const LIMITS: EgressLimits = {
  headTimeoutMs: 200,
  connectTimeoutMs: 500,
  idleTimeoutMs: 5_000,
  maxConnections: 4,
};

/** The request of the enclave in most tests. */
export const CONNECT = 'CONNECT api.example.com:443 HTTP/1.1\r\nHost: api.example.com:443\r\n\r\n';

/** The parts for one test. */
export interface ProxyRig {
  target: net.Server;
  /** Handles a connection at the target. By default the target echoes. */
  onTarget: (socket: net.Socket) => void;
  proxy: EgressProxy | undefined;
  told: Recorder;
  /** Resolves every name to the target. */
  readonly local: Resolver;
  /** Starts the proxy. @returns a function that connects to it */
  start(options?: {
    resolver?: Resolver;
    limits?: Partial<EgressLimits>;
  }): Promise<() => Promise<net.Socket>>;
}

/** A new target for each test of a file, and the proxy that the test starts. */
export function proxyRig(): ProxyRig {
  let directory: string;
  let port: number;
  const local: Resolver = () => Promise.resolve([{ address: '127.0.0.1', family: 4, trusted: true, port }]);
  const rig: ProxyRig = {
    target: net.createServer(),
    onTarget: () => undefined,
    proxy: undefined,
    told: recorder(),
    local,
    async start({ resolver = local, limits } = {}) {
      rig.proxy = createEgressProxy({
        allow: [{ host: 'api.example.com', port: 443 }],
        resolver,
        limits: { ...LIMITS, ...limits },
        emit: rig.told.emit,
      });
      const endpoint = parseEndpoint(`unix:${join(directory, 'egress.sock')}`);
      await listen(rig.proxy.server, endpoint);
      return () => dial(endpoint, { timeoutMs: 1_000 });
    },
  };
  beforeEach(async () => {
    directory = mkdtempSync('/tmp/pa-egress-');
    rig.onTarget = (socket) => socket.pipe(socket);
    rig.target = net.createServer({ allowHalfOpen: true }, (socket) => rig.onTarget(socket));
    rig.target.listen(0, '127.0.0.1');
    await once(rig.target, 'listening');
    port = (rig.target.address() as net.AddressInfo).port;
    rig.told = recorder();
  });
  afterEach(async () => {
    await rig.proxy?.close();
    rig.proxy = undefined;
    rig.target.close();
    rmSync(directory, { recursive: true });
  });
  return rig;
}

/** Sends `head`, ends the connection, and returns the whole answer. */
export async function ask(socket: net.Socket, head: string): Promise<string> {
  socket.end(head);
  return text(socket);
}

/** Waits for turns of the event loop. */
export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise(setImmediate);
}
