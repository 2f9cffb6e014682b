/**
 * Entropy at boot. An enclave has no disk, no interrupts from people, and a clock that the host can guess. So the
 * kernel's random numbers must come from the module. Every key of this process comes from the kernel's generator.
 */
import { wipe } from '@perf-aggregator/shared/bytes';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Nsm } from './port.ts';

/** Neither the module's driver nor this code feeds the kernel's generator. */
export class EntropyError extends CodedError<'entropy_missing'> {}

/** The kernel's files that this code reads and writes. Errors are those of the system. */
export interface EntropyFiles {
  readText(path: string): string;
  /** Writes to an existing device. Never makes a file. */
  write(path: string, bytes: Uint8Array): void;
}

/** What feeds the kernel: the module's driver, continuously, or one seed from this code. */
export type EntropySource = 'nsm-hwrng' | 'seed';

/** Names the driver that feeds the kernel's generator (Documentation/admin-guide/hw_random.rst). */
const CURRENT_SOURCE = '/sys/devices/virtual/misc/hw_random/rng_current';
/** The name that Linux' drivers/misc/nsm.c registers. */
const MODULE_SOURCE = 'nsm-hwrng';
/** Bytes written here are mixed into the kernel's pool (random(4)). */
const POOL = '/dev/urandom';
/** Twice the 256-bit key of the generator. */
const SEED_BYTES = 64;

/**
 * Returns what feeds the kernel's generator. Where it is not the module's driver, mixes 64 bytes of the module into the
 * kernel's pool. Mixing adds the module's entropy and removes none. It is not credited (RNDADDENTROPY, a second ioctl,
 * would do that). Credit only ends the wait for a first seed, and Node has passed that wait before this line runs. Not
 * done: a generator that was already seeded uses the pool at its next reseeding (a minute at most since Linux 5.18),
 * and OpenSSL's generator in this process follows the kernel's.
 * @throws EntropyError `entropy_missing` when neither is possible
 */
export async function ensureEntropy(nsm: Pick<Nsm, 'random'>, files: EntropyFiles): Promise<EntropySource> {
  if (currentSource(files) === MODULE_SOURCE) return MODULE_SOURCE;
  try {
    const seed = await nsm.random(SEED_BYTES);
    files.write(POOL, seed);
    wipe(seed);
    return 'seed';
  } catch (cause) {
    throw new EntropyError(
      'entropy_missing',
      `${CURRENT_SOURCE} is not ${MODULE_SOURCE}, and the kernel could not be seeded from the module: ` +
        'use a kernel with the nsm driver as its hw_random',
      cause,
    );
  }
}

function currentSource(files: EntropyFiles): string | null {
  try {
    return files.readText(CURRENT_SOURCE).trim();
  } catch {
    // A kernel without hw_random has no such file. Then the seed decides.
    return null;
  }
}
