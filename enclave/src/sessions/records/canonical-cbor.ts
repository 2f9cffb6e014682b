/**
 * Deterministic CBOR (RFC 8949 §4.2.1) of records: shortest heads, definite lengths, map keys in the order of their
 * encoded bytes. It knows null, booleans, safe integers, text, arrays and maps with text keys. It knows no floats.
 *
 * Leaves are hashes of these bytes, so this file is frozen with the leaf format (`formats/leaf.ts`). It shares no code
 * with the wire's encoder, which may change.
 */
import { CodecError } from '@perf-aggregator/shared/errors';

/** A value that the encoder knows. Members that are undefined are left out. */
export type CanonicalValue =
  | null
  | boolean
  | number
  | string
  | readonly CanonicalValue[]
  | { readonly [key: string]: CanonicalValue | undefined };

const FIRST_CAPACITY = 256;
const TWO_32 = 0x1_0000_0000;
const MAJOR = { unsigned: 0x00, negative: 0x20, text: 0x60, array: 0x80, map: 0xa0 } as const;

/** With `u`, a pair of surrogates is one character and does not match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

const utf8 = new TextEncoder();

/** The keys that maps of one kind have, and the order in which they are written. */
interface Shape {
  /** As they come. */
  readonly keys: readonly string[];
  /** Places of the keys, in the order of their encoded bytes. */
  readonly order: readonly number[];
  /** The keys in that order, encoded. */
  readonly encoded: readonly Uint8Array[];
}

/** Writes values one after the other. */
export class CanonicalWriter {
  /** The shapes seen so far, the last one first. There are a few. */
  readonly #shapes: Shape[] = [];
  #bytes = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** Begins a map whose keys and values the caller writes, in the order of the keys' bytes. */
  beginMap(members: number): void {
    this.#head(MAJOR.map, members);
  }

  /** Begins an array whose items the caller writes. */
  beginArray(items: number): void {
    this.#head(MAJOR.array, items);
  }

  /** @throws CodecError `cbor_malformed` for a float, an unsafe integer, a lone surrogate and any other value */
  write(value: CanonicalValue): void {
    if (typeof value === 'string') this.#text(value);
    else if (typeof value === 'number') this.#integer(value);
    else if (value === null) this.#byte(0xf6);
    else if (typeof value === 'boolean') this.#byte(value ? 0xf5 : 0xf4);
    else if (Array.isArray(value)) {
      this.beginArray(value.length);
      for (const item of value as readonly CanonicalValue[]) this.write(item);
    } else if (typeof value === 'object' && !(value instanceof Uint8Array)) {
      this.#map(value as Readonly<Record<string, CanonicalValue | undefined>>);
    } else throw malformed(`a ${typeof value}`);
  }

  #map(value: Readonly<Record<string, CanonicalValue | undefined>>): void {
    const { order, encoded } = this.#shapeOf(Object.keys(value));
    // By place: that is faster than by name, and there are some thirty lookups for each record.
    const members = Object.values(value);
    let absent = 0;
    for (const member of members) if (member === undefined) absent += 1;
    this.beginMap(members.length - absent);
    for (let i = 0; i < order.length; i++) {
      const member = members[order[i]!];
      if (member === undefined) continue;
      this.#raw(encoded[i]!);
      this.write(member);
    }
  }

  #shapeOf(keys: readonly string[]): Shape {
    for (const [at, shape] of this.#shapes.entries()) {
      if (!isSameList(shape.keys, keys)) continue;
      // The next map is likely of this shape too.
      if (at > 0) this.#shapes.unshift(...this.#shapes.splice(at, 1));
      return shape;
    }
    const shape = newShape(keys);
    this.#shapes.unshift(shape);
    return shape;
  }

  #integer(value: number): void {
    // −0 is the integer 0.
    if (!Number.isSafeInteger(value)) throw malformed('a number that is no safe integer');
    if (value < 0) this.#head(MAJOR.negative, -1 - value);
    else this.#head(MAJOR.unsigned, value);
  }

  #text(text: string): void {
    if (this.#ascii(text)) return;
    if (LONE_SURROGATE.test(text)) throw malformed('a lone surrogate');
    const bytes = utf8.encode(text);
    this.#head(MAJOR.text, bytes.length);
    this.#raw(bytes);
  }

  #raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    for (let i = 0; i < bytes.length; i++) this.#bytes[this.#length++] = bytes[i]!;
  }

  /** Writes a text of ASCII. @returns false, with nothing written, for any other text */
  #ascii(text: string): boolean {
    const start = this.#length;
    this.#head(MAJOR.text, text.length);
    this.#reserve(text.length);
    const bytes = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) {
        this.#length = start;
        return false;
      }
      bytes[at++] = unit;
    }
    this.#length = at;
    return true;
  }

  #head(major: number, argument: number): void {
    this.#reserve(9);
    if (argument < 24) this.#byte(major | argument);
    else if (argument <= 0xff) this.#bigEndian(major | 24, argument, 1);
    else if (argument <= 0xffff) this.#bigEndian(major | 25, argument, 2);
    else if (argument < TWO_32) this.#bigEndian(major | 26, argument, 4);
    else {
      this.#bigEndian(major | 27, Math.floor(argument / TWO_32), 4);
      this.#tail(argument % TWO_32, 4);
    }
  }

  #bigEndian(initial: number, argument: number, width: number): void {
    this.#byte(initial);
    this.#tail(argument, width);
  }

  #tail(argument: number, width: number): void {
    for (let shift = 8 * (width - 1); shift >= 0; shift -= 8)
      this.#bytes[this.#length++] = argument >>> shift;
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = byte;
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, 2 * this.#bytes.length));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Deterministic CBOR of one value. @throws CodecError `cbor_malformed` */
export function encodeCanonical(value: CanonicalValue): Uint8Array {
  const writer = new CanonicalWriter();
  writer.write(value);
  return writer.take();
}

function newShape(keys: readonly string[]): Shape {
  const order = keys.map((_, place) => place).sort((a, b) => compareKeys(keys[a]!, keys[b]!));
  return { keys, order, encoded: order.map((place) => encodeCanonical(keys[place]!)) };
}

function isSameList(a: readonly string[], b: readonly string[]): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Order of two keys by their encoded bytes. The head comes first, so a shorter key does too. */
function compareKeys(a: string, b: string): number {
  const [one, other] = [utf8.encode(a), utf8.encode(b)];
  if (one.length !== other.length) return one.length - other.length;
  const at = one.findIndex((byte, i) => byte !== other[i]);
  return at < 0 ? 0 : one[at]! - other[at]!;
}

function malformed(what: string): CodecError {
  return new CodecError('cbor_malformed', `a record cannot hold ${what}`);
}
