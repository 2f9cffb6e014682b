/** What the commands share: the process, as far as they may touch it. */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import type { SessionFiles } from './sessions.ts';
import type { Terminal } from './terminal.ts';
import type { TrustStore } from './trust-store.ts';

/** Default address of the service: where `make run` leaves it. */
export const DEFAULT_URL = 'http://127.0.0.1:3000';

/** How a service is reached. */
export interface ServicePorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Both ways to a service. @param url - what `--url` says; null: nothing */
export function waysTo<P extends ServicePorts>(url: string | null, ports: P) {
  return {
    service: { ...ports, enclaveUrl: url ?? DEFAULT_URL },
    ports: url === null ? ports : { ...ports, enclaveUrl: url },
  };
}

/** What commands reach the world through. */
export interface CliContext {
  /** For a service that is spoken to for the first time. */
  readonly service: ServicePorts & { readonly enclaveUrl: string };
  /** For a session that is kept: with an address only where `--url` says one, else the session's own counts. */
  readonly ports: ServicePorts & { readonly enclaveUrl?: string };
  readonly clock: Clock;
  readonly sessions: SessionFiles;
  /** What is kept of what is trusted. */
  readonly trust: TrustStore;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
