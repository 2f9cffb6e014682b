/** What an instance can give to enclaves, and what an image needs of an enclave. */
import { readInstanceType } from './instance-types.ts';

/** Reserved for the parent and its kernel: one core, and memory for the store's pages. */
const PARENT_CPUS = 2;
const PARENT_MIB = 2_048;
/** nitro-cli refuses to start an enclave whose memory is less than this many times its image's file (E26). */
const MEMORY_PER_IMAGE = 4;
const MIB = 1_048_576;

/** What the enclaves ask for. */
export interface Demand {
  readonly instanceType: string;
  readonly enclaves: number;
  readonly enclaveCpus: number;
  readonly enclaveMemoryMib: number;
}

/** Why an instance of this type cannot hold these enclaves. Null: it can, or the type itself is at fault. */
export function capacityFault(demand: Demand): { readonly name: string; readonly why: string } | null {
  const { instanceType, enclaves, enclaveCpus, enclaveMemoryMib } = demand;
  const type = readInstanceType(instanceType);
  if (type === null) return null;
  const { cpus } = type;
  const mib = cpus * type.gibPerCpu * 1_024;
  if (enclaveCpus % 2 !== 0) {
    return { name: 'enclaveCpus', why: 'expected an even number: an enclave gets whole cores' };
  }
  if (enclaves * enclaveCpus > cpus - PARENT_CPUS) {
    return {
      name: 'enclaveCpus',
      why: `${enclaves} × ${enclaveCpus}, but ${instanceType} has ${cpus} and the parent needs ${PARENT_CPUS}`,
    };
  }
  if (enclaves * enclaveMemoryMib > mib - PARENT_MIB) {
    return {
      name: 'enclaveMemoryMib',
      why: `${enclaves} × ${enclaveMemoryMib}, but ${instanceType} has ${mib} and the parent needs ${PARENT_MIB}`,
    };
  }
  return null;
}

/**
 * Why an enclave with this memory cannot start this image. Null: it can. Without this check, nitro-cli would refuse the
 * image on the instance (E26), twenty minutes into the deployment.
 * @param imageBytes - size of the enclave image file
 */
export function imageMemoryFault(enclaveMemoryMib: number, imageBytes: number): string | null {
  if (enclaveMemoryMib * MIB >= MEMORY_PER_IMAGE * imageBytes) return null;
  const imageMib = Math.ceil(imageBytes / MIB);
  return (
    `${enclaveMemoryMib}, but the image has ${imageMib} MiB and nitro-cli demands ${MEMORY_PER_IMAGE} times that: ` +
    `at least ${MEMORY_PER_IMAGE * imageMib}`
  );
}
