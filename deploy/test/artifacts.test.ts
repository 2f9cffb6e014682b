import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { buildImage } from '../../attestation/test/eif/eif-builder.ts';
import { readArtifacts } from '../src/artifacts.ts';
import { imageMemoryFault } from '../src/capacity.ts';
import { ParametersError } from '../src/errors.ts';
import { CONTEXT, folder, measurements, PCRS, PREDECESSOR, write } from './deployment.ts';

const FILES = {
  eif: CONTEXT['eif']!,
  parent: CONTEXT['parent']!,
  measurements: [CONTEXT['measurements']!],
  enclaveMemoryMib: 8_192,
};
const images = (...values: (typeof PREDECESSOR)[]) =>
  values.map(({ pcr0, pcr1, pcr2 }) => ({ 0: pcr0, 1: pcr1, 2: pcr2 }));

function faultsOf(files: Partial<typeof FILES>): readonly string[] {
  try {
    readArtifacts({ ...FILES, ...files });
  } catch (error) {
    expect(error).toBeInstanceOf(ParametersError);
    expect((error as ParametersError).code).toBe('parameters_invalid');
    return (error as ParametersError).message.split('\n  ').slice(1);
  }
  return [];
}

describe('when the files of a deployment are read', () => {
  it('each file gets its digest, and the key serves the measured image', () => {
    const read = readArtifacts(FILES);
    expect(read.images).toEqual(images(PCRS));
    expect(read.eif.sha256).toBe(createHash('sha256').update(buildImage()).digest('hex'));
    expect(read.parent.sha256).toMatch(/^[0-9a-f]{64}$/);
  });

  it('the output format of nitro-cli is read too, and a predecessor is served after the image', () => {
    const { pcr0: PCR0, pcr1: PCR1, pcr2: PCR2 } = PREDECESSOR;
    const old = write('old.json', JSON.stringify({ Measurements: { PCR0: PCR0.toUpperCase(), PCR1, PCR2 } }));
    const read = readArtifacts({ ...FILES, measurements: [...FILES.measurements, old] });
    expect(read.images).toEqual(images(PCRS, PREDECESSOR));
  });

  it('the newest measured image of a releases file is used, unless that release has an end', () => {
    const release = ({ pcr0, pcr1, pcr2 }: typeof PREDECESSOR, notAfter: string | null) => ({
      version: '0.1.0',
      pcrs: { 0: pcr0, 1: pcr1, 2: pcr2 },
      notAfter,
    });
    const unmeasured = { version: '0.2.0', pcrs: null, notAfter: null };
    const file = (...releases: object[]) =>
      write('releases.json', JSON.stringify({ format: 'perf-aggregator/measurements/1', releases }));
    const ended = release(PREDECESSOR, '2026-12-01T00:00:00Z');
    const good = file(ended, release(PCRS, null), unmeasured);
    expect(readArtifacts({ ...FILES, measurements: [good] }).images).toEqual(images(PCRS));
    const over = file(release(PCRS, null), ended);
    expect(faultsOf({ measurements: [over] })).toEqual([
      `measurements: ${over}: the newest release ends at 2026-12-01T00:00:00Z`,
    ]);
    expect(faultsOf({ measurements: [file(unmeasured)] })).toEqual([
      `measurements: ${over}: no release was measured`,
    ]);
  });

  it('an image whose measurements differ from the published ones is refused', () => {
    const other = write('other.json', measurements({ ...PCRS, pcr2: PREDECESSOR.pcr2 }));
    expect(faultsOf({ measurements: [other] })).toEqual([
      `eif: PCR2 is ${PCRS.pcr2}, measurements say ${PREDECESSOR.pcr2}`,
    ]);
    // The first file must have the measurements of the image. Later files are predecessors and may differ.
    expect(faultsOf({ measurements: [other, ...FILES.measurements] })).toHaveLength(1);
    expect(faultsOf({ measurements: [...FILES.measurements, other] })).toEqual([]);
  });

  it.each([
    ['no JSON', '{', 'PCR0 is not 96 hex digits'],
    ['JSON of something else', 'null', 'PCR0 is not 96 hex digits'],
    ['a short register', measurements({ ...PCRS, pcr1: 'ab' }), 'PCR1 is not 96 hex digits'],
    ['debug mode', measurements({ ...PCRS, pcr0: '0'.repeat(96) }), 'PCR0 is all zero, as in debug mode'],
  ])('measurements that are %s are refused', (_, content, why) => {
    const file = write('bad.json', content);
    expect(faultsOf({ measurements: [file] })).toEqual([`measurements: ${file}: ${why}`]);
  });

  it('an enclave with less memory than four times its image is refused, as nitro-cli would do (E26)', () => {
    const mib = 1_048_576;
    expect(imageMemoryFault(1_024, 256 * mib)).toBeNull();
    expect(imageMemoryFault(1_024, 256 * mib + 1)).toBe(
      '1024, but the image has 257 MiB and nitro-cli demands 4 times that: at least 1028',
    );
    expect(imageMemoryFault(1_028, 257 * mib)).toBeNull();
    const whole = buildImage().length;
    expect(readArtifacts(FILES).eif.bytes).toBe(whole);
    expect(faultsOf({ enclaveMemoryMib: 0 })).toEqual([
      `enclaveMemoryMib: 0, but the image has ${Math.ceil(whole / mib)} MiB and nitro-cli demands 4 times that: at least ${4 * Math.ceil(whole / mib)}`,
    ]);
  });

  it('all unusable files are named at once', () => {
    const absent = join(folder, 'absent');
    const faults = faultsOf({ eif: FILES.parent, parent: absent, measurements: [absent] });
    expect(faults).toHaveLength(3);
    expect(faults[0]).toMatch(/^eif: eif_(magic_invalid|truncated): /);
    expect(faults[1]).toMatch(/^parent: ENOENT/);
    expect(faults[2]).toMatch(/^measurements: ENOENT/);
  });
});
