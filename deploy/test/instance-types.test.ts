import { describe, expect, it } from 'vitest';
import { instanceTypeFault, readInstanceType } from '../src/instance-types.ts';

describe('when an instance type is checked by its name', () => {
  it.each([
    ['m6i.xlarge', 4, 4],
    ['c7a.2xlarge', 8, 2],
    ['r5n.24xlarge', 96, 8],
    ['c7i.12xlarge', 48, 2],
    ['m6in.32xlarge', 128, 4],
  ])('%s has %i vCPUs, and %i GiB for each', (type, cpus, gibPerCpu) => {
    expect(instanceTypeFault(type)).toBeNull();
    expect(readInstanceType(type)).toEqual({ cpus, gibPerCpu });
  });

  it.each([
    // AWS Nitro Enclaves User Guide, "Requirements": every entry of both lists.
    ...['c7i.24xlarge', 'c7i.48xlarge', 'm7i.24xlarge', 'm7i.48xlarge', 'r7i.24xlarge', 'r7i.48xlarge'],
    ...[
      'g4ad.4xlarge',
      'm7i-flex.2xlarge',
      'c7i-flex.2xlarge',
      'r7iz.xlarge',
      'trn1.2xlarge',
      'trn1n.32xlarge',
    ],
    ...['u-6tb1.56xlarge', 'vt1.3xlarge'],
    ...['a1.xlarge', 'c7gd.xlarge', 'c7gn.xlarge', 'g5g.xlarge', 'hpc7g.4xlarge', 'im4gn.xlarge'],
    ...['is4gen.xlarge', 'm7g.xlarge', 'm7gd.xlarge', 'r7g.xlarge', 'r7gd.xlarge'],
  ])('%s is refused, because AWS excludes it', (type) => {
    expect(instanceTypeFault(type)).toBe(
      `${type}: AWS excludes it from Nitro Enclaves; take one such as m6i.xlarge`,
    );
  });

  it.each([
    ['t2.xlarge', 'AWS has no enclaves on burstable instances'],
    ['t3.2xlarge', 'AWS has no enclaves on burstable instances'],
    ['t3a.xlarge', 'AWS has no enclaves on burstable instances'],
    ['t4g.xlarge', 'AWS has no enclaves on burstable instances'],
    ['m6i.metal', 'bare metal has no hypervisor'],
    ['c7i.metal-24xl', 'bare metal has no hypervisor'],
    ['mac1.metal', 'bare metal has no hypervisor'],
    ['m6g.xlarge', 'Graviton, and the image is for x86'],
    ['r8g.xlarge', 'Graviton, and the image is for x86'],
    ['c6gn.xlarge', 'Graviton, and the image is for x86'],
    ['m6i.large', 'too small or unknown'],
    ['m6i.medium', 'too small or unknown'],
    ['m6i.0xlarge', 'too small or unknown'],
    ['m6i.100xlarge', 'too small or unknown'],
    ['x2idn.16xlarge', 'not a family that this deployment knows'],
    ['m8i.xlarge', 'not a family that this deployment knows'],
    ['m6i', 'expected the name of an instance type'],
    ['m6i.xlarge.xlarge', 'expected the name of an instance type'],
    ['M6I.xlarge', 'expected the name of an instance type'],
    ['', 'expected the name of an instance type'],
  ])('%s: %s', (type, why) => {
    expect(instanceTypeFault(type)).toContain(why);
    expect(readInstanceType(type)).toBeNull();
  });
});
