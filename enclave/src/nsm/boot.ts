/** What an enclave gets from its module before it serves: entropy, then the time. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Log } from '../log.ts';
import { type EntropyFiles, ensureEntropy } from './entropy.ts';
import type { DescribedNsm } from './module.ts';
import { keepTime, type TimeKeeping, TrustedClock } from './trusted-clock.ts';

/** How often the clock is set from the module. A clock that drifts 6 s a week is 3 ms off after this time. */
const TIME_INTERVAL_MS = 5 * 60 * 1000;

/** What the boot needs of the process. */
export interface ModuleBootPorts {
  readonly nsm: DescribedNsm;
  readonly files: EntropyFiles;
  /** ms since an arbitrary moment, with fractions. Never goes back. */
  readonly monotonic: () => number;
  /** The guest's own clock. It is compared, never trusted. */
  readonly guest: Clock;
  readonly every: TimeKeeping['every'];
  /** Makes a log with the times of `clock`. */
  readonly logBy: (clock: Clock) => Log;
}

/** The clock and log of a serving enclave, and the end of its time keeping. */
export interface ModuleBoot {
  readonly clock: Clock;
  readonly log: Log;
  /** Stops asking the module for the time. */
  readonly stop: () => void;
}

/**
 * Makes sure of entropy, sets the clock and keeps it set. Logs `booting` (module, its version, entropy). For each
 * setting it logs `clock_set` (the guest clock's error, the correction) or `clock_not_set` (code).
 * @throws EntropyError, NsmError
 */
export async function bootFromModule(ports: ModuleBootPorts): Promise<ModuleBoot> {
  const { nsm, files, monotonic, guest } = ports;
  const entropy = await ensureEntropy(nsm, files);
  const { moduleId, versionMajor, versionMinor, versionPatch } = await nsm.describe();
  const { clock, reading } = await TrustedClock.start({ nsm, monotonic, guest });
  const log = ports.logBy(clock);
  log('booting', { moduleId, version: `${versionMajor}.${versionMinor}.${versionPatch}`, entropy });
  log('clock_set', { ...reading });
  const stop = keepTime(clock, {
    intervalMs: TIME_INTERVAL_MS,
    every: ports.every,
    onReading: (next) => log('clock_set', { ...next }),
    onError: (error) => log('clock_not_set', { code: error instanceof CodedError ? error.code : 'internal' }),
  });
  return { clock, log, stop };
}
