/**
 * The verifier of AWS Nitro attestation documents: evidence, roots, instant and policy in; a judgement out.
 * Pure: no clock, no network, no revocation lists (AWS's chains live for days and their leaves for hours).
 */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as defaultCrypto } from '@perf-aggregator/shared/crypto';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';
import { type Certificate, parseCertificate } from './certificate.ts';
import { type Chain, checkConstraints, checkLinks, findRoot, parseCertificates } from './chain.ts';
import { type Check, Checklist, RULES } from './checklist.ts';
import {
  type CoseSign1,
  checkHeaders,
  checkSignatureEncoding,
  decodeDocument,
  parseCoseSign1,
  sigStructure,
} from './cose.ts';
import {
  PolicyError,
  type PolicyErrorCode,
  VerificationError,
  type VerificationErrorCode,
} from './errors.ts';
import {
  decodePayload,
  parseMandatory,
  parseOptional,
  type UnverifiedAttestation,
  unknownFields,
} from './payload.ts';
import {
  type AttestationPolicy,
  checkBindings,
  checkDebug,
  checkFreshness,
  checkPcrs,
  checkPolicy,
} from './policy.ts';
import { AWS_NITRO_ROOT_G1, AWS_NITRO_ROOT_G1_SHA256 } from './roots.ts';

/** When certificates must be valid: now (live use), or when the document says that it was made (archives). */
export type VerificationTime =
  | { readonly kind: 'instant'; readonly instant: number }
  | { readonly kind: 'document' };

/** What a document is judged by. */
export interface VerifyOptions {
  /** DER of the trusted roots. Default: AWS's G1 alone. */
  readonly roots?: readonly Uint8Array[];
  readonly at: VerificationTime;
  readonly policy: AttestationPolicy;
}

/** One certificate of a verified chain. */
export interface ChainLink {
  readonly subject: string;
  /** Validity, ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

declare const verified: unique symbol;

/** A document that {@link verifyAttestation} accepted; nothing else makes one. */
export interface VerifiedAttestation extends UnverifiedAttestation {
  readonly [verified]: true;
  /** Root first, leaf last. */
  readonly chain: readonly ChainLink[];
  /** SHA-256 of the root that was trusted, lower-case hex. */
  readonly rootSha256: string;
  /** The trusted root is not AWS's: whatever this proves, it is not hardware. */
  readonly simulated: boolean;
}

/** A judgement with its reasons, rule by rule. */
export interface Explanation {
  readonly verified: boolean;
  /** The chain leads to a trusted root that is not AWS's. */
  readonly simulated: boolean;
  /** Why it is not verified. */
  readonly code: VerificationErrorCode | PolicyErrorCode | null;
  readonly checks: readonly Check[];
  /** What the document says, as far as it can be read; believe it only if `verified`. */
  readonly document?: UnverifiedAttestation;
}

/**
 * The attestation in `bytes`, verified by all rules: form, signature, chain to a trusted root, policy.
 * @param crypto - default: this platform's back end
 * @throws VerificationError when the evidence is bad
 * @throws PolicyError when it is genuine but not what `options.policy` asks for
 */
export function verifyAttestation(
  bytes: Uint8Array,
  options: VerifyOptions,
  crypto: CryptoBackend = defaultCrypto,
): VerifiedAttestation {
  return new Judgement(options, crypto).run(bytes);
}

/** The same judgement as {@link verifyAttestation}, told rule by rule. Bad evidence is an answer, not an error. */
export function explainAttestation(
  bytes: Uint8Array,
  options: VerifyOptions,
  crypto: CryptoBackend = defaultCrypto,
): Explanation {
  const judgement = new Judgement(options, crypto);
  let code: Explanation['code'] = null;
  try {
    judgement.run(bytes);
  } catch (error) {
    if (!isVerdict(error)) throw error;
    code = error.code;
  }
  const { document, checklist, simulated } = judgement;
  const explanation = { verified: code === null, simulated, code, checks: checklist.toChecks() };
  return document === undefined ? explanation : { ...explanation, document };
}

function isVerdict(error: unknown): error is VerificationError | PolicyError {
  return error instanceof VerificationError || error instanceof PolicyError;
}

/** One run over the rules; keeps what it found for {@link explainAttestation}. */
class Judgement {
  readonly checklist = new Checklist(RULES, isVerdict);
  document: UnverifiedAttestation | undefined;
  simulated = false;
  readonly #options: VerifyOptions;
  readonly #crypto: CryptoBackend;

  constructor(options: VerifyOptions, crypto: CryptoBackend) {
    this.#options = options;
    this.#crypto = crypto;
  }

