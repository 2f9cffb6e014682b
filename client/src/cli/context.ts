/** What the commands share: the parts of the process that they may use. */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import type { SessionFiles } from './sessions.ts';
import type { Terminal } from './terminal.ts';
import type { TrustStore } from './trust-store.ts';

/** Default address of the service. `make run` starts the service there. */
export const DEFAULT_URL = 'http://127.0.0.1:3000';

/** How a service is reached. */
export interface ServicePorts {
  readonly clock: Clock;
  readonly random: Random;
}

/** Both ways to a service. @param url - the value of `--url`; null: not given */
export function waysTo<P extends ServicePorts>(url: string | null, ports: P) {
  return {
    service: { ...ports, enclaveUrl: url ?? DEFAULT_URL },
    ports: url === null ? ports : { ...ports, enclaveUrl: url },
  };
}

/** How commands reach the outside. */
export interface CliContext {
  /** For the first contact with a service. */
  readonly service: ServicePorts & { readonly enclaveUrl: string };
  /** For a kept session. The address is present only with `--url`; otherwise the session's own address counts. */
  readonly ports: ServicePorts & { readonly enclaveUrl?: string };
  readonly clock: Clock;
  readonly sessions: SessionFiles;
  /** The kept trust. */
  readonly trust: TrustStore;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
