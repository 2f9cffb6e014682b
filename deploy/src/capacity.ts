/** What an instance can give to enclaves, by the name of its type. */

/** x86 families whose instances can hold enclaves, from four vCPUs up. */
export const INSTANCE_TYPE = /^([cmr])(5|5a|5n|6i|6a|6in|7i|7a)\.(\d{0,2})xlarge$/;

/** AWS's ratio of memory to vCPUs, GiB, by the first letter of a family. */
const GIB_PER_CPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };
/** Left to the parent and its kernel: one core, and memory for the store's pages. */
const PARENT_CPUS = 2;
const PARENT_MIB = 2_048;

/** What enclaves ask for. */
export interface Demand {
  readonly instanceType: string;
  readonly enclaves: number;
  readonly enclaveCpus: number;
  readonly enclaveMemoryMib: number;
}

/** Why an instance of this type cannot hold these enclaves, or null. */
export function capacityFault(demand: Demand): { readonly name: string; readonly why: string } | null {
  const { instanceType, enclaves, enclaveCpus, enclaveMemoryMib } = demand;
  const [, family = '', , times] = INSTANCE_TYPE.exec(instanceType) ?? [];
  if (family === '') return null;
  const cpus = 4 * Number(times || 1);
  const mib = cpus * GIB_PER_CPU[family]! * 1_024;
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
