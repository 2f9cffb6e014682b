/** DER values for the certificates of the cases. */
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { oid, sequence, value } from '../nitro-builder.ts';

/** Hexadecimal text of the DER of an extension. */
export function extension(id: string, content: string, critical = false): string {
  const parts = [oid(id), ...(critical ? [decodeHex('0101ff')] : []), value(0x04, decodeHex(content))];
  return encodeHex(sequence(...parts));
}

/** A relative distinguished name with one attribute. `type` is the object identifier as hexadecimal text. */
export function rdn(type: string, tag: number, content: Uint8Array): Uint8Array {
  return value(0x31, sequence(oid(type), value(tag, content)));
}

/** A name with one common name as a PrintableString. */
export function printable(text: string): Uint8Array {
  return sequence(rdn('550403', 0x13, utf8(text)));
}
