/**
 * A strict reader of the part of DER (ITU-T X.690 §10) that X.509 needs: definite and minimal lengths. It does not
 * recurse (the caller's program text fixes the depth), and allocates only views. Each value takes at least two bytes,
 * so the input bounds work and memory.
 */
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { VerificationError } from './errors.ts';

/** Identifier octets in certificates. Context tags: `0xa0 | n` constructed. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** One value of DER in its input. Views are made when they are read. */
export class DerValue {
  readonly tag: number;
  readonly #bytes: Uint8Array;
  readonly #start: number;
  readonly #contentStart: number;
  readonly #end: number;

  constructor(bytes: Uint8Array, [start, contentStart, end]: readonly [number, number, number]) {
    this.tag = bytes[start]!;
    this.#bytes = bytes;
    this.#start = start;
    this.#contentStart = contentStart;
    this.#end = end;
  }

  /** The contents of the value. */
  get content(): Uint8Array {
    return this.#bytes.subarray(this.#contentStart, this.#end);
  }

  /** All bytes of the value. */
  get raw(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#end);
  }

  /** A reader of the values in the contents. */
  reader(): DerReader {
    return new DerReader(this.#bytes, this.#contentStart, this.#end);
  }
}

/** Reads consecutive values in `bytes`. All errors are `certificate_malformed`. */
export class DerReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  /** @param start - index of the first byte @param end - index after the last byte; default: all of `bytes` */
  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** Whether nothing is left. */
  get done(): boolean {
    return this.#at === this.#end;
  }

