/**
 * Sealed storage: the parent keeps it for us and cannot read, swap, reorder or edit it.
 *
 * A blob is `format (1) ‖ salt (32) ‖ nonce (12) ‖ ciphertext ‖ tag (16)`, AES-256-GCM under its own key,
 * HKDF-SHA-256(sealing base, salt, context). The context is also the additional data. The keeper can roll back whole
 * blobs, because Nitro has no monotonic counter (docs/threat-model.md).
 */
import { concatBytes, wipe } from '@perf-aggregator/shared/bytes';
import { canonicalJsonBytes } from '@perf-aggregator/shared/codec/canonical-json';
import { crypto } from '@perf-aggregator/shared/crypto';
import { splitTag } from '@perf-aggregator/shared/crypto/port';
import type { Random } from '@perf-aggregator/shared/random';
import { Refusal } from '../errors.ts';

const FORMAT = 1;
const SALT_BYTES = 32;
const NONCE_BYTES = 12;
const HEAD_BYTES = 1 + SALT_BYTES + NONCE_BYTES;

/** The identity of a blob. A blob does not open under any other context. */
export type SealingContext =
  | { readonly kind: 'session'; readonly session: string; readonly version: number }
  /** A closed batch. Which batch lies at an index is said by its leaf, which the session blob has. */
  | { readonly kind: 'batch'; readonly session: string; readonly index: number }
  /** A chunk of a release before batches. */
  | {
      readonly kind: 'chunk';
      readonly session: string;
      readonly index: number;
      readonly version: number;
      /** Ledger head before this chunk, hex. */
      readonly previous: string;
    };

/** Seals `plaintext` under its own key. */
export function sealBlob(
  base: Uint8Array,
  random: Random,
  context: SealingContext,
  plaintext: Uint8Array,
): Uint8Array {
  const associated = canonicalJsonBytes(context);
  const salt = random.bytes(SALT_BYTES);
  const nonce = random.bytes(NONCE_BYTES);
  const key = crypto.hkdfSha256(base, salt, associated, 32);
  const { ciphertext, tag } = crypto.aesGcmSeal(key, nonce, plaintext, associated);
  wipe(key);
  return concatBytes(Uint8Array.of(FORMAT), salt, nonce, ciphertext, tag);
}

/**
 * Opens a blob that {@link sealBlob} made in this context.
 * @throws Refusal `state_version_unsupported` for another format, `state_rejected` for everything else
 */
export function openBlob(base: Uint8Array, context: SealingContext, blob: Uint8Array): Uint8Array {
  if (blob.length > 0 && blob[0] !== FORMAT) {
    throw new Refusal('state_version_unsupported', `stored state of format ${blob[0]}`);
  }
  const associated = canonicalJsonBytes(context);
  const salt = blob.subarray(1, 1 + SALT_BYTES);
  const nonce = blob.subarray(1 + SALT_BYTES, HEAD_BYTES);
  const key = crypto.hkdfSha256(base, salt, associated, 32);
  try {
    return crypto.aesGcmOpen(key, nonce, splitTag(blob.subarray(HEAD_BYTES)), associated);
  } catch (cause) {
    throw new Refusal('state_rejected', `stored state does not open as ${context.kind}`, { cause });
  } finally {
    wipe(key);
  }
}
