/** Changes to the built documents: bytes and fields of the payload. */
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { DocumentSpec } from '../nitro-builder.ts';

/** Adds a field, given as CBOR of key and value. */
export function withField(entry: string): NonNullable<DocumentSpec['payloadBytes']> {
  return (payload) => concatBytes(Uint8Array.of(payload[0]! + 1), payload.subarray(1), decodeHex(entry));
}

/** The same map with an indefinite length. */
export function indefinite(payload: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.of(0xbf), payload.subarray(1), Uint8Array.of(0xff));
}

/** CBOR of the text `name`, as hexadecimal text. */
export function text(name: string): string {
  return encodeHex(encodeCbor(name));
}

/** Replaces `from` in the payload by `to`. Both are hexadecimal, and `from` must occur once. */
export function replaceOnce(from: string, to: string): NonNullable<DocumentSpec['payloadBytes']> {
  return (payload) => {
    const before = encodeHex(payload);
    if (before.split(from).length !== 2) throw new Error(`${from} does not stand there once`);
    return decodeHex(before.replace(from, to));
  };
}

/** Fields that replace those of the genuine payload; undefined removes a field. */
export const payload = (fields: Record<string, CborValue | undefined>): DocumentSpec => ({ payload: fields });
/** `length` bytes with the value `fill`. */
export const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);
