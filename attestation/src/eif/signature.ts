/**
 * The signature section of an enclave image: a list with one entry, the signing certificate (PEM) and a COSE_Sign1
 * over `{register_index: 0, register_value: PCR0}`. nitro-cli writes both byte strings as arrays of numbers.
 */
import { equalBytes } from '@perf-aggregator/shared/bytes';
import { decodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { type CborItem, decodeCbor } from '@perf-aggregator/shared/codec/cbor-decode';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { p384Verify } from '@perf-aggregator/shared/crypto';
import {
  type CoseSign1,
  checkHeaders,
  checkSignatureEncoding,
  parseCoseSign1,
  sigStructure,
} from '../cose.ts';
import { DerReader, derOctets, derTime, TAG } from '../der.ts';
import { formatName } from '../name.ts';
import { EifError } from './errors.ts';

/** The signer of an image. The certificate is only a claim: nothing but PCR8 confirms it. */
export interface EifSigner {
  /** DER of the certificate, which PCR8 measures. */
  readonly certificate: Uint8Array;
  readonly subject: string;
  /** First and last instant of validity, ms. They are not judged. */
  readonly notBefore: number;
  readonly notAfter: number;
}

interface ParsedSection {
  readonly signer: EifSigner;
  /** Uncompressed P-384 point. */
  readonly publicKey: Uint8Array;
  readonly cose: CoseSign1;
}

const EC_PUBLIC_KEY_P384 = '06072a8648ce3d020106052b81040022';
const PEM = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/;

/**
 * The signer of an image with that `pcr0`.
 * @throws EifError `eif_signature_malformed`, `eif_signature_invalid`
 */
export function verifyImageSignature(section: Uint8Array, pcr0: Uint8Array): EifSigner {
  const { signer, publicKey, cose } = parseSection(section);
  if (!p384Verify(publicKey, sigStructure(cose), cose.signature)) {
    throw new EifError('eif_signature_invalid', 'the image signature does not hold under its certificate');
  }
  if (!equalBytes(signedPcr0(cose.payload), pcr0)) {
    throw new EifError('eif_signature_invalid', 'the image signature was made for another PCR0');
  }
  return signer;
}

function parseSection(section: Uint8Array): ParsedSection {
  try {
    const list = decodeCbor(section);
    const entry = Array.isArray(list) ? (list as readonly CborItem[])[0] : undefined;
    const certificate = pemToDer(bytesOf(memberOf(entry, 'signing_certificate')));
    const cose = parseCoseSign1(
      decodeCbor(bytesOf(memberOf(entry, 'signature')), { maxDepth: 4, allowTags: true }),
    );
    checkHeaders(cose);
    checkSignatureEncoding(cose.signature);
    return { ...readCertificate(certificate), cose };
  } catch (cause) {
    throw malformed(cause);
  }
}

function signedPcr0(payload: Uint8Array): Uint8Array {
  try {
    const info = decodeCbor(payload);
    if (memberOf(info, 'register_index') !== 0) throw new Error('it signs another register than PCR0');
    return bytesOf(memberOf(info, 'register_value'));
  } catch (cause) {
    throw malformed(cause);
  }
}

function memberOf(item: CborItem | undefined, name: string): CborItem | undefined {
  if (!(item instanceof Map)) throw new Error('not a map');
  return item.get(name);
}

/** A byte string, or the array of numbers that serde makes from one. */
function bytesOf(item: CborItem | undefined): Uint8Array {
  if (item instanceof Uint8Array) return item;
  if (!Array.isArray(item)) throw new Error('not bytes');
  return Uint8Array.from(item as readonly CborItem[], (value) => {
    if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 255) {
      throw new Error('not bytes');
    }
    return value;
  });
}

function pemToDer(pem: Uint8Array): Uint8Array {
  const body = PEM.exec(String.fromCharCode(...pem))?.[1];
  if (body === undefined) throw new Error('no PEM certificate');
  return decodeBase64(body.replace(/\s/g, ''));
}

/** X.509 with any signature algorithm. Only the key of the certificate is used; its own signature proves nothing. */
function readCertificate(der: Uint8Array): Pick<ParsedSection, 'signer' | 'publicKey'> {
  const tbs = new DerReader(der).enter(TAG.sequence).enter(TAG.sequence);
  tbs.optional(0xa0);
  tbs.expect(TAG.integer);
  tbs.expect(TAG.sequence);
  tbs.expect(TAG.sequence);
  const validity = tbs.enter(TAG.sequence);
  const [notBefore, notAfter] = [derTime(validity.next()), derTime(validity.next())];
  const subject = formatName(tbs.expect(TAG.sequence).content);
  const spki = tbs.enter(TAG.sequence);
  const algorithm = encodeHex(spki.expect(TAG.sequence).content);
  const publicKey = derOctets(spki.expect(TAG.bitString).content);
  if (algorithm !== EC_PUBLIC_KEY_P384 || publicKey.length !== 97) throw new Error('not a P-384 key');
  return { signer: { certificate: der, subject, notBefore, notAfter }, publicKey };
}

function malformed(cause: unknown): EifError {
  const why = cause instanceof Error ? cause.message : 'unreadable';
  return new EifError('eif_signature_malformed', `the image signature cannot be read: ${why}`, cause);
}
