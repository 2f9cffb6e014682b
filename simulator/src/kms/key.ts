/** A simulated KMS key: the contents of real HSMs, as plain JSON that the caller stores. */
import { concatBytes, equalBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { canonicalJsonBytes } from '@perf-aggregator/shared/codec/canonical-json';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { splitTag } from '@perf-aggregator/shared/crypto/port';
import type { Random } from '@perf-aggregator/shared/random';
import { AwsError } from './errors.ts';

/** One key with its policy. The server reads it again for every call, so that a caller may change it. */
export interface KmsKey {
  readonly arn: string;
  /** 32 bytes, base64. */
  readonly material: string;
  /** Key policy, JSON. */
  policy: string;
  /** Grants, in the form of ListGrants. */
  grants: readonly Readonly<Record<string, unknown>>[];
  enabled: boolean;
  /** ms. */
  readonly createdAt: number;
}

/** Additional authenticated data of a blob: names and values that every later call must repeat. */
export type EncryptionContext = Readonly<Record<string, string>>;

const FORMAT = Uint8Array.of(1);
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const KEY_ID_BYTES = 36;

/** A fresh key. @param createdAt - ms */
export function createKmsKey(where: {
  readonly region: string;
  readonly account: string;
  readonly policy: string;
  readonly createdAt: number;
  readonly random: Random;
}): KmsKey {
  const { region, account, policy, createdAt, random } = where;
  const hex = encodeHex(random.bytes(16));
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)];
  return {
    arn: `arn:aws:kms:${region}:${account}:key/${parts.join('-')}`,
    material: encodeBase64(random.bytes(32)),
    policy,
    grants: [],
    enabled: true,
    createdAt,
  };
}

/** Key id: the last part of the ARN, 36 characters. */
export function keyIdOf(key: KmsKey): string {
  return key.arn.slice(key.arn.lastIndexOf('/') + 1);
}

/** Account number of the key. */
export function accountOf(key: KmsKey): string {
  return key.arn.split(':')[4] ?? '';
}

/** `CiphertextBlob`: format, key id, nonce, AES-256-GCM box bound to the key and the context. */
export function sealBlob(
  key: KmsKey,
  plaintext: Uint8Array,
  context: EncryptionContext,
  random: Random,
): Uint8Array {
  const head = concatBytes(FORMAT, utf8(keyIdOf(key)));
  const nonce = random.bytes(NONCE_BYTES);
  const material = decodeBase64(key.material);
  const { ciphertext, tag } = crypto.aesGcmSeal(material, nonce, plaintext, associated(head, context));
  return concatBytes(head, nonce, ciphertext, tag);
}

/** Key id in a blob. @throws AwsError `InvalidCiphertextException` */
export function blobKeyId(blob: Uint8Array): string {
  const least = FORMAT.length + KEY_ID_BYTES + NONCE_BYTES + TAG_BYTES;
  if (blob.length < least || !equalBytes(blob.subarray(0, 1), FORMAT)) throw invalid();
  return String.fromCharCode(...blob.subarray(1, 1 + KEY_ID_BYTES));
}

/** Plaintext of a blob. @throws AwsError `InvalidCiphertextException` for altered blobs and other contexts */
export function openBlob(key: KmsKey, blob: Uint8Array, context: EncryptionContext): Uint8Array {
  const nonceAt = FORMAT.length + KEY_ID_BYTES;
  const boxAt = nonceAt + NONCE_BYTES;
  const aad = associated(blob.subarray(0, nonceAt), context);
  try {
    return crypto.aesGcmOpen(
      decodeBase64(key.material),
      blob.subarray(nonceAt, boxAt),
      splitTag(blob.subarray(boxAt)),
      aad,
    );
  } catch {
    throw invalid();
  }
}

function associated(head: Uint8Array, context: EncryptionContext): Uint8Array {
  return concatBytes(head, canonicalJsonBytes(context));
}

function invalid(): AwsError {
  return new AwsError('InvalidCiphertextException', '');
}
