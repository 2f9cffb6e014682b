/** Builds documents like those of Nitro for tests. Every field can be made wrong. */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';

export const MADE_AT = Date.UTC(2026, 0, 15, 12, 0, 0);

/** One certificate of the chain. The defaults are those of real certificates. */
export interface CertificateSpec {
  version?: string;
  /** Serial number: hexadecimal text of its complete DER. */
  serial?: string;
  subject?: string;
  issuer?: string;
  /** Subject as DER; it also names the issuer of a self-signed certificate. */
  subjectDer?: Uint8Array;
  issuerDer?: Uint8Array;
  /** Writes times as GeneralizedTime. */
  generalizedTime?: boolean;
  /** Bytes between key and extensions: the unique identifiers. */
  uniqueIds?: string;
  notBefore?: number;
  notAfter?: number;
  /** Extensions, each as hexadecimal text of its complete DER. The default depends on the role. */
  extensions?: string[];
  /** Leaves out the extensions, including the empty list. */
  withoutExtensions?: boolean;
  /** Uses a separate P-384 key instead of one from the pool. */
  foreignKey?: boolean;
  curve?: string;
  hash?: string;
  /** Signs this certificate instead of the key of its issuer. */
  signer?: KeyObject;
  /** Changes the finished certificate. */
  der?: (der: Uint8Array) => Uint8Array;
}

