/**
 * The enclave as a function: message in, message out. It builds the context of its operations from the measured
 * configuration and the ports. It has no socket that leads in.
 */
import { AWS_NITRO_ROOT_G1 } from '@perf-aggregator/attestation';
import { equalBytes } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import { MAX_ACCOUNTS } from '@perf-aggregator/shared/limits';
import type { Random } from '@perf-aggregator/shared/random';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { type BootContext, Lifecycle } from '../boot/lifecycle.ts';
import { configSha256, configure, type EnclaveConfig, type ImageConfig } from '../config.ts';
import { Allowance } from '../context/allowance.ts';
import type { DeployedContext, Keyring } from '../context/context.ts';
import { ACCOUNTS_PER_SOURCE, SourceBudgets } from '../context/source-budgets.ts';
import { createFetch } from '../egress/fetch.ts';
import { TunnelAgent } from '../egress/tunnel-agent.ts';
import { HandshakeKeys } from '../keys/handshake-keys.ts';
import { createKms } from '../kms/client.ts';
import type { Log } from '../log.ts';
import type { Nsm } from '../nsm/port.ts';
import type { Call } from '../operations/operation.ts';
import { Vault } from '../sessions/vault.ts';
import { createExchanges } from '../venues/ccxt/exchanges.ts';
import type { Sleep } from '../venues/ccxt/limiter.ts';
import { dispatch } from './dispatch.ts';

/** How an enclave reaches the world, besides its two endpoints. */
export interface EnclavePorts {
  readonly nsm: Nsm;
  readonly clock: Clock;
  readonly random: Random;
  /** Waits so many ms, or until its signal aborts. Exchanges wait with it before they retry. */
  readonly sleep: Sleep;
  readonly log: Log;
}

/** Memory limit of the messages that are being answered, states included. */
const MAX_BYTES_UNDER_WAY = 384 * 1024 * 1024;
/** Limit of the submitted accounts that are being checked: as many as eight of the largest submissions have. */
const MAX_ACCOUNTS_UNDER_WAY = 8 * MAX_ACCOUNTS;

/** An enclave without its sockets. */
export interface Enclave {
  /** Answers one message of the wire. Never rejects. @param call - left out: the caller waits for ever */
  handle(message: Uint8Array, call?: Call): Promise<Uint8Array>;
  /** Refuses every later request with `enclave_not_ready`. Requests under way continue. */
  drain(): void;
}

/** An enclave in phase `boot`. */
export function createEnclave(image: ImageConfig, ports: EnclavePorts): Enclave {
  const lifecycle = new Lifecycle((phase) => ports.log('phase', { phase }));
  const context: BootContext = {
    lifecycle,
    nsm: ports.nsm,
    log: ports.log,
    bytesUnderWay: new Allowance(MAX_BYTES_UNDER_WAY, 'bytes of messages'),
    deploy: (deployment, sharers) => deploy(configure(image, deployment), sharers, ports),
  };
  return {
    handle: (message, call) => dispatch(context, message, call),
    drain: () => lifecycle.reach('draining'),
  };
}

function deploy(config: EnclaveConfig, sharers: number, ports: EnclavePorts): DeployedContext {
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
  const sha256 = configSha256(config);
  const kms = createKms({
    ...config.kms,
    predecessors: config.predecessors,
    agent,
    nsm,
    configSha256: sha256,
    clock,
    random,
    timeoutMs: 10_000,
  });
  const exchanges = createExchanges({
    fetch: createFetch(agent, { timeoutMs: 20_000, maxResponseBytes: 32 * 1024 * 1024, maxConcurrent: 48 }),
    clock,
    random,
    sleep: ports.sleep,
    sharers,
  });
  const deployed = { config, configSha256: sha256, kms, exchanges };
  return {
    ...deployed,
    serveWith: (keyring) => ({ ...deployed, ...keyring, ...serve(config, ports, keyring) }),
  };
}

/** Makes what only an enclave with keys needs. */
function serve(config: EnclaveConfig, ports: EnclavePorts, { identity }: Keyring) {
  const { nsm, clock, random, log } = ports;
  const { sealingBase } = identity;
  return {
    simulated: !equalBytes(nsm.trustAnchor, AWS_NITRO_ROOT_G1),
    nsm,
    clock,
    random,
    log,
    handshake: new HandshakeKeys(clock, random, config.submissionsPerHandshakeKey),
    accountsUnderWay: new Allowance(MAX_ACCOUNTS_UNDER_WAY, 'accounts of submissions'),
    sourceBudgets: new SourceBudgets(config.accountsPerSource ?? ACCOUNTS_PER_SOURCE, clock),
    vault: new Vault({ clock, random, sealingBase, capacity: config.hotSessions }),
  };
}