  /** The next value of any tag. @throws VerificationError `certificate_malformed` */
  next(): DerValue {
    const start = this.#at;
    const tag = this.#byte();
    // Tag numbers above 30 take several bytes; X.509 has none.
    if ((tag & 0x1f) === 0x1f) throw malformed('a long tag');
    const length = this.#length();
    const contentStart = this.#at;
    if (length > this.#end - contentStart) throw malformed('a value that ends early');
    this.#at = contentStart + length;
    return new DerValue(this.#bytes, [start, contentStart, this.#at]);
  }

  /** The next value, which must have `tag`. @throws VerificationError `certificate_malformed` */
  expect(tag: number): DerValue {
    const value = this.next();
    if (value.tag !== tag) throw malformed(`tag ${value.tag} where ${tag} belongs`);
    return value;
  }

  /** The next value, if it has `tag`. @throws VerificationError `certificate_malformed` */
  optional(tag: number): DerValue | undefined {
    return !this.done && this.#bytes[this.#at] === tag ? this.next() : undefined;
  }

  /** A reader of the contents of the next value. @throws VerificationError `certificate_malformed` */
  enter(tag: number): DerReader {
    return this.expect(tag).reader();
  }

  /** Checks that nothing is left. @throws VerificationError `certificate_malformed` */
  end(): void {
    if (!this.done) throw malformed('bytes left over');
  }

  #byte(): number {
    if (this.#at >= this.#end) throw malformed('a value that ends early');
    return this.#bytes[this.#at++]!;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    // Two bytes can hold 65,535, more than a document has. 0x80 is an indefinite length, which DER forbids.
    const width = first & 0x7f;
    if (width < 1 || width > 2) throw malformed('an indefinite or huge length');
    let length = 0;
    for (let i = 0; i < width; i++) length = length * 256 + this.#byte();
    if (length < (width === 1 ? 0x80 : 0x100)) throw malformed('a length not in its shortest form');
    return length;
  }
}

/** A BOOLEAN, in the one encoding that DER has for each value. @throws VerificationError `certificate_malformed` */
export function derBoolean(content: Uint8Array): boolean {
  if (content.length !== 1 || (content[0] !== 0 && content[0] !== 0xff)) throw malformed('a boolean');
  return content[0] === 0xff;
}

/** Bytes of a non-negative INTEGER without its sign byte. @throws VerificationError `certificate_malformed` */
export function derUnsigned(content: Uint8Array): Uint8Array {
  derInteger(content);
  if (content[0]! >= 0x80) throw malformed('a negative integer');
  return content[0] === 0 && content.length > 1 ? content.subarray(1) : content;
}

/**
 * Checks that contents are an INTEGER in its shortest form, of either sign. @throws VerificationError
 * `certificate_malformed`
 */
export function derInteger(content: Uint8Array): void {
  const [first, second = 0] = content;
  if (first === undefined) throw malformed('an integer');
  if (content.length === 1) return;
  const isPadding = first === 0 ? second < 0x80 : first === 0xff && second >= 0x80;
  if (isPadding) throw malformed('an integer not in its shortest form');
}

/**
 * An OBJECT IDENTIFIER (X.690 §8.19) as the lower-case hex of its contents, which is unique.
 * @throws VerificationError `certificate_malformed`
 */
export function derOid(content: Uint8Array): string {
  if (content.length === 0 || content[content.length - 1]! >= 0x80) throw malformed('an object identifier');
  let previous = 0;
  for (const byte of content) {
    // The arc begins with a zero digit.
    if (byte === 0x80 && previous < 0x80) throw malformed('an object identifier');
    previous = byte;
  }
  return encodeHex(content);
}

/** Dotted text of an object identifier in hex, for people. The hex itself where an arc is above 2^53. */
export function formatOid(hex: string): string {
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of decodeHex(hex)) {
    arc = arc * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (!arcs.every(Number.isSafeInteger)) return `#${hex}`;
  // The first two arcs share one number. Only under 2 may the second be 40 or more.
  const [joined = 0, ...rest] = arcs;
  const top = Math.min(Math.floor(joined / 40), 2);
  return [top, joined - 40 * top, ...rest].join('.');
}

/** Octets of a BIT STRING without unused bits. @throws VerificationError `certificate_malformed` */
export function derOctets(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw malformed('a bit string');
  return content.subarray(1);
}

/** Instant (ms) of a UTCTime or GeneralizedTime in the form of RFC 5280 §4.1.2.5: with seconds, and Z. */
export function derTime(value: DerValue): number {
  const { tag, content } = value;
  const yearDigits = tag === TAG.utcTime ? 2 : 4;
  const isTime = tag === TAG.utcTime || tag === TAG.generalizedTime;
  if (!isTime || content.length !== yearDigits + 11 || content[yearDigits + 10] !== 0x5a) {
    throw malformed('a time');
  }
  let year = 0;
  for (let i = 0; i < yearDigits; i += 2) year = year * 100 + pairOfDigits(content, i);
  // UTCTime's two digits mean 1950 to 2049.
  if (tag === TAG.utcTime) year += year >= 50 ? 1900 : 2000;
  const month = pairOfDigits(content, yearDigits);
  const day = pairOfDigits(content, yearDigits + 2);
  const hour = pairOfDigits(content, yearDigits + 4);
  const minute = pairOfDigits(content, yearDigits + 6);
  const second = pairOfDigits(content, yearDigits + 8);
  // Date would move years below 100 to the last century, and 31 February into March.
  const isDate = year >= 100 && day >= 1 && day <= daysOfMonth(year, month);
  if (!isDate || hour > 23 || minute > 59 || second > 59) throw malformed('a time');
  return Date.UTC(year, month - 1, day, hour, minute, second);
}

/** Days of a month in the Gregorian calendar. None for a month that does not exist. */
function daysOfMonth(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeap ? 29 : 28;
  if (month < 1 || month > 12) return 0;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function pairOfDigits(content: Uint8Array, at: number): number {
  const tens = content[at]! - 0x30;
  const ones = content[at + 1]! - 0x30;
  if (!(tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9)) throw malformed('a time');
  return tens * 10 + ones;
}

function malformed(what: string): VerificationError {
  return new VerificationError('certificate_malformed', `not a strict DER certificate: ${what}`);
}
