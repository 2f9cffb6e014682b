/** Base64 and base64url (RFC 4648 §4, §5), strict: one encoding per byte string. */
import { CodecError } from '../errors.ts';

/** Padded standard base64 of `bytes`. */
export function encodeBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 8_192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8_192));
  }
  return btoa(binary);
}

/** Unpadded base64url of `bytes`. */
export function encodeBase64Url(bytes: Uint8Array): string {
  return encodeBase64(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/**
 * Bytes of padded standard base64. White space, missing padding and non-zero trailing bits are refused.
 * @throws CodecError `base64_malformed`
 */
export function decodeBase64(text: string): Uint8Array {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) throw malformed();
  const binary = atob(text);
  const out = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) out[i] = binary.charCodeAt(i);
  const tail = encodeBase64(out.subarray(out.length - (out.length % 3 || 3)));
  if (!text.endsWith(tail)) throw malformed();
  return out;
}

/**
 * Bytes of unpadded base64url.
 * @throws CodecError `base64_malformed`
 */
export function decodeBase64Url(text: string): Uint8Array {
  if (!/^[A-Za-z0-9_-]*$/.test(text) || text.length % 4 === 1) throw malformed();
  const standard = text.replaceAll('-', '+').replaceAll('_', '/');
  return decodeBase64(standard.padEnd(Math.ceil(text.length / 4) * 4, '='));
}

function malformed(): CodecError {
  return new CodecError('base64_malformed', 'not strict base64');
}
