/**
 * Base64 and base64url (RFC 4648 §4, §5), strict: one encoding for each byte string. The code is the same on every
 * platform.
 */
import { CodecError } from '../errors.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const PADDING = 0x3d;
const NO_DIGIT = 0xff;

/** An alphabet in both directions: character code of a digit, digit of a character code. */
interface Alphabet {
  readonly codes: Uint8Array;
  readonly digits: Uint8Array;
}

const STANDARD = alphabet(`${LETTERS}+/`);
const URL_SAFE = alphabet(`${LETTERS}-_`);
const ascii = new TextDecoder();

/** Padded standard base64 of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  return encode(bytes, STANDARD.codes, true);
}

/** Unpadded base64url of `bytes`. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encode(bytes, URL_SAFE.codes, false);
}

/**
 * Bytes of padded standard base64. White space, missing padding and non-zero trailing bits are refused.
 * @throws CodecError `base64_malformed`
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0) throw malformed();
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  return decode(text, text.length - padding, STANDARD.digits);
}

/**
 * Bytes of unpadded base64url.
 * @throws CodecError `base64_malformed`
 */
export function decodeBase64Url(text: string): Uint8Array {
  return decode(text, text.length, URL_SAFE.digits);
}

function encode(bytes: Uint8Array, codes: Uint8Array, pad: boolean): string {
  const whole = bytes.length - (bytes.length % 3);
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4);
  let at = 0;
  for (let i = 0; i < whole; i += 3) {
    const group = (bytes[i]! << 16) | (bytes[i + 1]! << 8) | bytes[i + 2]!;
    out[at++] = codes[group >> 18]!;
    out[at++] = codes[(group >> 12) & 63]!;
    out[at++] = codes[(group >> 6) & 63]!;
    out[at++] = codes[group & 63]!;
  }
  if (whole < bytes.length) {
    const second = bytes[whole + 1];
    const group = (bytes[whole]! << 16) | ((second ?? 0) << 8);
    out[at++] = codes[group >> 18]!;
    out[at++] = codes[(group >> 12) & 63]!;
    if (second !== undefined) out[at++] = codes[(group >> 6) & 63]!;
    if (pad) out.fill(PADDING, at);
  }
  return ascii.decode(pad ? out : out.subarray(0, at));
}

/** Decodes the first `length` characters of `text`. */
function decode(text: string, length: number, digits: Uint8Array): Uint8Array {
  const rest = length % 4;
  if (rest === 1) throw malformed();
  const out = new Uint8Array((length - rest) * 0.75 + Math.max(0, rest - 1));
  let [at, bits, held] = [0, 0, 0];
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    const digit = code < 128 ? digits[code]! : NO_DIGIT;
    if (digit === NO_DIGIT) throw malformed();
    held = ((held << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      out[at++] = held >> bits;
    }
  }
  if ((held & ((1 << bits) - 1)) !== 0) throw malformed();
  return out;
}

function alphabet(characters: string): Alphabet {
  const codes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  const digits = new Uint8Array(128).fill(NO_DIGIT);
  for (const [digit, code] of codes.entries()) digits[code] = digit;
  return { codes, digits };
}

function malformed(): CodecError {
  return new CodecError('base64_malformed', 'not strict base64');
}
