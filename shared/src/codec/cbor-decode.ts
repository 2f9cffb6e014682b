/**
 * Strict CBOR decoding (RFC 8949) of bytes from an untrusted party: one item, one encoding of each value, bounds before
 * any allocation. Floats may have any of their three widths, because encoders differ. Everything else must be in its
 * shortest form.
 */
import { concatBytes } from '../bytes.ts';
import { CodecError } from '../errors.ts';
import { type CborItem, type CborKey, type CborMap, CborTag } from './cbor-item.ts';

export { type CborItem, type CborKey, type CborMap, CborTag } from './cbor-item.ts';

/** What a caller permits. By default everything is refused or small. */
export interface CborLimits {
  /** Nesting of arrays, maps and tags: a scalar has depth 0. Default 8. */
  readonly maxDepth?: number;
  /** Items in all, including keys and string chunks. Default 65,536. */
  readonly maxItems?: number;
  /** Whether lengths may be indefinite (RFC 8949 §3.2). Default false. */
  readonly allowIndefinite?: boolean;
  /** Whether tags are decoded, as {@link CborTag}, instead of refused. Default false. */
  readonly allowTags?: boolean;
}

/**
 * The one item that `bytes` hold. Refused: bytes left over, duplicate map keys, keys that are neither text nor
 * integers, integers and lengths not in their shortest form, invalid UTF-8, `undefined`, other simple values, and
 * everything that `limits` do not allow. Byte strings of definite length are views of `bytes`, so that signed bytes are
 * verified as received. Not checked: the order of map keys.
 * @throws CodecError `cbor_malformed`, `cbor_limit_exceeded`
 */
export function decodeCbor(bytes: Uint8Array, limits: CborLimits = {}): CborItem {
  const reader = new Reader(bytes, limits);
  const item = reader.item(0);
  reader.end();
  return item;
}

const UNSIGNED = 0;
const NEGATIVE = 1;
const BYTES = 2;
const TEXT = 3;
const ARRAY = 4;
const MAP = 5;
const TAG = 6;
const BREAK = 0xff;

/** First byte of an item and its argument (RFC 8949 §3). */
interface Head {
  readonly major: number;
  /** The low five bits. */
  readonly info: number;
  /** The argument; for floats and simple values `info`. `undefined`: an indefinite length of a string, array or map. */
  readonly argument: number | bigint | undefined;
}

// A leading U+FEFF is part of the text and not a byte order mark.
const utf8Decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

