/**
 * A bounded reader of BER (ITU-T X.690 §8): definite and indefinite lengths, single-byte tags, shortest lengths. It
 * covers the CMS that KMS writes and refuses anything else.
 */
import { KmsError } from './errors.ts';

/** One value. A constructed value has children, a primitive value has contents. */
export interface BerValue {
  readonly tag: number;
  /** The whole value with its header. */
  readonly raw: Uint8Array;
  /** Contents of a primitive value; empty for constructed ones. */
  readonly content: Uint8Array;
  readonly children: readonly BerValue[];
}

const CONSTRUCTED = 0x20;
const INDEFINITE = 0x80;
const MAX_DEPTH = 12;
const MAX_VALUES = 256;

/**
 * The one value that `bytes` hold, with all of its descendants.
 * @throws KmsError `kms_envelope_malformed`
 */
export function parseBer(bytes: Uint8Array): BerValue {
  const parser = new Parser(bytes);
  const value = parser.value(bytes.length, 0);
  if (parser.at !== bytes.length) throw malformed('bytes left over');
  return value;
}

class Parser {
  at = 0;
  readonly #bytes: Uint8Array;
  #valuesLeft = MAX_VALUES;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The value here, which must end at or before `limit`. */
  value(limit: number, depth: number): BerValue {
    if (depth > MAX_DEPTH || this.#valuesLeft-- <= 0) throw malformed('too deep or too many values');
    const start = this.at;
    const tag = this.#byte(limit);
    if ((tag & 0x1f) === 0x1f || tag === 0) throw malformed('a tag');
    const isConstructed = (tag & CONSTRUCTED) !== 0;
    const length = this.#length(limit);
    if (length === undefined && !isConstructed) throw malformed('a primitive value of indefinite length');
    const end = length === undefined ? undefined : this.at + length;
    if (end !== undefined && end > limit) throw malformed('a value that ends early');
    const contentStart = this.at;
    const children = isConstructed ? this.#children(end, limit, depth) : [];
    if (!isConstructed) this.at = end!;
    return {
      tag,
      raw: this.#bytes.subarray(start, this.at),
      content: this.#bytes.subarray(contentStart, isConstructed ? contentStart : this.at),
      children,
    };
  }

  /** Children up to `end`. When `end` is undefined, up to end-of-contents (X.690 §8.1.5). */
  #children(end: number | undefined, limit: number, depth: number): BerValue[] {
    const children: BerValue[] = [];
    for (;;) {
      if (end !== undefined && this.at === end) return children;
      if (end === undefined && this.#bytes[this.at] === 0) {
        this.at++;
        if (this.#byte(limit) !== 0) throw malformed('an end of contents');
        return children;
      }
      children.push(this.value(end ?? limit, depth + 1));
    }
  }

  /** `undefined`: indefinite. */
  #length(limit: number): number | undefined {
    const first = this.#byte(limit);
    if (first === INDEFINITE) return undefined;
    if (first < 0x80) return first;
    const width = first & 0x7f;
    if (width > 2) throw malformed('a huge length');
    let length = 0;
    for (let i = 0; i < width; i++) length = length * 256 + this.#byte(limit);
    if (length < (width === 1 ? 0x80 : 0x100)) throw malformed('a length not in its shortest form');
    return length;
  }

  #byte(limit: number): number {
    if (this.at >= limit) throw malformed('a value that ends early');
    return this.#bytes[this.at++]!;
  }
}

function malformed(what: string): KmsError {
  return new KmsError('kms_envelope_malformed', `CiphertextForRecipient is not BER: ${what}`);
}
