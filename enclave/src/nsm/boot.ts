/** What an enclave takes from its module before it serves anybody: entropy, then the time. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Log } from '../log.ts';
import { type EntropyFiles, ensureEntropy } from './entropy.ts';
import type { DescribedNsm } from './module.ts';
import { keepTime, type TimeKeeping, TrustedClock } from './trusted-clock.ts';

/** How often the module is asked for the time: a clock that drifts 6 s a week is 3 ms off by then. */
const TIME_INTERVAL_MS = 5 * 60 * 1000;

/** What booting takes of the process. */
export interface ModuleBootPorts {
  readonly nsm: DescribedNsm;
  readonly files: EntropyFiles;
  /** ms since any moment, with fractions; never goes back. */
  readonly monotonic: () => number;
  /** The guest's own clock: compared, never believed. */
  readonly guest: Clock;
  readonly every: TimeKeeping['every'];
  /** A log with the times of `clock`. */
  readonly logBy: (clock: Clock) => Log;
}

/** What serving rests on. */
export interface ModuleBoot {
  readonly clock: Clock;
  readonly log: Log;
  /** Asks the module for the time no more. */
  readonly stop: () => void;
}

/**
 * Makes sure of entropy, sets the clock and keeps it. Logs `booting` (module, its version, entropy), and at each
 * setting `clock_set` (how far the guest's clock is off, what was corrected) or `clock_not_set` (code).
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