export interface DocumentSpec {
  certificates?: CertificateSpec[];
  /** Certificates from root to leaf. Default 5. */
  length?: number;
  payload?: Record<string, CborValue | undefined>;
  /** Changes the encoded payload before it is signed. */
  payloadBytes?: (payload: Uint8Array) => Uint8Array;
  /** The signed context instead of `Signature1`. */
  context?: string;
  externalData?: Uint8Array;
  /** `definite`: signs the payload in its state before `payloadBytes`. */
  signedPayload?: 'definite';
  /** Signs the document instead of the key of the leaf. */
  signer?: KeyObject;
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

export function defaultExtensions(index: number, length = 5): string[] {
  if (index === length - 1) return [EXTENSION.notAuthority, EXTENSION.digitalSignature];
  return [EXTENSION.authority(index === 0 ? undefined : length - 2 - index), EXTENSION.certificateSign];
}

const pool: { publicKey: KeyObject; privateKey: KeyObject }[] = Array.from({ length: 8 }, () =>
  generateKeyPairSync('ec', { namedCurve: 'P-384' }),
);

/** Key of the certificate at `index`, counted from the root. */
export function keyOf(index: number): KeyObject {
  return pool[index]!.privateKey;
}

/** Certificates that were built earlier. Most documents differ in only one certificate. */
const built = new Map<string, Uint8Array>();

/** A document that verifies under `root` at {@link MADE_AT}, except for the changes in `spec`. */
export function buildDocument(spec: DocumentSpec = {}): BuiltDocument {
  const length = spec.length ?? 5;
  const certificates = Array.from({ length }, (_, index) =>
    cachedCertificate(index, spec.certificates?.[index] ?? {}, length),
  );
  const bundle = certificates.slice(0, -1);
  const encoded = encodeCbor({
    module_id: 'i-0123456789abcdef0-enc0123456789abcdef',
    digest: 'SHA384',
    timestamp: MADE_AT,
    pcrs: new Map(Array.from({ length: 16 }, (_, index) => [index, new Uint8Array(48).fill(index + 1)])),
    certificate: certificates[length - 1]!,
    cabundle: spec.cabundle?.(bundle) ?? bundle,
    public_key: null,
    user_data: null,
    nonce: null,
    ...spec.payload,
  });
  const payload = spec.payloadBytes?.(encoded) ?? encoded;
  const protectedHeader = spec.protectedHeader ?? decodeHex('a1013822');
  const toSign = encodeCbor([
    spec.context ?? 'Signature1',
    protectedHeader,
    spec.externalData ?? new Uint8Array(),
    spec.signedPayload === 'definite' ? encoded : payload,
  ]);
  const signature = sign('sha384', toSign, {
    key: spec.signer ?? keyOf(length - 1),
    dsaEncoding: 'ieee-p1363',
  });
  const bytes = encodeCbor([
    protectedHeader,
    spec.unprotectedHeader === undefined ? {} : spec.unprotectedHeader,
    payload,
    (spec.signature ?? ((same) => same))(new Uint8Array(signature)),
  ]);
  return { bytes, root: certificates[0]! };
}

/** A self-signed P-384 certificate and its key. */
export function buildSelfSigned(): { readonly certificate: Uint8Array; readonly privateKey: KeyObject } {
  return { certificate: buildCertificate(0, {}), privateKey: pool[0]!.privateKey };
}

function cachedCertificate(index: number, spec: CertificateSpec, length: number): Uint8Array {
  const isPlain = Object.keys(spec).length === 0;
  const key = `${index}/${length}`;
  const known = isPlain ? built.get(key) : undefined;
  if (known !== undefined) return known;
  const certificate = buildCertificate(index, spec, length);
  if (isPlain) built.set(key, certificate);
  return certificate;
}

function buildCertificate(index: number, spec: CertificateSpec, length = 5): Uint8Array {
  const hash = spec.hash ?? 'sha384';
  const algorithm = sequence(oid(hash === 'sha384' ? '2a8648ce3d040303' : '2a8648ce3d040302'));
  const curve = spec.curve ?? (spec.foreignKey ? 'P-384' : undefined);
  const { publicKey } = curve ? generateKeyPairSync('ec', { namedCurve: curve }) : pool[index]!;
  const time = spec.generalizedTime ? generalizedTime : utcTime;
  const extensions = spec.extensions ?? defaultExtensions(index, length);
  const tbs = sequence(
    ...(spec.version === undefined ? [decodeHex('a003020102')] : [decodeHex(spec.version)]),
    decodeHex(spec.serial ?? '02020123'),
    algorithm,
    spec.issuerDer ?? name(spec.issuer ?? `test ${roleOf(Math.max(0, index - 1), length)}`),
    sequence(time(spec.notBefore ?? MADE_AT - 3_600_000), time(spec.notAfter ?? MADE_AT + 3_600_000)),
    spec.subjectDer ?? name(spec.subject ?? `test ${roleOf(index, length)}`),
    new Uint8Array(publicKey.export({ format: 'der', type: 'spki' })),
    decodeHex(spec.uniqueIds ?? ''),
    ...(spec.withoutExtensions ? [] : [value(0xa3, sequence(...extensions.map(decodeHex)))]),
  );
  const signer = spec.signer ?? pool[Math.max(0, index - 1)]!.privateKey;
  const signature = new Uint8Array(sign(hash, tbs, signer));
  const certificate = sequence(tbs, algorithm, value(0x03, concatBytes(Uint8Array.of(0), signature)));
  return spec.der?.(certificate) ?? certificate;
}

function roleOf(index: number, length: number): string {
  if (index === length - 1) return 'leaf';
  return ROLES[index] === 'leaf' || ROLES[index] === undefined ? `authority ${index}` : ROLES[index];
}

export function name(commonName: string): Uint8Array {
  return sequence(value(0x31, sequence(oid('550403'), value(0x0c, utf8(commonName)))));
}

export function generalizedTime(instant: number): Uint8Array {
  return value(0x18, utf8(`${new Date(instant).toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}

function utcTime(instant: number): Uint8Array {
  return value(0x17, utf8(`${new Date(instant).toISOString().slice(2, 19).replaceAll(/[-:T]/g, '')}Z`));
}

export function oid(hex: string): Uint8Array {
  return value(0x06, decodeHex(hex));
}

export function sequence(...parts: Uint8Array[]): Uint8Array {
  return value(0x30, ...parts);
}

export function value(tag: number, ...parts: Uint8Array[]): Uint8Array {
  const content = concatBytes(...parts);
  const { length } = content;
  if (length < 0x80) return concatBytes(Uint8Array.of(tag, length), content);
  if (length < 0x100) return concatBytes(Uint8Array.of(tag, 0x81, length), content);
  return concatBytes(Uint8Array.of(tag, 0x82, length >> 8, length & 0xff), content);
}
