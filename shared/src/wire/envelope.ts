/**
 * Envelopes: the messages between parent and enclave. The parent reads and writes everything here, so nothing here is
 * secret: operations, session ids, versions, expiry times, opaque blobs, public codes.
 */
import * as z from 'zod';
import { concatBytes, fromUtf8 } from '../bytes.ts';
import { decodeCbor } from '../codec/cbor-decode.ts';
import { type CborValue, encodeCbor } from '../codec/cbor-encode.ts';
import { cborBoolean, cborHead, MAJOR } from '../codec/cbor-head.ts';
import { MAX_CBOR_DEPTH } from '../limits.ts';
import { placesOfIssues } from '../schema-issues.ts';
import { TransportError } from './errors.ts';
import { type Failure, PUBLIC_CODES } from './failure.ts';
import { OPERATION_NAMES, type Operation } from './operations.ts';

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const count = z.number().int().nonnegative();
const instant = z.number().int().nonnegative();

/** 256 random bits, base64url. */
export const sessionId = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

const storedState = z.strictObject({ version: count, blob: bytes, chunks: z.array(bytes) });
/** A session's state as the parent stores it: one small sealed blob and append-only sealed chunks. */
export type StoredState = z.infer<typeof storedState>;

const enclaveRequest = z.strictObject({
  operation: z.enum(OPERATION_NAMES as readonly [Operation, ...Operation[]]),
  session: sessionId.nullable(),
  /** The version that the parent has stored. Null when there is none. */
  version: count.nullable(),
  /** The client's bytes. The parent does not read them. */
  body: bytes,
  /**
   * The source of the request, under a name that the parent gave and that reveals nothing else. Absent: the parent
   * itself.
   */
  source: z.string().min(1).max(64).optional(),
  /** Sent when the enclave requested it (`state_required`). */
  state: storedState.nullable(),
});
export type EnclaveRequest = z.infer<typeof enclaveRequest>;

const stateWrite = z.strictObject({
  session: sessionId,
  /** Stored version that this replaces. 0: the session is new. */
  baseVersion: count,
  version: count,
  expiresAt: instant,
  /** When the parent should send the next `sync`. Null: never. */
  syncAt: instant.nullable(),
  blob: bytes,
  /** How many chunks of the previous state stay, from the first. The others go with this write. */
  chunksKept: count,
  /** Chunks to append after them. */
  chunks: z.array(bytes),
});
/** What the parent must store before it answers the client. */
export type StateWrite = z.infer<typeof stateWrite>;

const failure = z.strictObject({
  code: z.enum(PUBLIC_CODES as readonly [Failure['code'], ...Failure['code'][]]),
  retryAfterMs: count.nullable(),
  sealed: bytes.nullable(),
});

const enclaveReply = z.discriminatedUnion('outcome', [
  z.strictObject({
    outcome: z.literal('ok'),
    body: bytes,
    write: stateWrite.nullable(),
    /** The session is over: the parent must delete its stored state. */
    erase: z.boolean(),
  }),
  z.strictObject({ outcome: z.literal('state_required') }),
  z.strictObject({ outcome: z.literal('failure'), failure }),
]);
export type EnclaveReply = z.infer<typeof enclaveReply>;

/** CBOR of a request. */
export function encodeRequest(request: EnclaveRequest): Uint8Array {
  return encodeCbor(request as unknown as CborValue);
}

/** CBOR of a reply. The body of an `ok` reply is most of it, and is copied once. */
export function encodeReply(reply: EnclaveReply): Uint8Array {
  if (reply.outcome !== 'ok') return encodeCbor(reply as unknown as CborValue);
  const { body, write, erase } = reply;
  return concatBytes(
    OK_UP_TO_BODY,
    Uint8Array.from(cborHead(MAJOR.bytes, body.length)),
    body,
    WRITE,
    encodeCbor(write as unknown as CborValue),
    ERASE,
    Uint8Array.of(cborBoolean(erase)),
  );
}

const [WRITE, ERASE] = [encodeCbor('write'), encodeCbor('erase')];
const OK_UP_TO_BODY = concatBytes(
  Uint8Array.from(cborHead(MAJOR.map, 4)),
  ...['outcome', 'ok', 'body'].map(encodeCbor),
);

/** @throws TransportError `frame_malformed` */
export function decodeRequest(message: Uint8Array): EnclaveRequest {
  return parse(enclaveRequest, message);
}

/** @throws TransportError `frame_malformed` */
export function decodeReply(message: Uint8Array): EnclaveReply {
  return parse(enclaveReply, message);
}

/**
 * Strictly decoded CBOR with text keys, as plain data. Both sides read the other's messages with it.
 * @throws TransportError `frame_malformed`
 */
export function decodePlain(message: Uint8Array): unknown {
  try {
    return toPlain(decodeCbor(message, { maxDepth: MAX_CBOR_DEPTH }));
  } catch (cause) {
    throw new TransportError('frame_malformed', 'a message is not strict CBOR', cause);
  }
}

function parse<T>(schema: z.ZodType<T>, message: Uint8Array): T {
  const parsed = schema.safeParse(decodePlain(message));
  if (parsed.success) return parsed.data;
  const where = placesOfIssues(parsed.error, 'the whole').join(', ');
  throw new TransportError('frame_malformed', `a message has an unknown shape at: ${where}`);
}

function toPlain(value: unknown): unknown {
  if (value instanceof Uint8Array) return value;
  if (Array.isArray(value)) return value.map(toPlain);
  if (!(value instanceof Map)) return value;
  const plain: Record<string, unknown> = {};
  for (const [key, member] of value) {
    if (typeof key !== 'string') throw new TypeError('a key is not text');
    if (key === '__proto__') setOwn(plain, key, toPlain(member));
    else plain[key] = toPlain(member);
  }
  return plain;
}

/** Sets a member like an assignment, but also for `__proto__`, where an assignment would set the prototype. */
function setOwn(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, configurable: true, enumerable: true, writable: true });
}

/** JSON of client bytes. @throws SyntaxError or TypeError when `body` is not JSON in UTF-8 */
export function parseJson(body: Uint8Array): unknown {
  return JSON.parse(fromUtf8(body));
}
