/**
 * Rust enums in CBOR as serde_cbor 0.11 writes them. AWS's nsm-api uses them on both sides (`src/api/mod.rs`). A
 * variant without fields is its name as text. A variant with fields is a map of one pair, from the name to the map of
 * its fields in their order. A variant that wraps a value is a map of one pair, from the name to that value. `Option`
 * is null or the value.
 */
import { type CborItem, decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { NsmError, type NsmErrorCode } from './errors.ts';

/** A decoded variant. `content` is undefined for a variant without fields. */
export interface Variant {
  readonly name: string;
  readonly content: CborItem | undefined;
}

/** CBOR of a variant. Without `content` it is a variant without fields. */
export function encodeVariant(name: string, content?: CborValue): Uint8Array {
  return encodeCbor(content === undefined ? name : new Map([[name, content]]));
}

/**
 * The variant that `bytes` hold. Lengths may be indefinite: AWS's encoder started to write them in attestation
 * documents, without notice (September 2025).
 * @param code - code of every refusal
 * @throws NsmError `code`
 */
export function decodeVariant(bytes: Uint8Array, maxBytes: number, code: NsmErrorCode): Variant {
  if (bytes.length > maxBytes) throw new NsmError(code, `${bytes.length} bytes, more than ${maxBytes}`);
  const item = decode(bytes, code);
  if (typeof item === 'string') return { name: item, content: undefined };
  if (item instanceof Map && item.size === 1) {
    const [[name, content]] = item as unknown as readonly [readonly [unknown, CborItem]];
    if (typeof name === 'string') return { name, content };
  }
  throw new NsmError(code, 'neither a name nor a map of one name');
}

function decode(bytes: Uint8Array, code: NsmErrorCode): CborItem {
  try {
    return decodeCbor(bytes, { maxDepth: 6, maxItems: 1024, allowIndefinite: true });
  } catch (cause) {
    throw new NsmError(code, 'not CBOR', cause);
  }
}

/** Reads the fields of one variant. Unknown fields are ignored, as serde does, because minor versions may add some. */
export class Fields {
  readonly #variant: Variant;
  readonly #code: NsmErrorCode;

  constructor(variant: Variant, code: NsmErrorCode) {
    this.#variant = variant;
    this.#code = code;
  }

  /** A `u16`. @throws NsmError */
  u16(field: string): number {
    const value = this.#get(field);
    return isU16(value) ? value : this.#refuse(field);
  }

  /** A set of `u16`, in the order of the bytes. @throws NsmError */
  u16s(field: string): readonly number[] {
    const value = this.#get(field);
    return Array.isArray(value) && value.every(isU16) ? value : this.#refuse(field);
  }

  /** @throws NsmError */
  text(field: string): string {
    const value = this.#get(field);
    return typeof value === 'string' ? value : this.#refuse(field);
  }

  /** @throws NsmError */
  boolean(field: string): boolean {
    const value = this.#get(field);
    return typeof value === 'boolean' ? value : this.#refuse(field);
  }

  /** A copy that outlives the response. @throws NsmError */
  bytes(field: string): Uint8Array {
    const value = this.#get(field);
    return value instanceof Uint8Array ? value.slice() : this.#refuse(field);
  }

  /** An `Option`: absent and null are the same. @throws NsmError */
  optionalBytes(field: string): Uint8Array | null {
    return (this.#get(field) ?? null) === null ? null : this.bytes(field);
  }

  #get(field: string): CborItem | undefined {
    const { name, content } = this.#variant;
    if (!(content instanceof Map)) throw new NsmError(this.#code, `${name} without its fields`);
    return (content as ReadonlyMap<unknown, CborItem>).get(field);
  }

  #refuse(field: string): never {
    throw new NsmError(this.#code, `${this.#variant.name}: ${field} is missing or of another type`);
  }
}

/** Whether `value` is an integer of 16 bits. */
export function isU16(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff;
}
