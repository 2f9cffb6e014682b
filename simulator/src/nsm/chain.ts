/**
 * Certificate chains in the form of AWS's: root → regional → zonal → instance → leaf, ECDSA P-384, with the extensions,
 * name forms and lifetimes of real documents of 2024 and later. Every name states that it is a simulation.
 */
// @peculiar/x509 injects dependencies by decorators. They need this polyfill before any other import.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  CRLDistributionPointsExtension,
  type Extension,
  type JsonNameParams,
  KeyUsageFlags,
  KeyUsagesExtension,
  Name,
  SubjectKeyIdentifierExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Random } from '@perf-aggregator/shared/random';

/** The root of a simulated Nitro world. It is made once, and the caller keeps it. */
export interface NsmRoot {
  /** Private key, PKCS #8. */
  readonly rootKeyPkcs8: Uint8Array;
  /** Self-signed certificate, DER. It is the trust anchor of this world's verifiers. */
  readonly rootCertDer: Uint8Array;
}

/** A chain below a root, and the key that signs documents. */
export interface IssuedChain {
  /** DER, root first, without the leaf. */
  readonly cabundle: readonly Uint8Array[];
  /** DER of the leaf. */
  readonly certificate: Uint8Array;
  readonly leafKey: webcrypto.CryptoKey;
  /** Validity of the leaf, ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

/** Common name of every simulated root, and the end of all names below it. */
export const SIMULATED_ROOT_NAME = 'perf-aggregator.simulated-nitro';

const REGION = 'us-east-1';
const KEY = { name: 'ECDSA', namedCurve: 'P-384' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-384' } as const;
const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

const AUTHORITY_USAGE = KeyUsageFlags.digitalSignature | KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign;

/** A fresh root with the lifetime of AWS's own (2019 to 2049), so that any simulated clock is inside it. */
export async function createNsmRoot(random: Random): Promise<NsmRoot> {
  const keys = await generateKeys(true);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(random, 16),
    name: new Name(shortName(SIMULATED_ROOT_NAME)),
    notBefore: new Date('2019-10-28T13:28:05Z'),
    notAfter: new Date('2049-10-28T14:28:05Z'),
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
      new KeyUsagesExtension(AUTHORITY_USAGE, true),
    ],
  });
  const rootKeyPkcs8 = new Uint8Array(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  return { rootKeyPkcs8, rootCertDer: new Uint8Array(certificate.rawData) };
}

/** The properties of one certificate of the chain. Times in ms relative to the moment of issue. */
interface Rank {
  readonly subject: JsonNameParams;
  readonly age: number;
  readonly lifetime: number;
  readonly serialNumber: string;
  readonly extensions: (own: webcrypto.CryptoKey, issuer: webcrypto.CryptoKey) => Promise<Extension[]>;
}

/** A fresh chain below `root` whose leaf is valid for three hours from `now` (ms). */
export async function issueChain(
  root: NsmRoot,
  moduleId: string,
  now: number,
  random: Random,
): Promise<IssuedChain> {
  const issuedAt = Math.floor(now / SECOND) * SECOND;
  const ranks = ranksOf(moduleId, issuedAt, random);
  const ders = [root.rootCertDer];
  let issuer = { name: shortName(SIMULATED_ROOT_NAME), ...(await importRootKeys(root)) };
  for (const rank of ranks) {
    const keys = await generateKeys(false);
    const notBefore = issuedAt - rank.age;
    const certificate = await X509CertificateGenerator.create({
      serialNumber: rank.serialNumber,
      subject: new Name(rank.subject),
      issuer: new Name(issuer.name),
      notBefore: new Date(notBefore),
      notAfter: new Date(notBefore + rank.lifetime),
      publicKey: keys.publicKey,
      signingKey: issuer.privateKey,
      signingAlgorithm: SIGNING,
      extensions: await rank.extensions(keys.publicKey, issuer.publicKey),
    });
    ders.push(new Uint8Array(certificate.rawData));
    issuer = { name: rank.subject, ...keys };
  }
  const leaf = ranks[ranks.length - 1]!;
  const notAfter = issuedAt + leaf.lifetime;
  const certificate = ders.pop()!;
  return { cabundle: ders, certificate, leafKey: issuer.privateKey, notBefore: issuedAt, notAfter };
}

