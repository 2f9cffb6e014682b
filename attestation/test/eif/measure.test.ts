import { generateKeyPairSync } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Crc32 } from '../../src/eif/crc32.ts';
import { EifError, type EifErrorCode } from '../../src/eif/errors.ts';
import { EifMeter, measureEif } from '../../src/eif/measure.ts';
import { buildSelfSigned } from '../nitro-builder.ts';
import {
  buildImage,
  buildSignature,
  expectedPcrs,
  extend,
  type ImageSpec,
  PLAIN,
  type SectionSpec,
  TYPE,
} from './eif-builder.ts';

const { certificate, privateKey } = buildSelfSigned();
const signed = (spec: Partial<Parameters<typeof buildSignature>[0]> = {}): SectionSpec[] => [
  ...PLAIN,
  buildSignature({ certificate, privateKey, pcr0: expectedPcrs().pcr0, ...spec }),
];

const refusal = (run: () => unknown) => codeOf(run, EifError);

describe('when an enclave image is measured', () => {
  it('gives the PCRs of its sections', () => {
    const measured = measureEif(buildImage());
    expect(measured).toMatchObject({ ...expectedPcrs(), version: 4, architecture: 'x86_64' });
    expect(measured).not.toHaveProperty('pcr8');
    expect(measured.metadata).toEqual({ ImageName: 'test', ImageVersion: '1.0' });
    expect(measured.sections.map(({ type, size }) => [type, size])).toEqual([
      ['kernel', 70_001],
      ['cmdline', 49],
      ['metadata', 41],
      ['ramdisk', 4096],
      ['ramdisk', 123_457],
    ]);
  });

  it.each([false, true])('gives PCR8 of a signed one (byte strings: %s)', (asBytes) => {
    const measured = measureEif(buildImage({ sections: signed({ asBytes }) }));
    expect(measured).toMatchObject({ ...expectedPcrs(), pcr8: extend([certificate]) });
    expect(measured.signer?.subject).toBe('CN=test root');
  });

  it('accepts one ramdisk, an empty section, and another architecture', () => {
    const sections = [...PLAIN.slice(0, 4), { type: TYPE.ramdisk, content: new Uint8Array() }];
    expect(measureEif(buildImage({ sections, flags: 1 }))).toMatchObject({
      ...expectedPcrs(sections),
      architecture: 'aarch64',
    });
    expect(measureEif(buildImage({ sections: PLAIN.slice(0, 4) })).pcr2).toBe(extend([]));
  });

  it('does not measure metadata', () => {
    const sections = PLAIN.map((section) =>
      section.type === TYPE.metadata ? { ...section, content: utf8('no JSON') } : section,
    );
    expect(measureEif(buildImage({ sections }))).toMatchObject({ ...expectedPcrs(), metadata: null });
  });

  it('gives the same result for any division of the file into pieces', () => {
    const image = buildImage({ sections: signed() });
    const whole = measureEif(image);
    fc.assert(
      fc.property(fc.array(fc.nat(image.length), { maxLength: 40 }), (cuts) => {
        const meter = new EifMeter();
        const ends = [0, ...cuts.sort((a, b) => a - b), image.length];
        for (let i = 1; i < ends.length; i++) meter.update(image.slice(ends[i - 1], ends[i]));
        expect(meter.finish()).toEqual(whole);
      }),
    );
  });
});

