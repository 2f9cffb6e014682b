/** DER that certificates of the cases are made of. */
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { oid, sequence, value } from '../nitro-builder.ts';

/** Hex of the DER of an extension. */
export function extension(id: string, content: string, critical = false): string {
  const parts = [oid(id), ...(critical ? [decodeHex('0101ff')] : []), value(0x04, decodeHex(content))];
  return encodeHex(sequence(...parts));
}

/** A relative distinguished name of one attribute, `type` as hex of its object identifier. */
export function rdn(type: string, tag: number, content: Uint8Array): Uint8Array {
  return value(0x31, sequence(oid(type), value(tag, content)));
}

/** A name of one common name in PrintableString. */
export function printable(text: string): Uint8Array {
  return sequence(rdn('550403', 0x13, utf8(text)));
}
