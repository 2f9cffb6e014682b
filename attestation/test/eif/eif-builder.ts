/** Builds enclave images for tests. Every field can be made wrong. An independent implementation measures them. */
import { createHash, type KeyObject, sign } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';

export const TYPE = { kernel: 1, cmdline: 2, ramdisk: 3, signature: 4, metadata: 5 } as const;

export interface SectionSpec {
  readonly type: number;
  readonly content: Uint8Array;
  readonly flags?: number;
  /** Size in the header of the section. */
  readonly ownSize?: bigint;
  /** Size and offset in the table of the file. */
  readonly tableSize?: bigint;
  readonly tableOffset?: bigint;
}

export interface ImageSpec {
  readonly magic?: string;
  readonly version?: number;
  readonly flags?: number;
  readonly count?: number;
  readonly crc?: number;
  readonly sections?: readonly SectionSpec[];
  readonly tail?: Uint8Array;
}

/** Kernel, command line, metadata and two ramdisks, in the order in which nitro-cli writes them. */
export const PLAIN: readonly SectionSpec[] = [
  { type: TYPE.kernel, content: fill(70_001, 1) },
  { type: TYPE.cmdline, content: utf8('reboot=k panic=30 pci=off nomodules console=ttyS0') },
  { type: TYPE.metadata, content: utf8('{"ImageName":"test","ImageVersion":"1.0"}') },
  { type: TYPE.ramdisk, content: fill(4096, 2) },
  { type: TYPE.ramdisk, content: fill(123_457, 3) },
];

/** The file. Its checksum and table are correct except for the changes in `spec`. */
export function buildImage(spec: ImageSpec = {}): Uint8Array {
  const sections = spec.sections ?? PLAIN;
  const header = new Uint8Array(548);
  const view = new DataView(header.buffer);
  header.set(utf8(spec.magic ?? '.eif'));
  view.setUint16(4, spec.version ?? 4);
  view.setUint16(6, spec.flags ?? 0);
  view.setBigUint64(8, 1024n ** 3n);
  view.setBigUint64(16, 2n);
  view.setUint16(26, spec.count ?? sections.length);
  let offset = 548;
  sections.slice(0, 32).forEach((section, i) => {
    view.setBigUint64(28 + 8 * i, section.tableOffset ?? BigInt(offset));
    view.setBigUint64(284 + 8 * i, section.tableSize ?? BigInt(section.content.length));
    offset += 12 + section.content.length;
  });
  const body = concatBytes(...sections.map(buildSection), spec.tail ?? new Uint8Array());
  view.setUint32(544, spec.crc ?? crc32(body, crc32(header.subarray(0, 544))));
  return concatBytes(header, body);
}

/** Measurements, computed directly from their definition. */
export function expectedPcrs(sections: readonly SectionSpec[] = PLAIN) {
  const of = (...types: number[]) =>
    sections.filter(({ type }) => types.includes(type)).map(({ content }) => content);
  const [first = new Uint8Array(), ...others] = of(TYPE.ramdisk);
  return {
    pcr0: extend(of(TYPE.kernel, TYPE.cmdline, TYPE.ramdisk)),
    pcr1: extend([...of(TYPE.kernel, TYPE.cmdline), first]),
    pcr2: extend(others),
  };
}

/** SHA-384(0⁴⁸ ‖ SHA-384(parts)), as hexadecimal text. */
export function extend(parts: readonly Uint8Array[]): string {
  const inner = createHash('sha384')
    .update(concatBytes(...parts))
    .digest();
  return createHash('sha384').update(new Uint8Array(48)).update(inner).digest('hex');
}

export interface SignatureSpec {
  readonly certificate: Uint8Array;
  readonly privateKey: KeyObject;
  readonly pcr0: string;
  readonly registerIndex?: number;
  readonly protectedHeader?: Uint8Array;
  /** Writes byte strings as CBOR byte strings instead of arrays of numbers. */
  readonly asBytes?: boolean;
}

/** The signature section in the form that nitro-cli writes. */
export function buildSignature(spec: SignatureSpec): SectionSpec {
  const list = (bytes: Uint8Array): CborValue => (spec.asBytes ? bytes : [...bytes]);
  const protectedHeader = spec.protectedHeader ?? decodeHex('a1013822');
  const payload = encodeCbor({
    register_index: spec.registerIndex ?? 0,
    register_value: list(decodeHex(spec.pcr0)),
  });
  const toSign = encodeCbor(['Signature1', protectedHeader, new Uint8Array(), payload]);
  const signature = sign('sha384', toSign, { key: spec.privateKey, dsaEncoding: 'ieee-p1363' });
  const cose = encodeCbor([protectedHeader, {}, payload, new Uint8Array(signature)]);
  const content = encodeCbor([
    { signing_certificate: list(utf8(toPem(spec.certificate))), signature: list(cose) },
  ]);
  return { type: TYPE.signature, content };
}

function toPem(der: Uint8Array): string {
  const lines = Buffer.from(der)
    .toString('base64')
    .match(/.{1,64}/g)!;
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

function buildSection({ type, content, flags = 0, ownSize }: SectionSpec): Uint8Array {
  const header = new DataView(new ArrayBuffer(12));
  header.setUint16(0, type);
  header.setUint16(2, flags);
  header.setBigUint64(4, ownSize ?? BigInt(content.length));
  return concatBytes(new Uint8Array(header.buffer), content);
}

function fill(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >>> 8) * 7 + seed) & 0xff);
}