class Reader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #maxDepth: number;
  readonly #allowIndefinite: boolean;
  readonly #allowTags: boolean;
  #itemsLeft: number;
  #at = 0;

  constructor(bytes: Uint8Array, limits: CborLimits) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#maxDepth = limits.maxDepth ?? 8;
    this.#itemsLeft = limits.maxItems ?? 65_536;
    this.#allowIndefinite = limits.allowIndefinite ?? false;
    this.#allowTags = limits.allowTags ?? false;
  }

  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed('bytes after the item');
  }

  item(depth: number): CborItem {
    const head = this.#head();
    switch (head.major) {
      case UNSIGNED:
        return head.argument!;
      case NEGATIVE:
        return integer(-1n - BigInt(head.argument!));
      case BYTES:
        return head.argument === undefined ? concatBytes(...this.#chunks(BYTES)) : this.#take(head.argument);
      case TEXT:
        return this.#text(head);
      case ARRAY:
        return this.#array(head, this.#deeper(depth));
      case MAP:
        return this.#map(head, this.#deeper(depth));
      case TAG:
        if (!this.#allowTags) throw malformed('a tag');
        return new CborTag(head.argument!, this.item(this.#deeper(depth)));
      default:
        return this.#simpleOrFloat(head);
    }
  }

  #head(): Head {
    if (this.#itemsLeft-- <= 0) throw exceeded('too many items');
    const initial = this.#unsigned(this.#advance(1), 1);
    const major = initial >> 5;
    const info = initial & 0x1f;
    if (major === 7 || info < 24) return { major, info, argument: info };
    if (info === 31) {
      if (major < BYTES || major === TAG) throw malformed('a number without a value');
      if (!this.#allowIndefinite) throw malformed('an indefinite length');
      return { major, info, argument: undefined };
    }
    return { major, info, argument: this.#argument(info) };
  }

  #argument(info: number): number | bigint {
    if (info > 27) throw malformed('a reserved length of argument');
    const width = 1 << (info - 24);
    const at = this.#advance(width);
    const value = width === 8 ? this.#view.getBigUint64(at) : this.#unsigned(at, width);
    // Only the shortest form (RFC 8949 §4.1): a value that fits in half the width must use that width.
    const least = width === 1 ? 24 : width === 8 ? 0x1_0000_0000n : 2 ** (4 * width);
    if (value < least) throw malformed('a number not in its shortest form');
    return typeof value === 'bigint' ? integer(value) : value;
  }

  #unsigned(at: number, width: number): number {
    if (width === 1) return this.#view.getUint8(at);
    return width === 2 ? this.#view.getUint16(at) : this.#view.getUint32(at);
  }

  #text(head: Head): string {
    const parts = head.argument === undefined ? this.#chunks(TEXT) : [this.#take(head.argument)];
    try {
      // Each chunk is text by itself (RFC 8949 §3.2.3).
      return parts.map((part) => utf8Decoder.decode(part)).join('');
    } catch {
      throw malformed('text that is not UTF-8');
    }
  }

  /** Chunks of a string of indefinite length (RFC 8949 §3.2.3). */
  #chunks(major: number): Uint8Array[] {
    const chunks: Uint8Array[] = [];
    while (!this.#isBreak()) {
      const head = this.#head();
      if (head.major !== major) throw malformed('a chunk of another type');
      if (head.argument === undefined) throw malformed('a chunk without a length');
      chunks.push(this.#take(head.argument));
    }
    return chunks;
  }

  #array(head: Head, depth: number): readonly CborItem[] {
    const items: CborItem[] = [];
    const count = this.#count(head, 1);
    while (count === undefined ? !this.#isBreak() : items.length < count) items.push(this.item(depth));
    return items;
  }

  #map(head: Head, depth: number): CborMap {
    const entries = new Map<CborKey, CborItem>();
    const count = this.#count(head, 2);
    while (count === undefined ? !this.#isBreak() : entries.size < count) {
      const key = this.#key(depth);
      if (entries.has(key)) throw malformed('a map key twice');
      entries.set(key, this.item(depth));
    }
    return entries;
  }

  #key(depth: number): CborKey {
    const major = (this.#bytes[this.#at] ?? 0) >> 5;
    if (major !== UNSIGNED && major !== NEGATIVE && major !== TEXT) {
      throw malformed('a map key that is neither text nor an integer');
    }
    return this.item(depth) as CborKey;
  }

  /** Entries of an array or map. Each takes at least `leastBytes`, so the declared count is checked here. */
  #count(head: Head, leastBytes: number): number | undefined {
    const count = head.argument;
    if (count === undefined) return undefined;
    if (count > (this.#bytes.length - this.#at) / leastBytes) throw malformed('the input ends early');
    if (Number(count) * leastBytes > this.#itemsLeft) throw exceeded('too many items');
    return Number(count);
  }

  #simpleOrFloat(head: Head): CborItem {
    switch (head.info) {
      case 20:
        return false;
      case 21:
        return true;
      case 22:
        return null;
      case 25:
        return halfFloat(this.#view.getUint16(this.#advance(2)));
      case 26:
        return this.#view.getFloat32(this.#advance(4));
      case 27:
        return this.#view.getFloat64(this.#advance(8));
      default:
        throw malformed('a simple value that means nothing here');
    }
  }

  #deeper(depth: number): number {
    if (depth >= this.#maxDepth) throw exceeded('nested too deeply');
    return depth + 1;
  }

  #isBreak(): boolean {
    if (this.#at >= this.#bytes.length) throw malformed('the input ends early');
    if (this.#bytes[this.#at] !== BREAK) return false;
    this.#at++;
    return true;
  }

  #take(length: number | bigint): Uint8Array {
    const at = this.#advance(length);
    return this.#bytes.subarray(at, this.#at);
  }

  /** Moves on by `length` bytes and returns where they start. */
  #advance(length: number | bigint): number {
    if (length > this.#bytes.length - this.#at) throw malformed('the input ends early');
    const at = this.#at;
    this.#at += Number(length);
    return at;
  }
}

function integer(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Half-precision float (RFC 8949 appendix D). */
function halfFloat(bits: number): number {
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  const sign = bits & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (fraction + 1024) * 2 ** (exponent - 25);
}

function malformed(what: string): CodecError {
  return new CodecError('cbor_malformed', `not strict CBOR: ${what}`);
}

function exceeded(what: string): CodecError {
  return new CodecError('cbor_limit_exceeded', `CBOR beyond its limits: ${what}`);
}
