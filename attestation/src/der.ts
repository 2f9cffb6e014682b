/**
 * A strict reader of DER (ITU-T X.690 §10) as far as X.509 needs it: definite and minimal lengths. It calls
 * nothing recursively (depth is the caller's program text), allocates views only, and each value takes two
 * bytes at least, so that work and memory are bounded by the input.
 */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { VerificationError } from './errors.ts';

/** Identifier octets that occur in certificates. Context tags: `0xa0 | n` constructed. */
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

/** One value: its identifier, its contents, and all of its bytes. */
export interface DerValue {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly raw: Uint8Array;
}

/** Reads the values that lie one after another in `bytes`. All errors are `certificate_malformed`. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Whether nothing is left. */
  get done(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** The next value, whatever it is. @throws VerificationError `certificate_malformed` */
  next(): DerValue {
    const start = this.#at;
    const tag = this.#byte();
    // Tag numbers above 30 take several bytes; X.509 has none.
    if ((tag & 0x1f) === 0x1f) throw malformed('a long tag');
    const length = this.#length();
    if (length > this.#bytes.length - this.#at) throw malformed('a value that ends early');
    const content = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    return { tag, content, raw: this.#bytes.subarray(start, this.#at) };
  }

  /** The next value, which must carry `tag`. @throws VerificationError `certificate_malformed` */
  expect(tag: number): DerValue {
    const value = this.next();
    if (value.tag !== tag) throw malformed(`tag ${value.tag} where ${tag} belongs`);
    return value;
  }

  /** The next value if it carries `tag`. @throws VerificationError `certificate_malformed` */
  optional(tag: number): DerValue | undefined {
    return this.#bytes[this.#at] === tag ? this.next() : undefined;
  }

  /** A reader of the contents of the next value. @throws VerificationError `certificate_malformed` */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag).content);
  }

  /** Makes sure that nothing is left. @throws VerificationError `certificate_malformed` */
  end(): void {
    if (!this.done) throw malformed('bytes left over');
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw malformed('a value that ends early');
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < 0x80) return first;
    // Two bytes say 65,535: more than a document has. 0x80 is an indefinite length, which DER forbids.
    const width = first & 0x7f;
    if (width < 1 || width > 2) throw malformed('an indefinite or huge length');
    let length = 0;
    for (let i = 0; i < width; i++) length = length * 256 + this.#byte();
    if (length < (width === 1 ? 0x80 : 0x100)) throw malformed('a length not in its shortest form');
    return length;
  }
}

/** A BOOLEAN, in the one spelling that DER has for each value. @throws VerificationError `certificate_malformed` */
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

/** Makes sure that contents are an INTEGER in its shortest form, of either sign. @throws VerificationError `certificate_malformed` */
export function derInteger(content: Uint8Array): void {
  const [first, second = 0] = content;
  if (first === undefined) throw malformed('an integer');
  if (content.length === 1) return;
  const isPadding = first === 0 ? second < 0x80 : first === 0xff && second >= 0x80;
  if (isPadding) throw malformed('an integer not in its shortest form');
}

/**
 * Dotted text of an OBJECT IDENTIFIER (X.690 §8.19); the hex of its contents where an arc is beyond 2^53.
 * @throws VerificationError `certificate_malformed`
 */
export function derOid(content: Uint8Array): string {
  if (content.length === 0 || content[content.length - 1]! >= 0x80) throw malformed('an object identifier');
  const arcs: number[] = [];
  let arc = 0;
  let isFirstOfArc = true;
  for (const byte of content) {
    if (isFirstOfArc && byte === 0x80) throw malformed('an object identifier');
    arc = arc * 128 + (byte & 0x7f);
    isFirstOfArc = byte < 0x80;
    if (!isFirstOfArc) continue;
    arcs.push(arc);
    arc = 0;
  }
  if (!arcs.every(Number.isSafeInteger)) return `#${encodeHex(content)}`;
  // The first two arcs share one number; only under 2 may the second be 40 or more.
  const [joined = 0, ...rest] = arcs;
  const top = Math.min(Math.floor(joined / 40), 2);
  return [top, joined - 40 * top, ...rest].join('.');
}

/** Octets of a BIT STRING that has no unused bits. @throws VerificationError `certificate_malformed` */
export function derOctets(content: Uint8Array): Uint8Array {
  if (content[0] !== 0) throw malformed('a bit string');
  return content.subarray(1);
}

/** Instant (ms) of a UTCTime or GeneralizedTime as RFC 5280 §4.1.2.5 allows them: seconds, and Z. */
export function derTime(value: DerValue): number {
  if (value.content.length > 15) throw malformed('a time');
  const text = String.fromCharCode(...value.content);
  const digits = value.tag === TAG.utcTime ? centuryOf(text) + text : text;
  const isTime = value.tag === TAG.utcTime || value.tag === TAG.generalizedTime;
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(digits);
  if (!isTime || match === null) throw malformed('a time');
  const iso = `${match[1]}-${match[2]}-${match[3]}T${match[4]}:${match[5]}:${match[6]}.000Z`;
  const instant = Date.parse(iso);
  // Date rolls 31 February over into March: the text must come back.
  if (Number.isNaN(instant) || new Date(instant).toISOString() !== iso) throw malformed('a time');
  return instant;
}

/** UTCTime's two digits mean 1950 to 2049. */
function centuryOf(text: string): string {
  return Number(text.slice(0, 2)) >= 50 ? '19' : '20';
}

function malformed(what: string): VerificationError {
  return new VerificationError('certificate_malformed', `not a strict DER certificate: ${what}`);
}
