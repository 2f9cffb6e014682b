/**
 * The enclave as a function: message in, message out. It builds what its operations share from the measured
 * configuration and the ports it is given, and knows no socket that leads in.
 */
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { equalBytes } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { configSha256, type EnclaveConfig } from './config.ts';
import { BootState, type EnclaveContext, type Log } from './context.ts';
import { dispatch } from './dispatch.ts';
import { createFetch } from './egress/fetch.ts';
import { TunnelAgent } from './egress/tunnel-agent.ts';
import { createExchanges } from './exchanges/ccxt.ts';
import { HandshakeKeys } from './keys/handshake-keys.ts';
import { createKms } from './kms/client.ts';
import type { Nsm } from './nsm/port.ts';
import { Vault } from './sessions/vault.ts';

/** What an enclave reaches the world through, besides its two ways. */
export interface EnclavePorts {
  readonly nsm: Nsm;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits so many ms; exchanges are asked again after it. */
  readonly sleep: (ms: number) => Promise<void>;
  readonly log: Log;
}

/** An enclave without its sockets. */
export interface Enclave {
  /** Answers one message of the wire. Never rejects. */
  handle(message: Uint8Array): Promise<Uint8Array>;
  /** From now on every request is refused with `enclave_not_ready`. */
  drain(): void;
}

/** An enclave in phase `boot`. */
export function createEnclave(config: EnclaveConfig, ports: EnclavePorts): Enclave {
  const context = createContext(config, ports);
  return {
    handle: (message) => dispatch(context, message),
    drain() {
      context.boot.phase = 'draining';
    },
  };
}

function createContext(config: EnclaveConfig, ports: EnclavePorts): EnclaveContext {
  const { clock, random, nsm } = ports;
  const agent = new TunnelAgent({
    endpoint: parseEndpoint(config.egress),
    allow: config.allow,
    caBundle: config.caBundle,
    pins: config.pins,
    connectTimeoutMs: 10_000,
    maxSockets: 64,
    idleTimeoutMs: 30_000,
  });
  const boot = new BootState();
  const sha256 = configSha256(config);
  return {
    config,
    configSha256: sha256,
    simulated: !equalBytes(nsm.trustAnchor, AWS_NITRO_ROOT_G1),
    nsm,
    kms: createKms({
      ...config.kms,
      predecessors: config.predecessors,
      agent,
      nsm,
      configSha256: sha256,
      clock,
      random,
      timeoutMs: 10_000,
    }),
    exchanges: createExchanges({
      fetch: createFetch(agent, { timeoutMs: 20_000, maxResponseBytes: 32 * 1024 * 1024, maxConcurrent: 48 }),
      clock,
      random,
      sleep: ports.sleep,
    }),
    clock,
    random,
    log: ports.log,
    handshake: new HandshakeKeys(clock, random, config.submissionsPerHandshakeKey),
    vault: new Vault({
      clock,
      random,
      sealingBase: () => boot.keyring().identity.sealingBase,
      capacity: config.hotSessions,
    }),
    boot,
  };
}
