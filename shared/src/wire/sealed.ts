/**
 * The part of sealed messages that HTTP carries (docs/protocol.md §3 to §5): boxes and their open fields. A reader of
 * this file can recognise a box but open none. The contents have their schemas in `messages/`.
 */
import * as z from 'zod';
import { decodeBase64 } from '../codec/base64.ts';

/** Bytes of a box's nonce and tag (AES-256-GCM). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** Bytes of an X25519 key. */
const KEY_BYTES = 32;

/** Base64 text of `length` bytes (or any, when not given). */
export const base64Bytes = (length?: number) =>
  base64Text(length).transform((text, context) => {
    const bytes = bytesOf(text, length);
    if (bytes !== null) return bytes;
    context.addIssue({ code: 'custom', message: nameOf(length) });
    return z.NEVER;
  });

/** The three fields of a box in JSON. */
export const boxFields = {
  nonce: base64Bytes(NONCE_BYTES),
  ciphertext: base64Bytes(),
  tag: base64Bytes(TAG_BYTES),
};

/** A sealed request with decoded binary fields. */
export const sealedRequest = z.strictObject({ v: z.literal(1), ...boxFields });

/** A sealed reply with decoded binary fields. */
export const sealedReply = z.strictObject({
  v: z.literal(1),
  session_id: z.string(),
  sequence: z.number().int().nonnegative(),
  ...boxFields,
});

/** Text that can be stored and shown again. A lone surrogate cannot. */
export const wellFormedText = z
  .string()
  .refine((value) => value.isWellFormed(), 'text without lone surrogates');

const metadata = z.strictObject({
  v: z.literal(1),
  handshake_pub: base64Text(KEY_BYTES).refine((text) => bytesOf(text, KEY_BYTES) !== null, nameOf(KEY_BYTES)),
  ttl: z.number().int(),
  exchange: wellFormedText.max(64).optional(),
  label: wellFormedText.max(256).optional(),
});

/** Body of `POST /enclave/submit_key` with decoded binary fields. The metadata stays as it was authenticated. */
export const submission = z.strictObject({
  ephemeral_pub: base64Bytes(KEY_BYTES),
  ...boxFields,
  metadata,
});

/** Text that a JSON Schema describes as base64. The reader of the text checks whether it is. */
function base64Text(length: number | undefined) {
  return z.string().meta({ contentEncoding: 'base64', description: nameOf(length) });
}

function nameOf(length: number | undefined): string {
  return length === undefined ? 'base64' : `base64 of ${length} bytes`;
}

function bytesOf(text: string, length: number | undefined): Uint8Array | null {
  try {
    const bytes = decodeBase64(text);
    return length === undefined || bytes.length === length ? bytes : null;
  } catch {
    // One answer for all wrong inputs.
    return null;
  }
}
