/**
 * Entropy at boot. An enclave has no disk, no interrupts of people and a clock that the host can guess: what its
 * kernel draws must come from the module. Every key of this process does, by way of the kernel.
 */
import { wipe } from '@perf-aggregator/shared/bytes';
import { CodedError } from '@perf-aggregator/shared/errors';
import type { Nsm } from './port.ts';

/** The kernel's generator is fed neither by the module's driver nor by us. */
export class EntropyError extends CodedError<'entropy_missing'> {}

/** The kernel's files that this reads and writes. Errors are whatever the system throws. */
export interface EntropyFiles {
  readText(path: string): string;
  /** Writes to a device that exists; never makes a file. */
  write(path: string, bytes: Uint8Array): void;
}

/** What feeds the kernel: the module's driver, without end; or this one seed of ours. */
export type EntropySource = 'nsm-hwrng' | 'seed';

/** Which driver feeds the kernel's generator (Documentation/admin-guide/hw_random.rst). */
const CURRENT_SOURCE = '/sys/devices/virtual/misc/hw_random/rng_current';
/** Name under which Linux' drivers/misc/nsm.c registers. */
const MODULE_SOURCE = 'nsm-hwrng';
/** What is written here is mixed into the kernel's pool (random(4)). */
const POOL = '/dev/urandom';
/** Twice what the generator's 256-bit key takes in. */
const SEED_BYTES = 64;

/**
 * Says what feeds the kernel's generator; where it is not the module's driver, mixes 64 bytes of the module into
 * the kernel's pool. Mixing adds what the module knows and takes nothing away. It is not credited (that is
 * RNDADDENTROPY's, a second ioctl): credit only ends the wait for a first seed, and Node has had that wait behind
 * it before this line runs. Not done: a generator that was seeded already takes the pool in at its next reseeding
 * (a minute at most since Linux 5.18), and OpenSSL's, inside this process, after the kernel's.
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
    // A kernel without hw_random has no such file: seeding decides.
    return null;
  }
}
