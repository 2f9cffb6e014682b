/** The payload of an attestation document (AWS nsm-api, attestation_process.md §2.2, as observed). */
import { type CborItem, type CborMap, decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { checkHeaders, decodeDocument, parseCoseSign1 } from './cose.ts';
import { VerificationError } from './errors.ts';

/** What a document says, before anything of it is verified. Byte strings are views of the document. */
export interface UnverifiedAttestation {
  /** Instance and enclave, `i-…-enc…`. */
  readonly moduleId: string;
  /** When the document was made, ms. */
  readonly timestamp: number;
  /** Measurements by index 0..31, of 48 bytes in practice. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** DER of the leaf certificate. */
  readonly certificate: Uint8Array;
  /** DER of the certificates above the leaf, root first. */
  readonly cabundle: readonly Uint8Array[];
  readonly publicKey: Uint8Array | null;
  readonly userData: Uint8Array | null;
  readonly nonce: Uint8Array | null;
  /** PCR0 is all zero or missing: the enclave ran in debug mode. */
  readonly debug: boolean;
  /** Names of payload fields that this version does not know. AWS signs them. */
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
const KNOWN_FIELDS: ReadonlySet<unknown> = new Set([
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
 * What a document says, verified in nothing: for looking at, never for deciding.
 * @throws VerificationError codes of the rules about form (decoding, COSE, headers, payload)
 */
export function decodeAttestationUnverified(bytes: Uint8Array): UnverifiedAttestation {
  const cose = parseCoseSign1(decodeDocument(bytes));
  checkHeaders(cose);
  const payload = decodePayload(cose.payload);
  return {
    ...parseMandatory(payload),
    ...parseOptional(payload),
    unknownFields: unknownFields(payload),
  };
}

/**
 * The map in a payload, definite or (as AWS writes since 2025-09) indefinite.
 * @throws VerificationError `payload_malformed`
 */
export function decodePayload(payload: Uint8Array): CborMap {
  const map = decodeItem(payload);
  if (!(map instanceof Map)) throw malformed('not a map');
  for (const key of map.keys()) if (typeof key !== 'string') throw malformed('a key that is not text');
  return map as CborMap;
}

/**
 * The fields that every document has.
 * @throws VerificationError `payload_malformed`
 */
export function parseMandatory(payload: CborMap): MandatoryFields {
  const moduleId = payload.get('module_id');
  if (typeof moduleId !== 'string' || moduleId === '') throw malformed('module_id');
  if (payload.get('digest') !== 'SHA384') throw malformed('digest is not SHA384');
  const timestamp = payload.get('timestamp');
  if (typeof timestamp !== 'number' || !Number.isInteger(timestamp)) throw malformed('timestamp');
  if (timestamp <= 0 || timestamp > MAX_INSTANT) throw malformed('timestamp');
  const pcrs = parsePcrs(payload.get('pcrs'));
  const certificate = payload.get('certificate');
  if (!isCertificate(certificate)) throw malformed('certificate');
  const cabundle = payload.get('cabundle');
  if (!Array.isArray(cabundle) || cabundle.length === 0 || !cabundle.every(isCertificate)) {
    throw malformed('cabundle');
  }
  return { moduleId, timestamp, pcrs, certificate, cabundle, debug: isDebug(pcrs) };
}

/**
 * The fields that a document may leave out or null.
 * @throws VerificationError `payload_optional_invalid`
 */
export function parseOptional(payload: CborMap): OptionalFields {
  return {
    publicKey: optionalBytes(payload, 'public_key'),
    userData: optionalBytes(payload, 'user_data'),
    nonce: optionalBytes(payload, 'nonce'),
  };
}

/** Names of fields beyond those of the specification: reported, not refused, since AWS signs them. */
export function unknownFields(payload: CborMap): readonly string[] {
  return [...payload.keys()].filter((key) => !KNOWN_FIELDS.has(key)).map(String);
}

function decodeItem(payload: Uint8Array): CborItem {
  try {
    return decodeCbor(payload, { maxDepth: 8, maxItems: 1024, allowIndefinite: true });
  } catch (cause) {
    throw malformed('not strict CBOR', cause);
  }
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

function optionalBytes(payload: CborMap, name: string): Uint8Array | null {
  const value = payload.get(name) ?? null;
  if (value === null) return null;
  if (value instanceof Uint8Array && value.length <= MAX_FIELD_BYTES) return value;
  throw new VerificationError('payload_optional_invalid', `${name} is neither null nor at most 1,024 bytes`);
}

function malformed(what: string, cause?: unknown): VerificationError {
  return new VerificationError('payload_malformed', `the payload is malformed: ${what}`, cause);
}
