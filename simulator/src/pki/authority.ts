/**
 * A certificate authority for the simulator's own HTTPS servers (venues, KMS). They listen on loopback under the real
 * host names. Only a world that has this authority's certificate trusts them.
 */
// @peculiar/x509 injects dependencies by decorators. They need this polyfill before any other import.
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  type Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';

/** A certificate and its private key in PEM (PKCS #8 for the key), the form that `node:https` needs. */
export interface PemPair {
  readonly certPem: string;
  readonly keyPem: string;
}

const KEY = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const SIGNING = { name: 'ECDSA', hash: 'SHA-256' } as const;

// Fixed, so that they have not expired for a simulated clock or for a world that was left alone for a year.
const VALIDITY = { notBefore: new Date('2020-01-01T00:00:00Z'), notAfter: new Date('2049-12-31T00:00:00Z') };

/** A fresh self-signed authority (ECDSA P-256) that may issue server certificates only directly. */
export async function createAuthority(name: string): Promise<PemPair> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    ...VALIDITY,
    name: [{ O: ['perf-aggregator simulator'] }, { CN: [name] }],
    keys,
    signingAlgorithm: SIGNING,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return pemPair(certificate, keys.privateKey);
}

/** A server certificate of `authority` for `hostnames` (DNS names; the first is also the subject). */
export async function issueServerCertificate(
  authority: PemPair,
  hostnames: readonly string[],
): Promise<PemPair> {
  const keys = await webcrypto.subtle.generateKey(KEY, true, ['sign', 'verify']);
  const issuer = new X509Certificate(authority.certPem);
  const extensions: Extension[] = [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(hostnames.map((value) => ({ type: 'dns' as const, value }))),
    await SubjectKeyIdentifierExtension.create(keys.publicKey),
  ];
  const certificate = await X509CertificateGenerator.create({
    ...VALIDITY,
    subject: [{ CN: [hostnames[0] ?? 'simulator'] }],
    issuer: issuer.subjectName.toJSON(),
    publicKey: keys.publicKey,
    signingKey: await importPrivateKey(authority.keyPem),
    signingAlgorithm: SIGNING,
    extensions,
  });
  return pemPair(certificate, keys.privateKey);
}

async function importPrivateKey(pem: string): Promise<webcrypto.CryptoKey> {
  const [pkcs8] = PemConverter.decode(pem);
  if (pkcs8 === undefined) throw new TypeError('no key in the PEM of this authority');
  return webcrypto.subtle.importKey('pkcs8', pkcs8, KEY, false, ['sign']);
}

async function pemPair(certificate: X509Certificate, key: webcrypto.CryptoKey): Promise<PemPair> {
  const pkcs8 = await webcrypto.subtle.exportKey('pkcs8', key);
  return { certPem: certificate.toString('pem'), keyPem: PemConverter.encode(pkcs8, 'PRIVATE KEY') };
}
