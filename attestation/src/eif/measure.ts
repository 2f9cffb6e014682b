/**
 * Measurements of an enclave image: the PCRs that an enclave started from it will attest.
 *
 * PCR0 covers kernel, command line and all ramdisks, PCR1 kernel, command line and the first ramdisk, PCR2 the other
 * ramdisks, PCR8 the signing certificate. Each is SHA-384 of 48 zero bytes and the SHA-384 of what it covers (a TPM
 * extension of an empty register). The sections are measured exactly as they are in the file. Neither metadata nor
 * headers are measured, so two files with the same PCRs may differ.
 */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { createSha384, sha384 } from '@perf-aggregator/shared/crypto';
import type { RunningHash } from '@perf-aggregator/shared/crypto/port';
import { extendZero } from '../registers.ts';
import { Crc32 } from './crc32.ts';
import { EifError } from './errors.ts';
import {
  CRC_OFFSET,
  type EifHeader,
  type EifSectionType,
  HEADER_BYTES,
  parseHeader,
  parseSectionHeader,
  SECTION_HEADER_BYTES,
  type SectionPlace,
} from './layout.ts';
import { type EifSigner, verifyImageSignature } from './signature.ts';

/** A section of the file. `offset` is that of its header; `size` does not include the header. */
export interface EifSection extends SectionPlace {
  readonly type: EifSectionType;
}

/** The values that an enclave started from the image will attest. Lower-case hex of 48 bytes each. */
export interface EifMeasurement {
  readonly pcr0: string;
  readonly pcr1: string;
  readonly pcr2: string;
  /** Only for signed images. */
  readonly pcr8?: string;
  /** Only for signed images: the owner of the certificate that PCR8 measures. Its signature over PCR0 is valid. */
  readonly signer?: EifSigner;
  readonly version: number;
  readonly architecture: 'x86_64' | 'aarch64';
  readonly sections: readonly EifSection[];
  /** The metadata section's JSON. Null: none, or not JSON. No register measures it. */
  readonly metadata: unknown;
}

/**
 * Measures an image in memory.
 * @throws EifError, any of its codes
 */
export function measureEif(bytes: Uint8Array): EifMeasurement {
  const meter = new EifMeter();
  meter.update(bytes);
  return meter.finish();
}

/** Measures an image in pieces, in constant memory. */
export class EifMeter {
  readonly #crc = new Crc32();
  readonly #image = createSha384();
  readonly #bootstrap = createSha384();
  readonly #application = createSha384();
  readonly #sections: EifSection[] = [];
  /** Contents of the sections that are not only measured but also read. */
  readonly #kept = new Map<EifSectionType, Uint8Array>();
  #header: EifHeader | null = null;
  /** The header or kept section that is being collected. Null while a section is only measured. */
  #collected: Uint8Array | null = new Uint8Array(HEADER_BYTES);
  #section: EifSection | null = null;
  /** Bytes that the present part still lacks. */
  #left = HEADER_BYTES;
  #isWhole = false;

  /**
   * Adds the next bytes of the file.
   * @throws EifError as soon as the file cannot be an image
   */
  update(piece: Uint8Array): void {
    let at = 0;
    while (at < piece.length) {
      if (this.#isWhole) throw new EifError('eif_layout_invalid', 'bytes follow the last section');
      const part = piece.subarray(at, at + this.#left);
      this.#take(part);
      at += part.length;
    }
  }

  /**
   * Ends the file.
   * @throws EifError `eif_truncated`, `eif_sections_incomplete`, `eif_crc_mismatch`, `eif_signature_malformed`,
   *   `eif_signature_invalid`
   */
  finish(): EifMeasurement {
    if (!this.#isWhole) {
      const what = this.#header === null ? 'its header' : `its section ${this.#sections.length}`;
      throw new EifError('eif_truncated', `the file ends ${this.#left} bytes before ${what} does`);
    }
    const header = this.#header!;
    checkComplete(this.#sections);
    if (this.#crc.value !== header.crc32) {
      throw new EifError('eif_crc_mismatch', 'the checksum of the file is not the one in its header');
    }
    const pcr0 = extendZero(this.#image.digest());
    const signature = this.#kept.get('signature');
    const signer = signature && verifyImageSignature(signature, pcr0);
    return {
      pcr0: encodeHex(pcr0),
      pcr1: encodeHex(extendZero(this.#bootstrap.digest())),
      pcr2: encodeHex(extendZero(this.#application.digest())),
      ...(signer === undefined ? {} : { pcr8: encodeHex(extendZero(sha384(signer.certificate))), signer }),
      version: header.version,
      architecture: header.architecture,
      sections: this.#sections,
      metadata: parseMetadata(this.#kept.get('metadata')),
    };
  }

  /** Adds bytes to the present part, and begins the next part when this one is complete. */
  #take(part: Uint8Array): void {
    if (this.#collected !== null) this.#collected.set(part, this.#collected.length - this.#left);
    if (this.#header !== null) this.#crc.update(part);
    if (this.#section !== null) for (const hash of this.#hashesOf(this.#section.type)) hash.update(part);
    this.#left -= part.length;
    // A section may be empty. Then the section after it begins at once.
    while (this.#left === 0 && !this.#isWhole) this.#advance();
  }

  #advance(): void {
    if (this.#header === null) {
      this.#header = parseHeader(this.#collected!);
      this.#crc.update(this.#collected!.subarray(0, CRC_OFFSET));
      this.#expect(null, SECTION_HEADER_BYTES, true);
      return;
    }
    if (this.#section === null) {
      const place = this.#header.sections[this.#sections.length]!;
      const type = parseSectionHeader(this.#collected!, place);
      this.#expect({ type, ...place }, place.size, type === 'signature' || type === 'metadata');
      return;
    }
    if (this.#collected !== null) this.#kept.set(this.#section.type, this.#collected);
    this.#sections.push(this.#section);
    this.#isWhole = this.#sections.length === this.#header.sections.length;
    if (!this.#isWhole) this.#expect(null, SECTION_HEADER_BYTES, true);
  }

  #expect(section: EifSection | null, size: number, keep: boolean): void {
    this.#section = section;
    this.#left = size;
    this.#collected = keep ? new Uint8Array(size) : null;
  }

  #hashesOf(type: EifSectionType): readonly RunningHash[] {
    if (type === 'kernel' || type === 'cmdline') return [this.#image, this.#bootstrap];
    if (type !== 'ramdisk') return [];
    const isFirst = !this.#sections.some((section) => section.type === 'ramdisk');
    return [this.#image, isFirst ? this.#bootstrap : this.#application];
  }
}

function checkComplete(sections: readonly EifSection[]): void {
  const count = (type: EifSectionType) => sections.filter((section) => section.type === type).length;
  for (const type of ['kernel', 'cmdline'] as const) {
    if (count(type) !== 1) throw incomplete(`${count(type)} ${type} sections, not one`);
  }
  for (const type of ['signature', 'metadata'] as const) {
    if (count(type) > 1) throw incomplete(`${count(type)} ${type} sections`);
  }
  if (count('ramdisk') === 0) throw incomplete('no ramdisk');
}

function incomplete(what: string): EifError {
  return new EifError('eif_sections_incomplete', `the image has ${what}`);
}

function parseMetadata(bytes: Uint8Array | undefined): unknown {
  if (bytes === undefined) return null;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return null;
  }
}
