/** Reads what {@link ByteWriter} wrote. The bytes are authentic: what is refused is a mistake of our own. */
import { fromUtf8 } from '@perf-aggregator/shared/bytes';

/** Bits of an integer that is read as a bigint: more than the longest number text has. */
const MOST_WIDE_BITS = 256n;

export class ByteReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** @throws RangeError when bytes are left over */
  end(): void {
    if (this.#at !== this.#bytes.length) throw new RangeError('bytes after the last column');
  }

  /** @throws RangeError past the end */
  byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new RangeError('the columns end early');
    this.#at += 1;
    return byte;
  }

  /** A view of the next bytes. @throws RangeError past the end */
  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError('the columns end early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** @throws RangeError past the end, and beyond safe integers */
  unsigned(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * factor;
      if (!Number.isSafeInteger(value)) throw new RangeError('a number beyond safe integers');
      if (byte < 0x80) return value;
      factor *= 128;
    }
  }

  /** @throws RangeError past the end, and beyond 256 bits */
  wide(): bigint {
    let [value, shift] = [0n, 0n];
    for (;;) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value & 1n ? -((value + 1n) >> 1n) : value >> 1n;
      shift += 7n;
      if (shift > MOST_WIDE_BITS) throw new RangeError('a number that is too long');
    }
  }

  /** @throws RangeError past the end; TypeError for bytes that are not UTF-8 */
  text(): string {
    return fromUtf8(this.raw(this.unsigned()));
  }

  /** A count that is at most `most`. @throws RangeError */
  count(most: number): number {
    const count = this.unsigned();
    if (count > most) throw new RangeError('more than fits');
    return count;
  }
}
