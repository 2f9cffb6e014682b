/** COSE_Sign1 (RFC 9052 §4.2) in the one form that the Nitro Secure Module writes. */
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborItem, CborTag, decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { cborHead, MAJOR } from '@perf-aggregator/shared/codec/cbor-head';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { VerificationError } from './errors.ts';

/** Largest attestation document, bytes. */
export const MAX_DOCUMENT_BYTES = 16 * 1024;

/** The four parts of a COSE_Sign1. Byte strings are views of one copy of the document. */
export interface CoseSign1 {
  readonly protectedHeader: Uint8Array;
  readonly unprotectedHeader: CborItem;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

const COSE_SIGN1_TAG = 18;
/** `{1: -35}`: algorithm ES384, in the only encoding that strict CBOR has for it. */
const ES384_HEADER = 'a1013822';
/** Order of the group of P-384 (SP 800-186 §3.2.1.4). */
const P384_ORDER =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

/** The start of an array of four, and its first member: the context. */
const SIG_STRUCTURE_START = concatBytes(
  Uint8Array.from([...cborHead(MAJOR.array, 4), ...cborHead(MAJOR.text, 10)]),
  utf8('Signature1'),
);

/**
 * The one CBOR item of a document. It is decoded from a copy, so that the verified content does not change when the
 * caller reuses its buffer.
 * @throws VerificationError `document_malformed`
 */
export function decodeDocument(bytes: Uint8Array): CborItem {
  // Callers in plain JavaScript may pass anything.
  if (!((bytes as unknown) instanceof Uint8Array)) throw malformed('not a Uint8Array');
  if (bytes.length > MAX_DOCUMENT_BYTES) throw malformed('longer than 16 KiB');
  try {
    return decodeCbor(new Uint8Array(bytes), { maxDepth: 4, maxItems: 32, allowTags: true });
  } catch (cause) {
    throw malformed('not one strict CBOR item', cause);
  }
}

/**
 * The COSE_Sign1 in `item`: an array of four, either untagged as AWS writes it, or with tag 18.
 * @throws VerificationError `cose_malformed`
 */
export function parseCoseSign1(item: CborItem): CoseSign1 {
  const parts = item instanceof CborTag && item.tag === COSE_SIGN1_TAG ? item.content : item;
  if (!Array.isArray(parts) || parts.length !== 4) throw notCose('not an array of four');
  const [protectedHeader, unprotectedHeader, payload, signature] = parts as readonly CborItem[];
  if (!(protectedHeader instanceof Uint8Array)) throw notCose('its protected header is not a byte string');
  if (!(payload instanceof Uint8Array)) throw notCose('its payload is not a byte string');
  if (!(signature instanceof Uint8Array)) throw notCose('its signature is not a byte string');
  return { protectedHeader, unprotectedHeader: unprotectedHeader ?? null, payload, signature };
}

/**
 * Checks that the algorithm is ES384, and that only the protected header names it.
 * @throws VerificationError `cose_header_invalid`
 */
export function checkHeaders(cose: CoseSign1): void {
  if (encodeHex(cose.protectedHeader) !== ES384_HEADER) {
    throw new VerificationError(
      'cose_header_invalid',
      'the protected header is not exactly {1: -35} (ES384)',
    );
  }
  if (!(cose.unprotectedHeader instanceof Map) || cose.unprotectedHeader.size !== 0) {
    throw new VerificationError('cose_header_invalid', 'the unprotected header is not an empty map');
  }
}

/**
 * Checks that the signature is r ‖ s with 1 ≤ r, s < n. High s is accepted, because AWS writes it.
 * @throws VerificationError `signature_malformed`
 */
export function checkSignatureEncoding(signature: Uint8Array): void {
  if (signature.length !== 96) {
    throw new VerificationError('signature_malformed', 'the signature does not have 96 bytes');
  }
  for (const half of [signature.subarray(0, 48), signature.subarray(48)]) {
    const scalar = BigInt(`0x${encodeHex(half)}`);
    if (scalar === 0n || scalar >= P384_ORDER) {
      throw new VerificationError('signature_malformed', 'r or s is outside 1 .. n − 1');
    }
  }
}

/** The signed bytes (RFC 9052 §4.4). They contain the parts as received, never re-encoded. */
export function sigStructure(cose: CoseSign1): Uint8Array {
  return concatBytes(
    SIG_STRUCTURE_START,
    byteString(cose.protectedHeader),
    byteString(new Uint8Array()),
    byteString(cose.payload),
  );
}

function byteString(bytes: Uint8Array): Uint8Array {
  return concatBytes(Uint8Array.from(cborHead(MAJOR.bytes, bytes.length)), bytes);
}

function malformed(what: string, cause?: unknown): VerificationError {
  return new VerificationError('document_malformed', `the document is ${what}`, cause);
}

function notCose(what: string): VerificationError {
  return new VerificationError('cose_malformed', `the document is no COSE_Sign1: ${what}`);
}
