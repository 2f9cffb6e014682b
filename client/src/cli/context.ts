/** What the commands share: the process, as far as they may touch it. */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import type { SessionFiles } from './sessions.ts';
import type { Terminal } from './terminal.ts';

/** What commands reach the world through. */
export interface CliContext {
  /** Where the service is; commands that resume a session use the session's own. */
  readonly service: { readonly enclaveUrl: string; readonly clock: Clock; readonly random: Random };
  readonly ports: { readonly clock: Clock; readonly random: Random };
  readonly clock: Clock;
  readonly sessions: SessionFiles;
  readonly terminal: Terminal;
  readonly environment: Readonly<Record<string, string | undefined>>;
}
