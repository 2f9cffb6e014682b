/** Starts the enclave in the simulator: production's `serve`, with a simulated module behind its port. */
import type { ImageConfig } from '@perf-aggregator/enclave/config';
import { type RunningEnclave, serveEnclave } from '@perf-aggregator/enclave/serve';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import { VERSION } from '@perf-aggregator/shared/version';
import type { NsmRoot } from '../nsm/chain.ts';
import { simulatedPcrs } from '../nsm/measurements.ts';
import { createSimulatedNsm } from '../nsm/module.ts';
import { VENUE_HOSTS } from './hosts.ts';

/** Version of the software in simulated reports. */

/** The inputs of the enclave. */
export interface EnclavePart {
  readonly listen: string;
  readonly egress: string;
  readonly nsm: NsmRoot;
  readonly caBundle: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly log: (event: string, facts?: Readonly<Record<string, string | number | boolean>>) => void;
  /** ms; default 5 minutes. */
  readonly syncIntervalMs?: number;
  /** Default 65,536. */
  readonly submissionsPerHandshakeKey?: number;
  /** Default: no limit, for one person at one machine. */
  readonly accountsPerSource?: NonNullable<ImageConfig['accountsPerSource']> | undefined;
}

/** Starts an enclave in phase `boot`. */
export function startEnclave(part: EnclavePart): Promise<RunningEnclave> {
  const { clock, random, sleep, log } = part;
  const nsm = createSimulatedNsm({ root: part.nsm, pcrs: simulatedPcrs(), clock, random });
  return serveEnclave(imageConfig(part), { nsm, clock, random, sleep, log });
}

/** The configuration of the simulated image. */
export function imageConfig(part: EnclavePart): ImageConfig {
  return {
    softwareVersion: VERSION,
    listen: part.listen,
    egress: part.egress,
    allow: VENUE_HOSTS.map((host) => ({ host, port: 443 })),
    caBundle: part.caBundle,
    pins: {},
    kms: { encryptionContext: { application: 'perf-aggregator' } },
    predecessors: [],
    syncIntervalMs: part.syncIntervalMs ?? 300_000,
    hotSessions: 256,
    accountsPerSource: part.accountsPerSource ?? { burst: 1_000_000, perMinute: 1_000_000 },
    ...(part.submissionsPerHandshakeKey === undefined
      ? {}
      : { submissionsPerHandshakeKey: part.submissionsPerHandshakeKey }),
  };
}
