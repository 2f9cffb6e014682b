/**
 * CBOR encoding (RFC 8949) by cbor-x, in the one form that this project writes: definite lengths, no records, no tags,
 * maps as maps. Decoding is separate: see `cbor-decode.ts`.
 */
import { Encoder } from 'cbor-x';
import { CodecError } from '../errors.ts';

const encoder = new Encoder({
  useRecords: false,
  mapsAsObjects: false,
  variableMapSize: true,
  tagUint8Array: false,
});

/** A value that our CBOR can represent. */
export type CborValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly CborValue[]
  | ReadonlyMap<CborValue, CborValue>
  | { readonly [key: string]: CborValue | undefined };

/**
 * CBOR bytes of `value`. Object members that are `undefined` are left out; integers, `number` or `bigint`, take their
 * shortest form (RFC 8949 §4.1), which is the only form that `decodeCbor` accepts; −0 is the integer 0.
 * @throws CodecError `cbor_malformed` for text with a lone surrogate (it has no UTF-8) and for integers outside −2^63
 *   .. 2^64 − 1
 */
export function encodeCbor(value: CborValue): Uint8Array {
  return new Uint8Array(encoder.encode(normalise(value)));
}

function normalise(value: CborValue): unknown {
  if (typeof value === 'string') return wellFormed(value);
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return integer(value as number | bigint);
  if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return (value as readonly CborValue[]).map(normalise);
  if (value instanceof Map) {
    return new Map(
      [...(value as ReadonlyMap<CborValue, CborValue>)].map(([k, v]) => [normalise(k), normalise(v)]),
    );
  }
  const members = Object.entries(value as { readonly [key: string]: CborValue | undefined });
  return new Map(
    members.filter(([, v]) => v !== undefined).map(([k, v]) => [wellFormed(k), normalise(v as CborValue)]),
  );
}

/** cbor-x writes a lone surrogate as bytes that are not UTF-8. No strict reader accepts them. */
function wellFormed(text: string): string {
  if (!text.isWellFormed()) throw new CodecError('cbor_malformed', 'CBOR cannot say a lone surrogate');
  return text;
}

/** cbor-x writes a `number` of more than 32 bits as a float, and every `bigint` in 64 bits. */
function integer(value: number | bigint): number | bigint {
  if (value < -0x8000_0000_0000_0000n || value > 0xffff_ffff_ffff_ffffn) {
    throw new CodecError('cbor_malformed', 'CBOR cannot say an integer of more than 64 bits');
  }
  const isShort = value <= 0xffff_ffff && value >= -0x1_0000_0000;
  return isShort ? Number(value) : BigInt(value);
}
