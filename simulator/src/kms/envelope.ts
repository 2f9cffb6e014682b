/** Writes `CiphertextForRecipient` as KMS does: BER CMS EnvelopedData with indefinite outer lengths. */
import { constants, createCipheriv, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Random } from '@perf-aggregator/shared/random';

const OID_ENVELOPED_DATA = decodeHex('06092a864886f70d010703');
const OID_DATA = decodeHex('06092a864886f70d010701');
const OID_AES_256_CBC = decodeHex('060960864801650304012a');
const VERSION_2 = decodeHex('020102');
// RSAES-OAEP with SHA-256 and MGF1 with SHA-256 (RFC 4055 §4.1).
const RSAES_OAEP_SHA256 = decodeHex(
  '303c06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500',
);
const CHUNK_BYTES = 1000;

/**
 * `plaintext` sealed for the holder of an RSA key: AES-256-CBC content, with its key under RSAES-OAEP.
 * @param spki - DER of the recipient's SubjectPublicKeyInfo
 */
export function sealForRecipient(plaintext: Uint8Array, spki: Uint8Array, random: Random): Uint8Array {
  const contentKey = random.bytes(32);
  const iv = random.bytes(16);
  const cipher = createCipheriv('aes-256-cbc', contentKey, iv);
  const ciphertext = concatBytes(cipher.update(plaintext), cipher.final());
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' });
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const encryptedKey = publicEncrypt({ key, padding, oaepHash: 'sha256' }, contentKey);
  const identifier = createHash('sha256').update(spki).digest();
  const recipient = definite(
    0x30,
    VERSION_2,
    definite(0x80, identifier),
    RSAES_OAEP_SHA256,
    definite(0x04, encryptedKey),
  );
  const content = indefinite(
    0x30,
    OID_DATA,
    definite(0x30, OID_AES_256_CBC, definite(0x04, iv)),
    indefinite(0xa0, ...chunks(ciphertext)),
  );
  const enveloped = indefinite(0x30, VERSION_2, definite(0x31, recipient), content);
  return indefinite(0x30, OID_ENVELOPED_DATA, indefinite(0xa0, enveloped));
}

function chunks(ciphertext: Uint8Array): Uint8Array[] {
  const count = Math.ceil(ciphertext.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, index) =>
    definite(0x04, ciphertext.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES)),
  );
}

function definite(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  if (length < 0x80) return concatBytes(Uint8Array.of(tag, length), content);
  if (length < 0x100) return concatBytes(Uint8Array.of(tag, 0x81, length), content);
  return concatBytes(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content);
}

function indefinite(tag: number, ...parts: Uint8Array[]): Uint8Array {
  return concatBytes(Uint8Array.of(tag, 0x80), ...parts, Uint8Array.of(0, 0));
}
