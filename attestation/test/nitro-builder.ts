/** Builds Nitro-like attestation documents for tests: every field can be made wrong. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';

export const MADE_AT = Date.UTC(2026, 0, 15, 12, 0, 0);

/** One certificate of the chain; the defaults are those of the real ones. */
export interface CertificateSpec {
  version?: string;
  subject?: string;
  issuer?: string;
  notBefore?: number;
  notAfter?: number;
  /** Extensions, each as hex of its whole DER; default by role. */
  extensions?: string[];
  curve?: string;
  hash?: string;
  /** Signs this certificate instead of the key of the one above. */
  signer?: KeyObject;
}

export interface DocumentSpec {
  certificates?: CertificateSpec[];
  payload?: Record<string, CborValue | undefined>;
  /** Payload bytes instead of the encoded map. */
  payloadBytes?: Uint8Array;
  protectedHeader?: Uint8Array;
  unprotectedHeader?: CborValue;
  signature?: (signature: Uint8Array) => Uint8Array;
  cabundle?: (bundle: Uint8Array[]) => Uint8Array[];
}

export interface BuiltDocument {
  bytes: Uint8Array;
  root: Uint8Array;
}

export const EXTENSION = {
  authority: (pathLength?: number) =>
    pathLength === undefined
      ? '300f0603551d130101ff040530030101ff'
      : `30120603551d130101ff040830060101ff0201${pathLength.toString(16).padStart(2, '0')}`,
  authorityNotCritical: '300c0603551d13040530030101ff',
  notAuthority: '300c0603551d130101ff04023000',
  certificateSign: '300e0603551d0f0101ff040403020204',
  certificateSignNotCritical: '300b0603551d0f040403020204',
  digitalSignature: '300b0603551d0f0404030206c0',
  unknownCritical: '30100603551d1e0101ff0406300400000000',
  unknown: '300d0603551d1e0406300400000000',
} as const;

const ROLES = ['root', 'regional', 'zonal', 'instance', 'leaf'];

export function defaultExtensions(index: number): string[] {
  if (index === 4) return [EXTENSION.notAuthority, EXTENSION.digitalSignature];
  return [EXTENSION.authority(index === 0 ? undefined : 3 - index), EXTENSION.certificateSign];
}

const pool: { publicKey: KeyObject; privateKey: KeyObject }[] = ROLES.map(() =>
  generateKeyPairSync('ec', { namedCurve: 'P-384' }),
);

/** A document that verifies under `root` at {@link MADE_AT}, but for what `spec` changes. */
export function buildDocument(spec: DocumentSpec = {}): BuiltDocument {
  const certificates = ROLES.map((_, index) => buildCertificate(index, spec.certificates?.[index] ?? {}));
  const bundle = certificates.slice(0, 4);
  const payload =
    spec.payloadBytes ??
    encodeCbor({
      module_id: 'i-0123456789abcdef0-enc0123456789abcdef',
      digest: 'SHA384',
      timestamp: MADE_AT,
      pcrs: new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(index + 1)])),
      certificate: certificates[4]!,
      cabundle: spec.cabundle?.(bundle) ?? bundle,
      public_key: null,
      user_data: null,
      nonce: null,
      ...spec.payload,
    });
  const protectedHeader = spec.protectedHeader ?? decodeHex('a1013822');
  const toSign = encodeCbor(['Signature1', protectedHeader, new Uint8Array(), payload]);
  const signature = sign('sha384', toSign, { key: pool[4]!.privateKey, dsaEncoding: 'ieee-p1363' });
  const bytes = encodeCbor([
    protectedHeader,
    spec.unprotectedHeader ?? {},
    payload,
    (spec.signature ?? ((same) => same))(new Uint8Array(signature)),
  ]);
  return { bytes, root: certificates[0]! };
}

function buildCertificate(index: number, spec: CertificateSpec): Uint8Array {
  const hash = spec.hash ?? 'sha384';
  const algorithm = sequence(oid(hash === 'sha384' ? '2a8648ce3d040303' : '2a8648ce3d040302'));
  const { publicKey } = spec.curve ? generateKeyPairSync('ec', { namedCurve: spec.curve }) : pool[index]!;
  const tbs = sequence(
    ...(spec.version === undefined ? [decodeHex('a003020102')] : [decodeHex(spec.version)]),
    decodeHex('02020123'),
    algorithm,
    name(spec.issuer ?? `test ${ROLES[Math.max(0, index - 1)]}`),
    sequence(utcTime(spec.notBefore ?? MADE_AT - 3_600_000), utcTime(spec.notAfter ?? MADE_AT + 3_600_000)),
    name(spec.subject ?? `test ${ROLES[index]}`),
    new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    value(0xa3, sequence(...(spec.extensions ?? defaultExtensions(index)).map(decodeHex))),
  );
  const signer = spec.signer ?? pool[Math.max(0, index - 1)]!.privateKey;
  const signature = new Uint8Array(sign(hash, tbs, signer));
  return sequence(tbs, algorithm, value(0x03, concatBytes(Uint8Array.of(0), signature)));
}

function name(commonName: string): Uint8Array {
  return sequence(value(0x31, sequence(oid('550403'), value(0x0c, utf8(commonName)))));
}

function utcTime(instant: number): Uint8Array {
  return value(0x17, utf8(`${new Date(instant).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
}

function oid(hex: string): Uint8Array {
  return value(0x06, decodeHex(hex));
}

function sequence(...parts: Uint8Array[]): Uint8Array {
  return value(0x30, ...parts);
}

function value(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  if (length < 0x80) return concatBytes(Uint8Array.of(tag, length), content);
  if (length < 0x100) return concatBytes(Uint8Array.of(tag, 0x81, length), content);
  return concatBytes(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content);
}
