/** The payload of an attestation document (AWS nsm-api, attestation_process.md §2.2, as observed). */
import { type CborItem, type CborMap, decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { skipCbor } from '@perf-aggregator/shared/codec/cbor-skip';
import { checkHeaders, decodeDocument, parseCoseSign1 } from './cose.ts';
import { VerificationError } from './errors.ts';

/** The content of a document before any verification. Byte strings are copies. */
export interface UnverifiedAttestation {
  /** Instance and enclave, `i-…-enc…`. */
  readonly moduleId: string;
  /** When the document was made, ms. */
  readonly timestamp: number;
  /** Measurements by index 0..31, with 48 bytes in practice. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** DER of the leaf certificate. */
  readonly certificate: Uint8Array;
  /** DER of the certificates above the leaf, root first. */
  readonly cabundle: readonly Uint8Array[];
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  /** Whether PCR0 is all zero or missing: the enclave ran in debug mode. */
  readonly debug: boolean;
  /** Names of payload fields that this version does not know. AWS signed them. */
  readonly unknownFields: readonly string[];
}

/** The mandatory fields (rule 6). */
export type MandatoryFields = Omit<
  UnverifiedAttestation,
  'publicKey' | 'userData' | 'nonce' | 'unknownFields'
>;

/** The optional fields (rule 7). */
export type OptionalFields = Pick<UnverifiedAttestation, 'publicKey' | 'userData' | 'nonce'>;

const MAX_FIELD_BYTES = 1024;
const MAX_INSTANT = 8_640_000_000_000_000;
// CBOR major types and the break (RFC 8949 §3).
const UNSIGNED = 0;
const TEXT = 3;
const MAP = 5;
const BREAK = 0xff;

/** The field of EC2's own attestation, for an instance's NitroTPM. It has the same root and its own registers. */
const NITRO_TPM_FIELD = 'nitrotpm_pcrs';

const KNOWN_FIELDS: ReadonlySet<string> = new Set([
  'module_id',
  'digest',
  'timestamp',
  'pcrs',
  'certificate',
  'cabundle',
  'public_key',
  'user_data',
  'nonce',
]);

/**
 * The content of a document without any verification: for display, never for decisions.
 * @throws VerificationError codes of the rules about form (decoding, COSE, headers, payload)
 */
export function decodeAttestationUnverified(bytes: Uint8Array): UnverifiedAttestation {
  const cose = parseCoseSign1(decodeDocument(bytes));
  checkHeaders(cose);
  const payload = decodePayload(cose.payload);
  return { ...parseMandatory(payload), ...parseOptional(payload), unknownFields: payload.unknown };
}

/** A decoded payload: known fields as their CBOR, unknown ones by name. */
export interface Payload {
  readonly fields: ReadonlyMap<string, Uint8Array>;
  /** Names of fields outside the specification. They are reported and not refused, because AWS signs them. */
  readonly unknown: readonly string[];
}

/**
 * The map in a payload, definite or (as AWS writes it since 2025-09) indefinite. Keys must be text and come once. The
 * values of unknown keys need only be well-formed, so that a future field of any type breaks nothing (rule 8).
 * @throws VerificationError `payload_malformed`
 */
export function decodePayload(payload: Uint8Array): Payload {
  const fields = new Map<string, Uint8Array>();
  const unknown = new Set<string>();
  let [at, left] = mapHead(payload);
  while (left === undefined ? payload[at] !== BREAK : left-- > 0) {
    const keyEnd = skip(payload, at);
    const key = textKey(payload.subarray(at, keyEnd));
    if (fields.has(key) || unknown.has(key)) throw malformed('a key twice');
    at = skip(payload, keyEnd);
    if (KNOWN_FIELDS.has(key)) fields.set(key, payload.subarray(keyEnd, at));
    else unknown.add(key);
  }
  if (left === undefined) at++;
  if (at !== payload.length) throw malformed('bytes after the map');
  return { fields, unknown: [...unknown] };
}

/**
 * The fields that every document has.
 * @throws VerificationError `payload_malformed`; `not_an_enclave` for a document of an instance's NitroTPM
 */
export function parseMandatory({ fields, unknown }: Payload): MandatoryFields {
  // This check comes first. Such a document lacks fields of an enclave's document, and an error about those would not
  // help.
  if (unknown.includes(NITRO_TPM_FIELD)) {
    throw new VerificationError('not_an_enclave', "the document has registers of an instance's NitroTPM");
  }
  const moduleId = field(fields, 'module_id');
  if (typeof moduleId !== 'string' || moduleId === '') throw malformed('module_id');
  if (field(fields, 'digest') !== 'SHA384') throw malformed('digest is not SHA384');
  const timestamp = parseTimestamp(fields);
  const pcrs = parsePcrs(field(fields, 'pcrs'));
  const certificate = field(fields, 'certificate');
  if (!isCertificate(certificate)) throw malformed('certificate');
  const cabundle = field(fields, 'cabundle');
  if (!Array.isArray(cabundle) || cabundle.length === 0 || !cabundle.every(isCertificate)) {
    throw malformed('cabundle');
  }
  return { moduleId, timestamp, pcrs, certificate, cabundle, debug: isDebug(pcrs) };
}

/**
 * The fields that a document may leave out or null.
 * @throws VerificationError `payload_optional_invalid`
 */
export function parseOptional({ fields }: Payload): OptionalFields {
  return {
    publicKey: optionalBytes(fields, 'public_key'),
    userData: optionalBytes(fields, 'user_data'),
    nonce: optionalBytes(fields, 'nonce'),
  };
}

/** The position of a map's first entry, and the number of entries. `undefined` for an indefinite length. */
function mapHead(payload: Uint8Array): [at: number, left: number | undefined] {
  const initial = payload[0] ?? 0;
  if (initial >> 5 !== MAP) throw malformed('not a map');
  const info = initial & 0x1f;
  if (info === 31) return [1, undefined];
  if (info < 24) return [1, info];
  const count = payload[1] ?? 0;
  if (info !== 24 || count < 24) throw malformed('a map of more than 255 fields, or a number written long');
  return [2, count];
}

function skip(payload: Uint8Array, at: number): number {
  try {
    return skipCbor(payload, at);
  } catch (cause) {
    throw malformed('not well-formed CBOR', cause);
  }
}

function textKey(raw: Uint8Array): string {
  if (raw[0]! >> 5 !== TEXT) throw malformed('a key that is not text');
  return decodeStrict(raw) as string;
}

function decodeStrict(raw: Uint8Array): CborItem {
  try {
    return decodeCbor(raw, { maxDepth: 2, maxItems: 1024, allowIndefinite: true });
  } catch (cause) {
    throw malformed('not strict CBOR', cause);
  }
}

function field(fields: Payload['fields'], name: string): CborItem {
  const raw = fields.get(name);
  if (raw === undefined) throw malformed(`no ${name}`);
  return decodeStrict(raw);
}

/** Major type 0: a float with a whole value is not a timestamp. */
function parseTimestamp(fields: Payload['fields']): number {
  const timestamp = Number(field(fields, 'timestamp'));
  const isUnsigned = fields.get('timestamp')![0]! >> 5 === UNSIGNED;
  if (!isUnsigned || timestamp === 0 || timestamp > MAX_INSTANT) throw malformed('timestamp');
  return timestamp;
}

function parsePcrs(item: CborItem | undefined): ReadonlyMap<number, Uint8Array> {
  if (!(item instanceof Map) || item.size < 1 || item.size > 32) throw malformed('pcrs');
  const pcrs = new Map<number, Uint8Array>();
  for (const [index, value] of item as CborMap) {
    if (typeof index !== 'number' || index < 0 || index > 31) throw malformed('an index of pcrs');
    if (!(value instanceof Uint8Array) || ![32, 48, 64].includes(value.length)) throw malformed('a PCR');
    pcrs.set(index, value);
  }
  return pcrs;
}

function isCertificate(item: CborItem | undefined): item is Uint8Array {
  return item instanceof Uint8Array && item.length >= 1 && item.length <= MAX_FIELD_BYTES;
}

function isDebug(pcrs: ReadonlyMap<number, Uint8Array>): boolean {
  return pcrs.get(0)?.every((byte) => byte === 0) ?? true;
}

function optionalBytes(fields: Payload['fields'], name: string): Uint8Array | null {
  const raw = fields.get(name);
  if (raw === undefined) return null;
  const value = decodeOptional(raw, name);
  if (value === null || (value instanceof Uint8Array && value.length <= MAX_FIELD_BYTES)) return value;
  throw optionalInvalid(name);
}

function decodeOptional(raw: Uint8Array, name: string): CborItem {
  try {
    return decodeCbor(raw, { maxDepth: 2, maxItems: 1024, allowIndefinite: true });
  } catch (cause) {
    throw optionalInvalid(name, cause);
  }
}

function optionalInvalid(name: string, cause?: unknown): VerificationError {
  const message = `${name} is neither null nor at most 1,024 bytes`;
  return new VerificationError('payload_optional_invalid', message, cause);
}

function malformed(what: string, cause?: unknown): VerificationError {
  return new VerificationError('payload_malformed', `the payload is malformed: ${what}`, cause);
}
