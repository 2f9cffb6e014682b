/**
 * Sealed replies (docs/protocol.md §5): everything that holds account data, sealed with the session's
 * response key and padded, so that the parent learns neither content nor exact size.
 */
import { z } from 'zod';
import { fromUtf8, utf8 } from '../bytes.ts';
import type { CryptoBackend } from '../crypto/port.ts';
import { REPLY_BUCKET_BYTES } from '../limits.ts';
import type { Random } from '../random.ts';
import { type BoxJson, boxFields, openBox, sealBox } from './box.ts';

/** What a sealed reply says once it is open. */
export interface ReplyContent {
  /** The operation that was asked for. */
  readonly operation: string;
  /** The parameters as the enclave understood them: equal to what the client sent, or somebody altered them. */
  readonly parameters: unknown;
  /** Instant of the answer by the enclave's clock, ms. */
  readonly as_of: number;
  /** Hash of the ledger that the answer rests on, hex; null before the first entry. */
  readonly ledger_head: string | null;
  /** The answer; null when `refusal` is set. */
  readonly result: unknown;
  /** Why the enclave refused, where the reason depends on account data. */
  readonly refusal: { readonly code: string; readonly message: string } | null;
}

const content = z.strictObject({
  operation: z.string(),
  parameters: z.unknown(),
  as_of: z.number().int(),
  ledger_head: z.string().nullable(),
  result: z.unknown(),
  refusal: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

/** A sealed reply as JSON carries it. */
export interface SealedReply extends BoxJson {
  readonly v: 1;
  /** Empty for a submission that was refused: there is no session. */
  readonly session_id: string;
  /** Version of the session's state; reads never change it. 0 without a session. */
  readonly sequence: number;
}

/** Schema of {@link SealedReply}, its binary fields decoded. */
export const sealedReply = z.strictObject({
  v: z.literal(1),
  session_id: z.string(),
  sequence: z.number().int().nonnegative(),
  ...boxFields,
});

/** A value that is JSON text already: what is asked for often is serialised once. */
export class JsonText {
  readonly text: string;

  /** @param text - JSON, from `JSON.stringify`; not checked */
  constructor(text: string) {
    this.text = text;
  }
}

/** Seals `reply` for the client; its `result` may be {@link JsonText}. */
export function sealReply(
  crypto: CryptoBackend,
  random: Random,
  responseKey: Uint8Array,
  header: { readonly session_id: string; readonly sequence: number },
  reply: ReplyContent,
): SealedReply {
  const associated = { v: 1 as const, session_id: header.session_id, sequence: header.sequence };
  const plaintext = padToBucket(utf8(encodeContent(reply)));
  return { ...associated, ...sealBox(crypto, random, responseKey, plaintext, associated) };
}

function encodeContent(reply: ReplyContent): string {
  const { result, ...rest } = reply;
  if (!(result instanceof JsonText)) return JSON.stringify(reply);
  return `{"result":${result.text},${JSON.stringify(rest).slice(1)}`;
}

/**
 * Opens a sealed reply.
 * @throws CryptoError `aead_open_failed`; ZodError or SyntaxError when the content has not this shape (an
 *   enclave that holds the key wrote it: not an attack, a version gap)
 */
export function openReply(
  crypto: CryptoBackend,
  responseKey: Uint8Array,
  sealed: z.infer<typeof sealedReply>,
): ReplyContent {
  const { v, session_id, sequence } = sealed;
  const plaintext = openBox(crypto, responseKey, sealed, { v, session_id, sequence });
  return content.parse(JSON.parse(fromUtf8(plaintext)));
}

/**
 * Pads JSON text with spaces to a multiple of the bucket (up to 64 buckets), above that to a power of two:
 * JSON ignores white space at its end, so nothing needs to be taken off.
 */
export function padToBucket(json: Uint8Array): Uint8Array {
  const padded = new Uint8Array(paddedLength(json.length)).fill(0x20);
  padded.set(json);
  return padded;
}

/** Length that {@link padToBucket} gives to `length` bytes. */
export function paddedLength(length: number): number {
  const buckets = Math.max(1, Math.ceil(length / REPLY_BUCKET_BYTES));
  return (buckets <= 64 ? buckets : 2 ** Math.ceil(Math.log2(buckets))) * REPLY_BUCKET_BYTES;
}
