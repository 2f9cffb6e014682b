import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { EntropyError, type EntropyFiles, ensureEntropy } from '../../src/nsm/entropy.ts';
import { NsmError } from '../../src/nsm/errors.ts';

const RNG_CURRENT = '/sys/devices/virtual/misc/hw_random/rng_current';

/** A kernel with this `rng_current`; null: the file does not exist. Written data is recorded by path. */
function kernelThat(says: string | null): EntropyFiles & { readonly written: [string, Uint8Array][] } {
  const written: [string, Uint8Array][] = [];
  return {
    written,
    readText(path) {
      if (says === null || path !== RNG_CURRENT) throw new Error('ENOENT');
      return says;
    },
    write: (path, bytes) => void written.push([path, bytes.slice()]),
  };
}

const nsm = { random: async (length: number) => new Uint8Array(length).fill(9) };
const silent = { random: () => Promise.reject(new NsmError('nsm_failed', 'no answer')) };

describe('when an enclave looks for entropy', () => {
  it('the driver of the module is enough: no request and no write', async () => {
    const kernel = kernelThat('nsm-hwrng\n');
    expect(await ensureEntropy(silent, kernel)).toBe('nsm-hwrng');
    expect(kernel.written).toEqual([]);
  });

  it.each([['virtio_rng.0\n'], ['none\n'], [''], ['nsm-hwrng-2\n'], [null]])(
    'where the kernel reports %j, 64 bytes of the module are written into its pool',
    async (says) => {
      const kernel = kernelThat(says);
      expect(await ensureEntropy(nsm, kernel)).toBe('seed');
      expect(kernel.written).toEqual([['/dev/urandom', new Uint8Array(64).fill(9)]]);
    },
  );

  it('the seed is overwritten with zeros', async () => {
    const seed = new Uint8Array(64).fill(9);
    await ensureEntropy({ random: async () => seed }, kernelThat(null));
    expect(seed).toEqual(new Uint8Array(64));
  });

  it('without both the enclave does not start', async () => {
    const kernel = kernelThat('none\n');
    expect(await codeOfRejection(ensureEntropy(silent, kernel), EntropyError)).toBe('entropy_missing');
    expect(kernel.written).toEqual([]);
  });

  it('it does not start either when the pool cannot be written', async () => {
    const kernel = {
      ...kernelThat(null),
      write: () => {
        throw new Error('EACCES');
      },
    };
    expect(await codeOfRejection(ensureEntropy(nsm, kernel), EntropyError)).toBe('entropy_missing');
  });
});
