/** Skips CBOR items (RFC 8949 appendix C) that nobody will read. It builds nothing from them. */
import { CodecError } from '../errors.ts';

/** Nesting that {@link skipCbor} follows: a scalar has depth 0. */
const MAX_DEPTH = 16;

/**
 * The end of the well-formed item that begins at `start`. Any tag, simple value, float and map key is accepted. Lengths
 * may be indefinite and need not be in their shortest form. Nesting is followed 16 deep. Not checked: UTF-8, and keys
 * that come twice. The time is proportional to the item's bytes.
 * @throws CodecError `cbor_malformed`, `cbor_limit_exceeded`
 */
export function skipCbor(bytes: Uint8Array, start: number): number {
  return new Skipper(bytes, start).skip();
}

// Major types (RFC 8949 §3.1); 0 and 1 are integers, 7 is floats and simple values.
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const INDEFINITE = -1;

class Skipper {
  readonly #bytes: Uint8Array;
  #at: number;
  #depth = 0;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.#at = start;
  }

  skip(): number {
    this.#item();
    return this.#at;
  }

  #item(): void {
    const initial = this.#byte();
    const major = initial >> 5;
    const argument = this.#argument(major, initial & 0x1f);
    if (major === BYTES || major === TEXT) this.#string(major, argument);
    else if (major === ARRAY) this.#nested(argument, 1);
    else if (major === MAP) this.#nested(argument, 2);
    else if (major === TAG) this.#nested(1, 1);
  }

  /** The argument of a head. The bits of a float are skipped. */
  #argument(major: number, info: number): number {
    if (info < 24) return info;
    if (info === 31) {
      if (major < BYTES || major >= TAG) throw malformed('an indefinite length');
      return INDEFINITE;
    }
    if (info > 27) throw malformed('a reserved length of argument');
    const width = 1 << (info - 24);
    let value = 0;
    for (let i = 0; i < width; i++) value = value * 256 + this.#byte();
    // A simple value below 32 has only one encoding (RFC 8949 §3.3).
    if (major === 7 && info === 24 && value < 32) throw malformed('a simple value');
    return value;
  }

  #string(major: number, length: number): void {
    if (length !== INDEFINITE) {
      this.#pass(length);
      return;
    }
    while (!this.#isBreak()) {
      const initial = this.#byte();
      if (initial >> 5 !== major || (initial & 0x1f) === 31) throw malformed('a chunk of another type');
      this.#pass(this.#argument(major, initial & 0x1f));
    }
  }

  #nested(count: number, itemsEach: number): void {
    if (++this.#depth > MAX_DEPTH) {
      throw new CodecError('cbor_limit_exceeded', 'CBOR beyond its limits: nested too deeply');
    }
    if (count === INDEFINITE) {
      while (!this.#isBreak()) for (let i = 0; i < itemsEach; i++) this.#item();
    } else {
      // Each item takes at least one byte, so a count that is too large ends with the input.
      for (let i = 0; i < count * itemsEach; i++) this.#item();
    }
    this.#depth--;
  }

  #isBreak(): boolean {
    if (this.#bytes[this.#at] !== 0xff) return false;
    this.#at++;
    return true;
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw malformed('the input ends early');
    return byte;
  }

  #pass(length: number): void {
    if (length > this.#bytes.length - this.#at) throw malformed('the input ends early');
    this.#at += length;
  }
}

function malformed(what: string): CodecError {
  return new CodecError('cbor_malformed', `not well-formed CBOR: ${what}`);
}
