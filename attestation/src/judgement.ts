/** Runs the rules of the verifier in their order over one document. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { DocumentCrypto } from '@perf-aggregator/shared/crypto/port';
import type { Certificate } from './certificate.ts';
import { type Chain, checkConstraints, checkLinks, findRoot, Issuance } from './chain.ts';
import { type Check, Checklist, RULES } from './checklist.ts';
import {
  type CoseSign1,
  checkHeaders,
  checkSignatureEncoding,
  decodeDocument,
  parseCoseSign1,
  sigStructure,
} from './cose.ts';
import { checkEnclaveId } from './enclave-id.ts';
import {
  PolicyError,
  type PolicyErrorCode,
  VerificationError,
  type VerificationErrorCode,
} from './errors.ts';
import { chooseInstant } from './instant.ts';
import { checkMembers } from './members.ts';
import { OPTION_MEMBERS, type VerifyOptions } from './options.ts';
import { decodePayload, parseMandatory, parseOptional, type UnverifiedAttestation } from './payload.ts';
import { checkBindings, checkDebug, checkFields, checkFreshness, checkPcrs, checkPolicy } from './policy.ts';
import { AWS_NITRO_ROOT_G1_SHA256, awsNitroRoot, isAwsNitroRoot } from './roots.ts';

/** One certificate of a verified chain. */
export interface ChainLink {
  readonly subject: string;
  /** Validity, ms. */
  readonly notBefore: number;
  readonly notAfter: number;
}

declare const verified: unique symbol;

/** A document that {@link verifyAttestation} accepted. No other code makes one. */
export interface VerifiedAttestation extends UnverifiedAttestation {
  readonly [verified]: true;
  /** Root first, leaf last. */
  readonly chain: readonly ChainLink[];
  /** SHA-256 of the trusted root that was used, lower-case hex. */
  readonly rootSha256: string;
  /** Whether the trusted root differs from AWS's root. Then this proves nothing about hardware. */
  readonly simulated: boolean;
}

/** A judgement with its reasons, rule by rule. */
export interface Explanation {
  readonly verified: boolean;
  /** Whether the chain leads to a trusted root other than AWS's. */
  readonly simulated: boolean;
  /** Why the document is not verified. */
  readonly code: VerificationErrorCode | PolicyErrorCode | null;
  readonly checks: readonly Check[];
  /** The content of the document, as far as it can be read. Trust it only if `verified`. */
  readonly document?: UnverifiedAttestation;
  /** The certificates from the trusted root to the leaf, if a chain was found. Trust them only if `verified`. */
  readonly chain?: readonly ChainLink[];
}

/** Whether an error is a judgement about the evidence, and not a fault of this code. */
export function isVerdict(error: unknown): error is VerificationError | PolicyError {
  return error instanceof VerificationError || error instanceof PolicyError;
}

/** One run over the rules. It keeps its findings for explanations. */
export class Judgement {
  readonly checklist = new Checklist(RULES, isVerdict);
  document: UnverifiedAttestation | undefined;
  chain: readonly ChainLink[] | undefined;
  simulated = false;
  readonly #options: VerifyOptions;
  readonly #crypto: DocumentCrypto;

  constructor(options: VerifyOptions, crypto: DocumentCrypto) {
    this.#options = options;
    this.#crypto = crypto;
  }

  run(bytes: Uint8Array): VerifiedAttestation {
    // This comes before any evidence. With `root` instead of `roots`, AWS's root would judge the evidence.
    checkMembers(this.#options, OPTION_MEMBERS, 'the options');
    const chosen = chooseInstant(this.#options.at);
    const cose = this.#decode(bytes);
    const document = this.#read(cose);
    this.document = document;
    const instant = chosen === 'document' ? document.timestamp : chosen;
    const issuance = new Issuance(this.#crypto, instant, this.#options.cache);
    const leaf = this.#checkSignature(cose, document, issuance);
    const chain = this.#checkChain(document, leaf, instant, issuance);
    issuance.keep(chain);
    this.checklist.judge('enclave', () => [checkEnclaveId(document), "the module id is an enclave's"]);
    this.#checkPolicy(document, instant, chosen !== 'document');
    const judged: Omit<VerifiedAttestation, typeof verified> = {
      ...document,
      chain: this.chain!,
      rootSha256: this.#rootSha256(chain[0]!),
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
      const names = payload.unknown;
      return [names, names.length === 0 ? 'none' : `reported, not judged: ${JSON.stringify(names)}`];
    });
    return { ...mandatory, ...optional, unknownFields: unknown };
  }

  #checkSignature(cose: CoseSign1, document: UnverifiedAttestation, issuance: Issuance): Certificate {
    return this.checklist.judge('signature', () => {
      const leaf = issuance.parse(document.certificate);
      if (!this.#crypto.p384Verify(leaf.publicKey, sigStructure(cose), cose.signature)) {
        throw new VerificationError('signature_invalid', 'the leaf certificate did not sign this document');
      }
      return [leaf, `by ${leaf.subjectText}`];
    });
  }

  #checkChain(
    document: UnverifiedAttestation,
    leaf: Certificate,
    instant: number,
    issuance: Issuance,
  ): Chain {
    const list = this.checklist;
    const chain = list.judge('trusted_root', () => {
      const [bundleRoot, ...intermediates] = document.cabundle;
      const below = [...intermediates.map((der) => issuance.parse(der)), leaf];
      const root = findRoot(this.#roots(issuance), bundleRoot, below, issuance);
      this.simulated = !isAwsNitroRoot(root);
      const sha256 = this.#rootSha256(root);
      return [
        [root, ...below],
        `${root.subjectText}, SHA-256 ${sha256}${this.simulated ? ' (SIMULATED)' : ''}`,
      ];
    });
    this.chain = chain.map(toLink);
    list.judge('chain', () => [
      checkLinks(chain, instant, issuance),
      `${chain.length} certificates, valid at ${new Date(instant).toISOString()}`,
    ]);
    list.judge('constraints', () => [checkConstraints(chain), 'basic constraints, path lengths, key usage']);
    return chain;
  }

  #roots(issuance: Issuance): readonly Certificate[] {
    const { roots } = this.#options;
    if (roots === undefined) return [awsNitroRoot];
    if (!Array.isArray(roots)) throw new PolicyError('root_invalid', 'roots is no list');
    return roots.map((der) => {
      try {
        return issuance.parse(der);
      } catch (cause) {
        throw new PolicyError('root_invalid', 'a given root is no certificate of the Nitro profile', cause);
      }
    });
  }

  #checkPolicy(document: UnverifiedAttestation, instant: number, isLive: boolean): void {
    const { policy } = this.#options;
    const list = this.checklist;
    list.judge('policy_given', () => [
      checkPolicy(policy),
      policy.pcrs === 'any-image' ? 'any image' : 'given',
    ]);
    list.judge('fields_known', () => [
      checkFields(document, policy),
      policy.unknownFields === 'refuse' ? 'all are known' : 'not demanded',
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
      if (!isLive) return [undefined, 'not judged: archived evidence, at its own time'];
      return [checkFreshness(document, policy, instant), 'recent enough'];
    });
  }

  #rootSha256(root: Certificate): string {
    return isAwsNitroRoot(root) ? AWS_NITRO_ROOT_G1_SHA256 : encodeHex(this.#crypto.sha256(root.raw));
  }
}

function toLink({ subjectText, notBefore, notAfter }: Certificate): ChainLink {
  return { subject: subjectText, notBefore, notAfter };
}