/** The four certificates below the root. Their ages put the authorities in the middle of their lives. */
function ranksOf(moduleId: string, issuedAt: number, random: Random): readonly Rank[] {
  const [instanceId = moduleId, enclaveId = ''] = moduleId.split('-enc');
  const hexName = () => encodeHex(random.bytes(8));
  return [
    {
      subject: shortName(`${hexName()}.${REGION}.${SIMULATED_ROOT_NAME}`),
      age: 4 * DAY,
      lifetime: 20 * DAY + HOUR,
      serialNumber: serial(random, 16),
      extensions: (own, issuer) => authorityExtensions(2, own, issuer),
    },
    {
      subject: zonalName(`${hexName()}.zonal.${REGION}.${SIMULATED_ROOT_NAME}`),
      age: DAY,
      lifetime: 5 * DAY + 17 * HOUR,
      serialNumber: serial(random, 16),
      extensions: (own, issuer) => authorityExtensions(1, own, issuer),
    },
    {
      subject: longName(`${instanceId}.${REGION}.${SIMULATED_ROOT_NAME}`),
      age: 4 * HOUR,
      lifetime: DAY,
      serialNumber: serial(random, 20),
      extensions: instanceExtensions,
    },
    {
      subject: longName(`${moduleId}.${REGION}.simulated`),
      age: 0,
      lifetime: 3 * HOUR + 3 * SECOND,
      serialNumber: leafSerial(enclaveId, issuedAt),
      extensions: leafExtensions,
    },
  ];
}

async function authorityExtensions(
  pathLength: number,
  own: webcrypto.CryptoKey,
  issuer: webcrypto.CryptoKey,
): Promise<Extension[]> {
  return [
    new BasicConstraintsExtension(true, pathLength, true),
    await AuthorityKeyIdentifierExtension.create(issuer),
    await SubjectKeyIdentifierExtension.create(own),
    new KeyUsagesExtension(AUTHORITY_USAGE, true),
    new CRLDistributionPointsExtension([`http://crl.${SIMULATED_ROOT_NAME}.invalid/crl/${pathLength}.crl`]),
  ];
}

async function instanceExtensions(
  own: webcrypto.CryptoKey,
  issuer: webcrypto.CryptoKey,
): Promise<Extension[]> {
  return [
    new BasicConstraintsExtension(true, 0, true),
    new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    await SubjectKeyIdentifierExtension.create(own),
    await AuthorityKeyIdentifierExtension.create(issuer),
  ];
}

async function leafExtensions(): Promise<Extension[]> {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature | KeyUsageFlags.nonRepudiation, false),
  ];
}

const ORGANIZATION: JsonNameParams = [
  { O: [{ utf8String: 'perf-aggregator' }] },
  { OU: [{ utf8String: 'simulator' }] },
];
const COUNTRY: JsonNameParams = [{ C: [{ printableString: 'US' }] }];

function shortName(commonName: string): JsonNameParams {
  return [...COUNTRY, ...ORGANIZATION, { CN: [{ utf8String: commonName }] }];
}

function zonalName(commonName: string): JsonNameParams {
  const [organization, unit] = ORGANIZATION;
  const place: JsonNameParams = [{ ST: [{ utf8String: 'WA' }] }, { L: [{ utf8String: 'Seattle' }] }];
  return [{ CN: [{ utf8String: commonName }] }, unit!, organization!, ...COUNTRY, ...place];
}

function longName(commonName: string): JsonNameParams {
  const place: JsonNameParams = [{ ST: [{ utf8String: 'Washington' }] }, { L: [{ utf8String: 'Seattle' }] }];
  return [...COUNTRY, ...place, ...ORGANIZATION, { CN: [{ utf8String: commonName }] }];
}

/** A positive serial number of `length` random bytes, hex. */
function serial(random: Random, length: number): string {
  const bytes = random.bytes(length);
  bytes[0] = (bytes[0]! & 0x7f) | 0x01;
  return encodeHex(bytes);
}

/** AWS numbers its leaves by enclave and second of issue. */
function leafSerial(enclaveId: string, issuedAt: number): string {
  const seconds = Math.floor(issuedAt / SECOND)
    .toString(16)
    .padStart(16, '0');
  return encodeHex(concatBytes(decodeHex(enclaveId.padStart(16, '0')), decodeHex(seconds)));
}

function generateKeys(extractable: boolean): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(KEY, extractable, ['sign', 'verify']);
}

/** The root's key pair. The public half comes from a JWK, because PKCS #8 imports only as private. */
async function importRootKeys(root: NsmRoot): Promise<webcrypto.CryptoKeyPair> {
  const privateKey = await webcrypto.subtle.importKey('pkcs8', root.rootKeyPkcs8, KEY, true, ['sign']);
  const { d: _, key_ops: __, ...jwk } = await webcrypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await webcrypto.subtle.importKey('jwk', jwk, KEY, true, ['verify']);
  return { privateKey, publicKey };
}
