/**
 * Instance types that can hold our enclaves, by name. AWS Nitro Enclaves User Guide, "Requirements", as of November
 * 2026: a virtualised instance of the Nitro System with at least four vCPUs (x86), except the types that are listed
 * here.
 */

/** Known x86 families, at any size. */
const FAMILIES = /^([cmr])(5|5a|5n|6i|6a|6in|7i|7a)$/;
/** Families that AWS excludes: x86 first, then Graviton. `u-…` is excluded as well. */
const EXCLUDED_FAMILIES = new Set(
  (
    'c7i-flex g4ad m7i-flex r7iz t3 t3a trn1 trn1n vt1 ' +
    'a1 c7gd c7gn g5g hpc7g im4gn is4gen m7g m7gd r7g r7gd t4g'
  ).split(' '),
);
/** Single types that AWS excludes. */
const EXCLUDED_TYPES = new Set(
  ['c7i', 'm7i', 'r7i'].flatMap((family) => [`${family}.24xlarge`, `${family}.48xlarge`]),
);
/** Families whose vCPUs run on credits. An enclave in them could get no whole core. */
const BURSTABLE = /^t\d/;
/** Graviton: a `g` after the generation. */
const GRAVITON = /^([a-z]+\d+g[a-z]*|a1)$/;
/** Sizes with four vCPUs or more. `xlarge` has four, `Nxlarge` has N times as many. */
const SIZE = /^(?:([1-9]\d?))?xlarge$/;

/** An instance type, as far as its name tells it. */
export interface InstanceType {
  /** GiB of memory for each vCPU. This is AWS's ratio for the first letter of the family. */
  readonly gibPerCpu: number;
  readonly cpus: number;
}

const GIB_PER_CPU: Readonly<Record<string, number>> = { c: 2, m: 4, r: 8 };

/** What an instance of this type has. Null: {@link instanceTypeFault} finds a fault. */
export function readInstanceType(type: string): InstanceType | null {
  if (instanceTypeFault(type) !== null) return null;
  const [family = '', size = ''] = type.split('.');
  const [, times] = SIZE.exec(size)!;
  return { gibPerCpu: GIB_PER_CPU[family[0]!]!, cpus: 4 * Number(times ?? 1) };
}

/** Why an instance of this type cannot hold our enclaves, in words for an operator. Null: it can. */
export function instanceTypeFault(type: string): string | null {
  const [family = '', size = '', ...rest] = type.split('.');
  if (rest.length > 0 || !/^[a-z][a-z0-9-]+$/.test(family) || !/^[a-z0-9-]+$/.test(size)) {
    return `expected the name of an instance type, such as m6i.xlarge, not "${type}"`;
  }
  const why = exclusionOf(family, size, type);
  if (why !== null) return `${type}: ${why}; take one such as m6i.xlarge`;
  if (!FAMILIES.test(family)) return `${type}: not a family that this deployment knows (c, m, r of 5 to 7)`;
  if (!SIZE.test(size)) return `${type}: too small or unknown; enclaves need four vCPUs, from xlarge up`;
  return null;
}

function exclusionOf(family: string, size: string, type: string): string | null {
  if (size.startsWith('metal')) return 'bare metal has no hypervisor that could part an enclave off';
  if (BURSTABLE.test(family)) return 'AWS has no enclaves on burstable instances';
  if (EXCLUDED_FAMILIES.has(family) || family.startsWith('u-') || EXCLUDED_TYPES.has(type)) {
    return 'AWS excludes it from Nitro Enclaves';
  }
  return GRAVITON.test(family) ? 'Graviton, and the image is for x86' : null;
}
