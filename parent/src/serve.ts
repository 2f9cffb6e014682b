/**
 * The parent, built from HTTP edge, relay, egress proxy, store and scheduler. Production's `main.ts` and the simulator
 * call this function with their own ports.
 */

import type http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import { systemRandom } from '@perf-aggregator/shared/random';
import { listen } from '@perf-aggregator/shared/transport/socket';
import { VERSION } from '@perf-aggregator/shared/version';
import type { ParentConfig } from './config.ts';
import { Counters } from './counters.ts';
import type { CredentialSource } from './credentials/port.ts';
import type { Resolver } from './egress/port.ts';
import { createEgressProxy, type EgressProxy } from './egress/proxy.ts';
import { Connection } from './enclaves/connection.ts';
import { Enclaves } from './enclaves/enclaves.ts';
import type { EventSink } from './events.ts';
import { healthOf, readinessOf } from './health.ts';
import { createApp } from './http/app.ts';
import { operationOf } from './http/matching.ts';
import { createHttpServer, HTTP_LIMITS } from './http/server.ts';
import { createSources, type Sources } from './http/sources.ts';
import { createPools } from './relay/pools.ts';
import { Relay, type Shed } from './relay/relay.ts';
import { Scheduler } from './scheduler/scheduler.ts';
import type { Store } from './storage/port.ts';
import { watchStore } from './storage/watched.ts';

/** How the parent reaches the world. */
export interface ParentPorts {
  readonly store: Store;
  readonly resolver: Resolver;
  readonly credentials: CredentialSource;
  readonly clock: Clock;
  readonly emit: EventSink;
}

/** A running parent. */
export interface RunningParent {
  /** Port that the HTTP edge listens on. */
  readonly port: number;
  /** Reports the end at `/ready`, stops accepting requests, lets requests under way end, and closes the store. */
  close(): Promise<void>;
}

/** The HTTP port is in use, or the process may not listen on it. */
export class ListenError extends CodedError<'port_in_use' | 'port_unavailable'> {}

const DRAIN_MS = 5_000;

/**
 * Starts a parent.
 * @throws ListenError `port_in_use`, `port_unavailable`; TransportError for the egress endpoint
 */
export async function serveParent(config: ParentConfig, ports: ParentPorts): Promise<RunningParent> {
  const { clock } = ports;
  const counters = new Counters();
  const emit = counters.counting(ports.emit);
  const store = watchStore(ports.store, emit);
  const proxy = await startEgress(config, ports);
  const connections = config.enclaves.map(
    (endpoint) =>
      new Connection(
        endpoint,
        { ...ports, store, deployment: config.deployment, sharers: config.enclaves.length },
        emit,
      ),
  );
  const enclaves = new Enclaves(connections);
  const relay = new Relay({
    enclaves,
    store,
    pools: createPools(config.enclaves.length),
    clock,
    maxSessionTtlMs: config.maxSessionTtl * 1_000,
  });
  const scheduler = new Scheduler({
    relay,
    store,
    clock,
    emit,
    pollMs: 250,
    cleanupMs: config.sessionCleanupInterval,
    concurrency: 8,
    random: Math.random,
  });
  let isDraining = false;
  const subjects = { store, enclaves, isDraining: () => isDraining, now: () => clock.now(), counters };
  const sources = createSources(config.trustedProxies, systemRandom.bytes(32), (peer) =>
    emit({ event: 'proxy_unnamed', peer }),
  );
  const app = createApp({
    relay,
    emit,
    version: VERSION,
    egressAddresses: config.egressAddresses,
    rateLimit: config.rateLimit,
    sessionTtl: { default: config.defaultSessionTtl, max: config.maxSessionTtl },
    sources,
    corsOrigins: config.corsOrigins,
    readiness: () => readinessOf(subjects),
    health: () => healthOf(subjects),
  });
  const server = createHttpServer(app, emit, HTTP_LIMITS, {
    shed: shedBy(relay, sources),
    isDraining: () => isDraining,
    isProxy: (address) => sources.isProxy(address),
  });
  await listenHttp(server, config).catch(async (error: unknown) => {
    await proxy.close();
    for (const connection of connections) connection.close();
    throw error;
  });
  scheduler.start();
  const { port } = server.address() as AddressInfo;
  emit({ event: 'listening', port });
  return {
    port,
    async close() {
      isDraining = true;
      const started = performance.now();
      emit({ event: 'draining', delayMs: config.drainDelayMs });
      await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs));
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = setTimeout(() => server.closeAllConnections(), DRAIN_MS);
      await scheduler.stop();
      await closed;
      clearTimeout(cut);
      for (const connection of connections) connection.close();
      // Nothing is under way any more. Only the enclave's idle connections are still open.
      await proxy.close();
      await store.close();
      emit({ event: 'drained', durationMs: Math.round(performance.now() - started) });
    },
  };
}

async function startEgress(config: ParentConfig, ports: ParentPorts): Promise<EgressProxy> {
  const proxy = createEgressProxy({
    allow: config.egressAllow,
    resolver: ports.resolver,
    emit: ports.emit,
    limits: { headTimeoutMs: 5_000, connectTimeoutMs: 5_000, idleTimeoutMs: 60_000, maxConnections: 512 },
  });
  await listen(proxy.server, config.egress);
  return proxy;
}

function listenHttp(server: http.Server, config: ParentConfig): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = `${config.host}:${config.port}`;
      reject(
        cause.code === 'EADDRINUSE'
          ? new ListenError(
              'port_in_use',
              `port ${config.port} is in use; set ENCLAVE_PORT to a free one`,
              cause,
            )
          : new ListenError(
              'port_unavailable',
              `cannot listen on ${where} (${cause.code ?? 'unknown'})`,
              cause,
            ),
      );
    });
    server.listen(config.port, config.host, () => {
      server.removeAllListeners('error');
      resolve();
    });
  });
}

/** Refuses requests that the relay would refuse, before any work for them. */
function shedBy(relay: Relay, sources: Sources) {
  return (request: http.IncomingMessage): Shed | null => {
    const operation = operationOf(request.method ?? '', request.url ?? '');
    return operation === null ? null : relay.refusalOf(operation, sources.of(request));
  };
}
