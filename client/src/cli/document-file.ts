/** Attestation documents in the forms that people have: raw, as text of some kind, or in the JSON of an answer. */
import { decodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { parseStrictJson } from '@perf-aggregator/shared/codec/strict-json';
import { UsageError } from './exit.ts';

/** Longest text of one document, in characters. 16 KiB as hex, in lines, fits with room. */
const MAX_TEXT = 64 * 1024;
/** Members in which services return a document. */
const MEMBERS = ['attestation_doc', 'attestation'] as const;
const ARMOUR = /^-----BEGIN ([A-Z0-9 ]+)-----((?:(?!-----)[\s\S])*)-----END \1-----$/;
/** Base64 and base64url, padded or not. */
const BASE64 = /^(?:[A-Za-z0-9+/]+|[A-Za-z0-9_-]+)={0,2}$/;

/**
 * The document in a file: raw CBOR, hex, base64, base64url (line breaks allowed), text between lines `-----BEGIN
 * …-----` and `-----END …-----`, or JSON with one member `attestation_doc` or `attestation`. Input in any other form is
 * passed on unchanged, and the verifier says what is wrong with it.
 * @throws UsageError `input_malformed` for JSON or armour without a document
 */
export function toDocument(input: Uint8Array): Uint8Array {
  const text = textOf(input);
  if (text === null) return input;
  if (text.startsWith('{')) return fromJson(text);
  if (text.startsWith('-----')) return fromArmour(text);
  return decodeText(text) ?? input;
}

/** Trimmed ASCII text. Null: the input is anything else, such as CBOR, whose first byte is not ASCII. */
function textOf(input: Uint8Array): string | null {
  // Editors may have put a UTF-8 byte order mark at the start.
  const text = Buffer.from(input)
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '');
  return /^[\t\n\r -~]*$/.test(text) ? text.trim() : null;
}

function fromJson(text: string): Uint8Array {
  const value = membersOf(text);
  const [name, ...others] = MEMBERS.filter((member) => Object.hasOwn(value, member));
  if (name === undefined || others.length > 0) {
    throw malformed(`JSON with exactly one of ${MEMBERS.join(' and ')} is needed`);
  }
  const inner = value[name];
  const document = typeof inner === 'string' ? decodeText(inner.trim()) : null;
  if (document === null) throw malformed(`${name} is neither hex nor base64`);
  return document;
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  try {
    return parseStrictJson(text) as Readonly<Record<string, unknown>>;
  } catch (cause) {
    throw malformed(cause instanceof Error ? cause.message : 'not JSON', cause);
  }
}

function fromArmour(text: string): Uint8Array {
  const [, , body] = ARMOUR.exec(text) ?? [];
  const document = body === undefined ? null : decodeText(body);
  if (document === null) throw malformed('one block of hex or base64 between BEGIN and END is needed');
  return document;
}

/**
 * Bytes of hex or base64. Text that is valid as both is read as hex. Documents begin with 84 or d2, and their base64
 * begins with other letters.
 */
function decodeText(text: string): Uint8Array | null {
  if (text.length > MAX_TEXT) return null;
  const letters = text.replaceAll(/\s/g, '');
  if (/^(?:[0-9a-f]{2})+$/i.test(letters)) return decodeHex(letters);
  if (!BASE64.test(letters)) return null;
  const bare = letters.replace(/=+$/, '');
  const isPadded = bare.length < letters.length;
  if (isPadded && letters.length % 4 !== 0) return null;
  try {
    return decodeBase64Url(bare.replaceAll('+', '-').replaceAll('/', '_'));
  } catch {
    return null;
  }
}

function malformed(what: string, cause?: unknown): UsageError {
  return new UsageError('input_malformed', `the document: ${what}`, cause);
}
