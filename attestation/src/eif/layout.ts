/**
 * Header and section table of the Enclave Image Format, version 4 (aws-nitro-enclaves-image-format, `src/defs/mod.rs`):
 * big-endian, with consecutive sections.
 */
import { EifError } from './errors.ts';

export const HEADER_BYTES = 548;
export const SECTION_HEADER_BYTES = 12;
/** The header's last field. The checksum does not cover it. */
export const CRC_OFFSET = 544;

const MAGIC = '.eif';
const VERSION = 4;
const MAX_SECTIONS = 32;
const OFFSETS_AT = 28;
const SIZES_AT = OFFSETS_AT + 8 * MAX_SECTIONS;
/** Bit 0 of the header's flags: the image was built for aarch64. */
const ARM64 = 1;

/** The contents of a section, by its number in the format. */
export const SECTION_TYPES = ['invalid', 'kernel', 'cmdline', 'ramdisk', 'signature', 'metadata'] as const;
export type EifSectionType = Exclude<(typeof SECTION_TYPES)[number], 'invalid'>;

/** Largest sizes of the sections that are kept in memory and read. */
const MAX_BYTES: Partial<Record<EifSectionType, number>> = { signature: 65_536, metadata: 1_048_576 };

/** One section in the header's table. `offset` is that of the section's own header. */
export interface SectionPlace {
  readonly offset: number;
  readonly size: number;
}

export interface EifHeader {
  readonly version: number;
  readonly architecture: 'x86_64' | 'aarch64';
  readonly sections: readonly SectionPlace[];
  readonly crc32: number;
}

/**
 * The header in the first 548 bytes. Sections must be consecutive. Otherwise readers that walk the file and readers
 * that follow the table would see two images.
 * @throws EifError `eif_magic_invalid`, `eif_version_unsupported`, `eif_header_invalid`, `eif_sections_overlap`,
 *   `eif_layout_invalid`, `eif_section_oversized`
 */
export function parseHeader(bytes: Uint8Array): EifHeader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEADER_BYTES);
  if (String.fromCharCode(...bytes.subarray(0, 4)) !== MAGIC) {
    throw new EifError('eif_magic_invalid', 'the file is no enclave image: it does not begin with .eif');
  }
  const [version, flags, count] = [view.getUint16(4), view.getUint16(6), view.getUint16(26)];
  if (version !== VERSION) {
    throw new EifError('eif_version_unsupported', `the image has format version ${version}, not ${VERSION}`);
  }
  if ((flags & ~ARM64) !== 0) throw new EifError('eif_header_invalid', 'the header carries unknown flags');
  if (count === 0 || count > MAX_SECTIONS) {
    throw new EifError('eif_header_invalid', `the header counts ${count} sections, not 1 to ${MAX_SECTIONS}`);
  }
  const sections = Array.from({ length: count }, (_, i) => ({
    offset: safeNumber(view.getBigUint64(OFFSETS_AT + 8 * i), i),
    size: safeNumber(view.getBigUint64(SIZES_AT + 8 * i), i),
  }));
  checkContiguous(sections);
  return {
    version,
    architecture: flags === ARM64 ? 'aarch64' : 'x86_64',
    sections,
    crc32: view.getUint32(CRC_OFFSET),
  };
}

/**
 * The type in a section's own header. It must agree with the table.
 * @throws EifError `eif_section_invalid`, `eif_section_oversized`
 */
export function parseSectionHeader(bytes: Uint8Array, place: SectionPlace): EifSectionType {
  const view = new DataView(bytes.buffer, bytes.byteOffset, SECTION_HEADER_BYTES);
  const type = SECTION_TYPES[view.getUint16(0)];
  const where = `the section at byte ${place.offset}`;
  if (type === undefined || type === 'invalid') {
    throw new EifError('eif_section_invalid', `${where} has the unknown type ${view.getUint16(0)}`);
  }
  if (view.getUint16(2) !== 0) throw new EifError('eif_section_invalid', `${where} carries unknown flags`);
  if (view.getBigUint64(4) !== BigInt(place.size)) {
    throw new EifError('eif_section_invalid', `${where} has another size than the header's table says`);
  }
  const most = MAX_BYTES[type];
  if (most !== undefined && place.size > most) {
    throw new EifError('eif_section_oversized', `${where} (${type}) has more than ${most} bytes`);
  }
  return type;
}

function checkContiguous(sections: readonly SectionPlace[]): void {
  let end = HEADER_BYTES;
  for (const { offset, size } of sections) {
    if (offset < end) {
      throw new EifError('eif_sections_overlap', `the section at byte ${offset} begins before byte ${end}`);
    }
    if (offset > end) {
      throw new EifError('eif_layout_invalid', `bytes ${end} to ${offset} belong to no section`);
    }
    end = offset + SECTION_HEADER_BYTES + size;
  }
}

function safeNumber(value: bigint, section: number): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new EifError('eif_section_oversized', `section ${section} lies beyond any file`);
  }
  return Number(value);
}
