/**
 * Sealed replies (docs/protocol.md §5): everything that holds account data. They are sealed with the session's response
 * key and padded, so that the parent learns neither content nor exact size.
 */
import * as z from 'zod';
import { fromUtf8, utf8 } from '../bytes.ts';
import type { CryptoBackend } from '../crypto/port.ts';
import { REPLY_BUCKET_BYTES } from '../limits.ts';
import type { Random } from '../random.ts';
import { sealedReply } from '../wire/sealed.ts';
import { type Box, type BoxJson, openBox, sealBytes, toBoxJson } from './box.ts';

export { sealedReply };

/** The facts in every sealed reply, once it is open. */
interface ReplyFacts {
  /** The requested operation. */
  readonly operation: string;
  /** The parameters as the enclave understood them. If they differ from what the client sent, somebody altered them. */
  readonly parameters: unknown;
  /** Instant of the answer by the enclave's clock, ms. */
  readonly as_of: number;
  /** Hash of the ledger behind the answer, hex. Null before the first entry. */
  readonly ledger_head: string | null;
}

/** A reply with an answer. */
interface AnswerContent<Answer> extends ReplyFacts {
  readonly result: Answer;
  readonly refusal: null;
}

/** A reply with the reason of a refusal, when the reason depends on account data. */
interface RefusalContent extends ReplyFacts {
  /** What is known so far, or null. */
  readonly result: unknown;
  readonly refusal: { readonly code: string; readonly message: string };
}

/** The content of a sealed reply, once it is open. `Answer`: the type of its operation in `messages/answers`. */
export type ReplyContent<Answer = unknown> = AnswerContent<Answer> | RefusalContent;

const content = z.strictObject({
  operation: z.string(),
  parameters: z.unknown(),
  as_of: z.number().int(),
  ledger_head: z.string().nullable(),
  result: z.unknown(),
  refusal: z.strictObject({ code: z.string(), message: z.string() }).nullable(),
});

/** The open part of a sealed reply: its additional data. */
export interface ReplyHeader {
  readonly v: 1;
  /** Empty for a refused submission, because there is no session. */
  readonly session_id: string;
  /** Version of the session's state. Reads never change it. 0 without a session. */
  readonly sequence: number;
}

/** A sealed reply in JSON. */
export type SealedReply = ReplyHeader & BoxJson;

/** A result that is already JSON in UTF-8. A frequent result is serialised once. */
export class JsonBytes<Value = unknown> {
  readonly bytes: Uint8Array;
  /** The type of the content. It exists for the compiler only. */
  declare readonly value: Value;

  /** @param value - an input of `JSON.stringify` */
  constructor(value: Value) {
    this.bytes = utf8(JSON.stringify(value));
  }
}

/** Seals `reply` for the client under a fresh nonce; its `result` may be {@link JsonBytes}. */
export function sealReplyBytes(
  crypto: CryptoBackend,
  random: Random,
  responseKey: Uint8Array,
  { session_id, sequence }: Pick<ReplyHeader, 'session_id' | 'sequence'>,
  reply: ReplyContent,
): ReplyHeader & Box {
  const header: ReplyHeader = { v: 1, session_id, sequence };
  return { ...header, ...sealBytes(crypto, random, responseKey, encodeContent(reply), header) };
}

/** {@link sealReplyBytes}, with the result in JSON. */
export function sealReply(
  crypto: CryptoBackend,
  random: Random,
  responseKey: Uint8Array,
  header: Pick<ReplyHeader, 'session_id' | 'sequence'>,
  reply: ReplyContent,
): SealedReply {
  const sealed = sealReplyBytes(crypto, random, responseKey, header, reply);
  const { v, session_id, sequence } = sealed;
  return { v, session_id, sequence, ...toBoxJson(sealed) };
}

function encodeContent(reply: ReplyContent): Uint8Array {
  const { result, ...rest } = reply;
  if (!(result instanceof JsonBytes)) return padToBucket(utf8(JSON.stringify(reply)));
  return padToBucket(utf8('{"result":'), result.bytes, utf8(`,${JSON.stringify(rest).slice(1)}`));
}

/**
 * Opens a sealed reply. Not checked: that the answer has the shape of `Answer`. Only a holder of the response key can
 * write it, and that is measured code compiled against the same type.
 * @throws CryptoError `aead_open_failed`; ZodError or SyntaxError when the content has not this shape (an enclave that
 *   holds the key wrote it: not an attack, a version gap)
 */
export function openReply<Answer = unknown>(
  crypto: CryptoBackend,
  responseKey: Uint8Array,
  sealed: z.infer<typeof sealedReply>,
): ReplyContent<Answer> {
  const { v, session_id, sequence } = sealed;
  const plaintext = openBox(crypto, responseKey, sealed, { v, session_id, sequence });
  return content.parse(JSON.parse(fromUtf8(plaintext))) as ReplyContent<Answer>;
}

/**
 * Joins JSON text and pads it with spaces to a multiple of the bucket (up to 64 buckets), or above that to a power of
 * two. JSON ignores white space at its end, so the padding need not be removed.
 */
export function padToBucket(...json: readonly Uint8Array[]): Uint8Array {
  const length = json.reduce((sum, part) => sum + part.length, 0);
  const padded = new Uint8Array(paddedLength(length)).fill(0x20, length);
  let at = 0;
  for (const part of json) {
    padded.set(part, at);
    at += part.length;
  }
  return padded;
}

/** The length of `length` bytes after {@link padToBucket}. */
export function paddedLength(length: number): number {
  const buckets = Math.max(1, Math.ceil(length / REPLY_BUCKET_BYTES));
  return (buckets <= 64 ? buckets : 2 ** Math.ceil(Math.log2(buckets))) * REPLY_BUCKET_BYTES;
}
