/** Envelopes of KMS for tests: the published samples, and our own in all three encodings of the content. */
import {
  constants,
  createCipheriv,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  publicEncrypt,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';

/** One envelope, with its private key if that is known. */
export interface EnvelopeSample {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** PKCS#8, DER. */
  readonly privateKey?: Uint8Array;
  readonly plaintext?: Uint8Array;
}

/** The encodings of `encryptedContent`: `[0]` of one octet string, of many of 1,000 bytes each, or primitive. */
export const ENCODINGS = ['one piece', 'many pieces', 'primitive'] as const;
export type Encoding = (typeof ENCODINGS)[number];

const fixture = new URL('../../../enclave/test/kms/fixtures/ciphertext-for-recipient.json', import.meta.url);

/** Envelopes that KMS made and others published. */
export function publishedSamples(): EnvelopeSample[] {
  const { samples } = JSON.parse(readFileSync(fixture, 'utf8')) as {
    samples: {
      name: string;
      cmsBase64: string;
      throwAwayTestKeyPkcs8Base64?: string;
      plaintextHex?: string;
    }[];
  };
  return samples.map(({ name, cmsBase64, throwAwayTestKeyPkcs8Base64: key, plaintextHex }) => ({
    name,
    bytes: decodeBase64(cmsBase64),
    ...(key === undefined ? {} : { privateKey: decodeBase64(key) }),
    ...(plaintextHex === undefined ? {} : { plaintext: decodeHex(plaintextHex) }),
  }));
}

/** The key pair of a recipient. Generating one is slow. */
export function recipientKey(): KeyObject {
  return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
}

/** Writes an envelope from the standards, without the writer of the simulator. */
export function writeEnvelope(plaintext: Uint8Array, spki: Uint8Array, encoding: Encoding): Uint8Array {
  const contentKey = new Uint8Array(32).fill(5);
  const iv = new Uint8Array(16).fill(6);
  const cipher = createCipheriv('aes-256-cbc', contentKey, iv);
  const ciphertext = concatBytes(cipher.update(plaintext), cipher.final());
  const key = {
    key: Buffer.from(spki),
    format: 'der',
    type: 'spki',
    padding: constants.RSA_PKCS1_OAEP_PADDING,
    oaepHash: 'sha256',
  } as const;
  const recipient = tlv(
    '30',
    decodeHex('020102'),
    tlv('80', createHash('sha256').update(spki).digest()),
    decodeHex(
      '303c06092a864886f70d010107302fa00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d06096086480165030402010500',
    ),
    tlv('04', publicEncrypt(key, contentKey)),
  );
  const content = indefinite(
    '30',
    decodeHex('06092a864886f70d010701'),
    tlv('30', decodeHex('060960864801650304012a'), tlv('04', iv)),
    contentOf(ciphertext, encoding),
  );
  const enveloped = indefinite('30', decodeHex('020102'), tlv('31', recipient), content);
  return indefinite('30', decodeHex('06092a864886f70d010703'), indefinite('a0', enveloped));
}

function contentOf(ciphertext: Uint8Array, encoding: Encoding): Uint8Array {
  if (encoding === 'primitive') return tlv('80', ciphertext);
  const size = encoding === 'one piece' ? ciphertext.length : 1000;
  const count = Math.ceil(ciphertext.length / size);
  return indefinite(
    'a0',
    ...Array.from({ length: count }, (_, at) => tlv('04', ciphertext.subarray(at * size, (at + 1) * size))),
  );
}

function tlv(tag: string, ...parts: Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  const hex = length.toString(16);
  const digits = hex.padStart(hex.length + (hex.length % 2), '0');
  const head = length < 128 ? digits : `${(0x80 + digits.length / 2).toString(16)}${digits}`;
  return concatBytes(decodeHex(`${tag}${head}`), content);
}

function indefinite(tag: string, ...parts: Uint8Array[]): Uint8Array {
  return concatBytes(decodeHex(`${tag}80`), ...parts, decodeHex('0000'));
}
