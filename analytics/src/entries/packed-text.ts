/**
 * Texts one after the other, in bytes. Numeric texts, which are most of a ledger, take half a byte a character. Other
 * texts take one byte a character, or two where they are not Latin-1. Every text comes back exactly, to the last code
 * unit.
 */

/** Characters that take half a byte each. */
const NUMERIC = '0123456789.-';
/** First byte of a text: its length for a numeric text, or else one of these codes. */
const LONGEST_NUMERIC = 0xfc;
const LATIN = 0xfd;
const WIDE = 0xfe;
const NULL = 0xff;

const NIBBLES = new Uint8Array(128).fill(0xff);
for (let i = 0; i < NUMERIC.length; i++) NIBBLES[NUMERIC.charCodeAt(i)] = i;

const FIRST_CAPACITY = 1_024;

/** Bytes that grow at their end. */
export class PackedText {
  #bytes: Uint8Array;
  #length: number;

  /** @param bytes - the new text uses this array, without a copy */
  constructor(bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY), length = 0) {
    this.#bytes = bytes;
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of the first `length` bytes, which grows on its own. */
  copy(length: number): PackedText {
    return new PackedText(this.#bytes.slice(0, length), length);
  }

  push(text: string | null): void {
    if (text === null) {
      this.#reserve(1);
      this.#bytes[this.#length++] = NULL;
    } else if (text.length <= LONGEST_NUMERIC && isNumeric(text)) this.#pushNumeric(text);
    else this.#pushWide(text, isLatin(text));
  }

  reader(at: number): TextReader {
    return new TextReader(this.#bytes, at);
  }

  #pushNumeric(text: string): void {
    this.#reserve(1 + ((text.length + 1) >> 1));
    this.#bytes[this.#length++] = text.length;
    for (let i = 0; i < text.length; i += 2) {
      const low = i + 1 < text.length ? NIBBLES[text.charCodeAt(i + 1)]! : 0;
      this.#bytes[this.#length++] = (NIBBLES[text.charCodeAt(i)]! << 4) | low;
    }
  }

  #pushWide(text: string, isOneByte: boolean): void {
    this.#reserve(5 + 2 * text.length);
    this.#bytes[this.#length++] = isOneByte ? LATIN : WIDE;
    for (let shift = 0; shift < 32; shift += 8) this.#bytes[this.#length++] = text.length >>> shift;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      this.#bytes[this.#length++] = unit;
      if (!isOneByte) this.#bytes[this.#length++] = unit >> 8;
    }
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(needed, Math.ceil(this.#bytes.length * 1.5)));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads texts in the order in which they were added. */
export class TextReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  next(): string | null {
    const first = this.#bytes[this.#at++]!;
    if (first === NULL) return null;
    if (first <= LONGEST_NUMERIC) return this.#numeric(first);
    let length = 0;
    for (let shift = 0; shift < 32; shift += 8) length |= this.#bytes[this.#at++]! << shift;
    let text = '';
    for (let i = 0; i < length; i++) {
      const low = this.#bytes[this.#at++]!;
      text += String.fromCharCode(first === LATIN ? low : low | (this.#bytes[this.#at++]! << 8));
    }
    return text;
  }

  #numeric(length: number): string {
    let text = '';
    for (let i = 0; i < length; i += 2) {
      const byte = this.#bytes[this.#at++]!;
      text += NUMERIC[byte >> 4]!;
      if (i + 1 < length) text += NUMERIC[byte & 15]!;
    }
    return text;
  }
}

function isNumeric(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 128 || NIBBLES[unit] === 0xff) return false;
  }
  return true;
}

function isLatin(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}