const unreadable = { type: TYPE.signature, content: utf8('x') };
const large = { type: TYPE.signature, content: new Uint8Array(65_537) };
const BAD: readonly [string, EifErrorCode, ImageSpec][] = [
  ['no magic', 'eif_magic_invalid', { magic: '.elf' }],
  ['version 3', 'eif_version_unsupported', { version: 3 }],
  ['unknown flags', 'eif_header_invalid', { flags: 2 }],
  ['no sections', 'eif_header_invalid', { count: 0 }],
  ['33 sections', 'eif_header_invalid', { count: 33 }],
  ['more sections than there are', 'eif_sections_overlap', { count: 6 }],
  ['fewer sections than there are', 'eif_layout_invalid', { count: 4 }],
  ['a tail', 'eif_layout_invalid', { tail: Uint8Array.of(0) }],
  ['an overlap', 'eif_sections_overlap', { sections: change(1, { tableOffset: 600n }) }],
  ['a gap', 'eif_layout_invalid', { sections: change(0, { tableOffset: 549n }) }],
  ['a section beyond any file', 'eif_section_oversized', { sections: change(4, { tableSize: 2n ** 63n }) }],
  ['a section longer than the file', 'eif_truncated', { sections: grow(4, 1n) }],
  ['a section of petabytes', 'eif_truncated', { sections: grow(4, 2n ** 50n) }],
  ['two sizes', 'eif_section_invalid', { sections: change(0, { ownSize: 70_000n }) }],
  ['flags of a section', 'eif_section_invalid', { sections: change(0, { flags: 1 }) }],
  ['type 0', 'eif_section_invalid', { sections: change(2, { type: 0 }) }],
  ['type 6', 'eif_section_invalid', { sections: change(2, { type: 6 }) }],
  ['no kernel', 'eif_sections_incomplete', { sections: PLAIN.slice(1) }],
  ['two kernels', 'eif_sections_incomplete', { sections: [PLAIN[0]!, ...PLAIN] }],
  ['no command line', 'eif_sections_incomplete', { sections: PLAIN.toSpliced(1, 1) }],
  ['no ramdisk', 'eif_sections_incomplete', { sections: PLAIN.slice(0, 3) }],
  ['two signatures', 'eif_sections_incomplete', { sections: [...signed(), signed().at(-1)!] }],
  ['another checksum', 'eif_crc_mismatch', { crc: 1 }],
  ['a huge signature', 'eif_section_oversized', { sections: [...PLAIN, large] }],
  ['an unreadable signature', 'eif_signature_malformed', { sections: [...PLAIN, unreadable] }],
  [
    'a signature over another register',
    'eif_signature_malformed',
    { sections: signed({ registerIndex: 1 }) },
  ],
  [
    'a signature said to be ES256',
    'eif_signature_malformed',
    { sections: signed({ protectedHeader: Uint8Array.of(0xa1, 0x01, 0x26) }) },
  ],
  [
    'a signature over another PCR0',
    'eif_signature_invalid',
    { sections: signed({ pcr0: expectedPcrs().pcr1 }) },
  ],
];

function change(index: number, to: Partial<SectionSpec>): SectionSpec[] {
  return PLAIN.map((section, i) => (i === index ? { ...section, ...to } : section));
}

function grow(index: number, by: bigint): SectionSpec[] {
  const size = BigInt(PLAIN[index]!.content.length) + by;
  return change(index, { tableSize: size, ownSize: size });
}

describe('when a file is no enclave image', () => {
  it.each(BAD)('refuses %s with %s', (_, code, spec) => {
    expect(refusal(() => measureEif(buildImage(spec)))).toBe(code);
  });

  it('refuses a file that is cut at any byte', () => {
    const image = buildImage({ sections: signed() });
    fc.assert(
      fc.property(fc.nat(image.length - 1), (length) => {
        expect(refusal(() => measureEif(image.subarray(0, length)))).toBe('eif_truncated');
      }),
    );
  });

  it('refuses a signature of another key', () => {
    const { privateKey: other } = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const sections = signed({ privateKey: other });
    expect(refusal(() => measureEif(buildImage({ sections })))).toBe('eif_signature_invalid');
  });

  it('refuses an image with any byte changed', () => {
    const image = buildImage({ sections: signed() });
    fc.assert(
      fc.property(fc.nat(image.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const changed = image.slice();
        changed[at]! ^= flip;
        expect(refusal(() => measureEif(changed))).toMatch(/^eif_/);
      }),
    );
  });

  it('throws coded errors only', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 1200 }), (junk) => {
        expect(refusal(() => measureEif(concatBytes(utf8('.eif'), Uint8Array.of(0, 4), junk)))).toMatch(
          /^eif_/,
        );
      }),
    );
  });
});

describe('when a checksum is computed', () => {
  it('is equal to the checksum of zlib, for any division into pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 99 })), (pieces) => {
        const crc = new Crc32();
        for (const piece of pieces) crc.update(piece);
        expect(crc.value).toBe(crc32(concatBytes(...pieces)));
      }),
    );
  });
});
