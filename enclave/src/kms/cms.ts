/**
 * `CiphertextForRecipient`: CMS EnvelopedData (RFC 5652 §6) in the one profile that KMS writes, RSAES-OAEP with SHA-256
 * (RFC 4055 §4.1) and AES-256-CBC. It is encrypted, but not authenticated: anyone who knows the public key can forge
 * one. It is trusted only because of the TLS connection that it came through.
 */
import {
  constants,
  createDecipheriv,
  createHash,
  createPublicKey,
  type KeyObject,
  privateDecrypt,
} from 'node:crypto';
import { concatBytes, equalBytes, wipe } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { type BerValue, parseBer } from './ber.ts';
import { KmsError } from './errors.ts';

/** The parts of an envelope; views of its bytes. */
export interface KmsEnvelope {
  /** SHA-256 of the recipient's SubjectPublicKeyInfo. */
  readonly recipient: Uint8Array;
  /** 256 bytes: the content key under RSA-2048. */
  readonly encryptedKey: Uint8Array;
  /** 16 bytes. */
  readonly iv: Uint8Array;
  /** Whole blocks of 16 bytes. */
  readonly ciphertext: Uint8Array;
}

/** Largest envelope: KMS plaintexts have at most 6,144 bytes. */
const MAX_ENVELOPE_BYTES = 16 * 1024;

const SEQUENCE = 0x30;
const SET = 0x31;
const OCTET_STRING = 0x04;
const CONTEXT_0 = 0xa0;
const CONTEXT_0_PRIMITIVE = 0x80;

// Whole values are compared, because KMS writes each in one way: object identifiers with their parameters.
const VERSION_2 = '020102';
const ENVELOPED_DATA = '06092a864886f70d010703';
const DATA = '06092a864886f70d010701';
const AES_256_CBC = '060960864801650304012a';
const SHA256 = '300d06096086480165030402010500';
const MGF1_SHA256 = `301a06092a864886f70d010108${SHA256}`;
const RSAES_OAEP_SHA256 = `303c06092a864886f70d010107302fa00f${SHA256}a11c${MGF1_SHA256}`;

/**
 * The envelope in `bytes`: exactly one recipient, known algorithms, nothing left over.
 * @throws KmsError `kms_envelope_malformed`
 */
export function parseEnvelope(bytes: Uint8Array): KmsEnvelope {
  if (bytes.length > MAX_ENVELOPE_BYTES) throw malformed('too long');
  const [type, wrapper] = children(parseBer(bytes), SEQUENCE, 2);
  expectRaw(type, ENVELOPED_DATA, 'content type');
  const [enveloped] = children(wrapper, CONTEXT_0, 1);
  const [version, recipients, content] = children(enveloped, SEQUENCE, 3);
  expectRaw(version, VERSION_2, 'version');
  const [recipient] = children(recipients, SET, 1);
  return { ...parseRecipient(recipient), ...parseContent(content) };
}

/**
 * The plaintext of an envelope made for the RSA-2048 key pair of `privateKey`.
 * @throws KmsError `kms_envelope_malformed`; `kms_envelope_unopened` for any other failure
 */
export function openEnvelope(bytes: Uint8Array, privateKey: KeyObject): Uint8Array {
  const envelope = parseEnvelope(bytes);
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  const own = createHash('sha256').update(spki).digest();
  if (!equalBytes(envelope.recipient, own)) throw unopened();
  let contentKey: Uint8Array | undefined;
  try {
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    contentKey = privateDecrypt({ key: privateKey, padding, oaepHash: 'sha256' }, envelope.encryptedKey);
    const decipher = createDecipheriv('aes-256-cbc', contentKey, envelope.iv);
    const head = decipher.update(envelope.ciphertext);
    const tail = decipher.final();
    const plaintext = concatBytes(head, tail);
    wipe(head, tail);
    return plaintext;
  } catch (cause) {
    throw unopened(cause);
  } finally {
    wipe(contentKey);
  }
}

/** KeyTransRecipientInfo version 2: the recipient is named by its key (RFC 5652 §6.2.1). */
function parseRecipient(value: BerValue | undefined): Pick<KmsEnvelope, 'recipient' | 'encryptedKey'> {
  const [version, recipient, algorithm, encryptedKey] = children(value, SEQUENCE, 4);
  expectRaw(version, VERSION_2, 'version of the recipient');
  expectRaw(algorithm, RSAES_OAEP_SHA256, 'key encryption algorithm');
  return {
    recipient: primitive(recipient, CONTEXT_0_PRIMITIVE, 32, 'key identifier'),
    encryptedKey: primitive(encryptedKey, OCTET_STRING, 256, 'encrypted key'),
  };
}

/** EncryptedContentInfo (RFC 5652 §6.1). */
function parseContent(value: BerValue | undefined): Pick<KmsEnvelope, 'iv' | 'ciphertext'> {
  const [type, algorithm, encrypted] = children(value, SEQUENCE, 3);
  expectRaw(type, DATA, 'type of the content');
  const [cipher, iv] = children(algorithm, SEQUENCE, 2);
  expectRaw(cipher, AES_256_CBC, 'content encryption algorithm');
  const ciphertext = parseCiphertext(encrypted);
  if (ciphertext.length === 0 || ciphertext.length % 16 !== 0) throw malformed('length of the content');
  return { iv: primitive(iv, OCTET_STRING, 16, 'initialisation vector'), ciphertext };
}

/** `[0]`, primitive, or constructed of octet strings (of 1,000 bytes each but for the last). */
function parseCiphertext(value: BerValue | undefined): Uint8Array {
  if (value?.tag === CONTEXT_0_PRIMITIVE) return value.content;
  if (value?.tag !== CONTEXT_0) throw malformed('encrypted content');
  for (const part of value.children) if (part.tag !== OCTET_STRING) throw malformed('encrypted content');
  return concatBytes(...value.children.map((part) => part.content));
}

function children(value: BerValue | undefined, tag: number, count: number): readonly BerValue[] {
  if (value?.tag !== tag || value.children.length !== count) throw malformed('structure');
  return value.children;
}

function primitive(value: BerValue | undefined, tag: number, length: number, what: string): Uint8Array {
  if (value?.tag !== tag || value.content.length !== length) throw malformed(what);
  return value.content;
}

function expectRaw(value: BerValue | undefined, hex: string, what: string): void {
  if (value === undefined || encodeHex(value.raw) !== hex) throw malformed(what);
}

function malformed(what: string): KmsError {
  return new KmsError('kms_envelope_malformed', `CiphertextForRecipient is not the CMS of KMS: ${what}`);
}

function unopened(cause?: unknown): KmsError {
  return new KmsError('kms_envelope_unopened', 'CiphertextForRecipient does not open with this key', cause);
}