  run(bytes: Uint8Array): VerifiedAttestation {
    const cose = this.#decode(bytes);
    const document = this.#read(cose);
    this.document = document;
    const leaf = this.#checkSignature(cose, document);
    const { at } = this.#options;
    const instant = at.kind === 'document' ? document.timestamp : at.instant;
    const chain = this.#checkChain(document, leaf, instant);
    this.#checkPolicy(document, instant);
    const judged: Omit<VerifiedAttestation, typeof verified> = {
      ...document,
      chain: chain.map(({ subjectText, notBefore, notAfter }) => ({
        subject: subjectText,
        notBefore,
        notAfter,
      })),
      rootSha256: this.#sha256Hex(chain[0]!.raw),
      simulated: this.simulated,
    };
    return judged as VerifiedAttestation;
  }

  #decode(bytes: Uint8Array): CoseSign1 {
    const list = this.checklist;
    const item = list.judge('encoding', () => [
      decodeDocument(bytes),
      `${bytes.length} bytes of strict CBOR`,
    ]);
    const cose = list.judge('cose_sign1', () => [parseCoseSign1(item), 'COSE_Sign1']);
    list.judge('headers', () => [checkHeaders(cose), 'protected {1: -35} (ES384), unprotected empty']);
    list.judge('signature_encoding', () => [
      checkSignatureEncoding(cose.signature),
      '96 bytes, r and s in range',
    ]);
    return cose;
  }

  #read(cose: CoseSign1): UnverifiedAttestation {
    const list = this.checklist;
    const [payload, mandatory] = list.judge('payload', () => {
      const map = decodePayload(cose.payload);
      const fields = parseMandatory(map);
      return [
        [map, fields] as const,
        `${JSON.stringify(fields.moduleId)}, ${new Date(fields.timestamp).toISOString()}`,
      ];
    });
    const optional = list.judge('optional_fields', () => {
      const fields = parseOptional(payload);
      const said = Object.entries(fields).map(
        ([name, value]) => `${name} ${value ? `${value.length} bytes` : 'none'}`,
      );
      return [fields, said.join(', ')];
    });
    const unknown = list.judge('unknown_fields', () => {
      const names = unknownFields(payload);
      return [names, names.length === 0 ? 'none' : `reported, not judged: ${JSON.stringify(names)}`];
    });
    return { ...mandatory, ...optional, unknownFields: unknown };
  }

  #checkSignature(cose: CoseSign1, document: UnverifiedAttestation): Certificate {
    return this.checklist.judge('signature', () => {
      const leaf = parseCertificate(document.certificate);
      if (!this.#crypto.p384Verify(leaf.publicKey, sigStructure(cose), cose.signature)) {
        throw new VerificationError('signature_invalid', 'the leaf certificate did not sign this document');
      }
      return [leaf, `by ${leaf.subjectText}`];
    });
  }

  #checkChain(document: UnverifiedAttestation, leaf: Certificate, instant: number): Chain {
    const list = this.checklist;
    const chain = list.judge('trusted_root', () => {
      const roots = parseCertificates(this.#options.roots ?? [AWS_NITRO_ROOT_G1]);
      const [bundleRoot, ...intermediates] = document.cabundle;
      const below = [...parseCertificates(intermediates), leaf];
      const root = findRoot(roots, bundleRoot, below, this.#crypto);
      const sha256 = this.#sha256Hex(root.raw);
      this.simulated = sha256 !== AWS_NITRO_ROOT_G1_SHA256;
      return [
        [root, ...below],
        `${root.subjectText}, SHA-256 ${sha256}${this.simulated ? ' (SIMULATED)' : ''}`,
      ];
    });
    list.judge('chain', () => [
      checkLinks(chain, instant, this.#crypto),
      `${chain.length} certificates, valid at ${new Date(instant).toISOString()}`,
    ]);
    list.judge('constraints', () => [checkConstraints(chain), 'basic constraints, path lengths, key usage']);
    return chain;
  }

  #checkPolicy(document: UnverifiedAttestation, instant: number): void {
    const { policy, at } = this.#options;
    const list = this.checklist;
    list.judge('policy_given', () => [
      checkPolicy(policy),
      policy.pcrs === 'any-image' ? 'any image' : 'given',
    ]);
    list.judge('debug_mode', () => [
      checkDebug(document, policy),
      document.debug ? 'DEBUG MODE, allowed' : 'off',
    ]);
    const measured = policy.pcrs === 'any-image' ? 'not compared: any image' : 'as expected';
    list.judge('measurements', () => [checkPcrs(document, policy), measured]);
    const bound = [policy.nonce && 'nonce', policy.publicKey && 'public key', policy.userData && 'user data'];
    list.judge('bindings', () => [
      checkBindings(document, policy),
      `compared: ${bound.filter(Boolean).join(', ') || 'none'}`,
    ]);
    list.judge('freshness', () => {
      if (at.kind === 'document') return [undefined, 'not judged: archived evidence, at its own time'];
      return [checkFreshness(document, policy, instant), 'recent enough'];
    });
  }

  #sha256Hex(bytes: Uint8Array): string {
    return encodeHex(this.#crypto.sha256(bytes));
  }
}
