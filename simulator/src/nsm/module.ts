/**
 * A simulated Nitro Secure Module: attestation documents in AWS's exact form under its own root. So they verify only
 * with that root.
 */
import { webcrypto } from 'node:crypto';
import { NsmError } from '@perf-aggregator/enclave/nsm/errors';
import type { AttestationRequest, Nsm } from '@perf-aggregator/enclave/nsm/port';
import { concatBytes } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Random } from '@perf-aggregator/shared/random';
import { type IssuedChain, issueChain, type NsmRoot } from './chain.ts';

/** The inputs of a simulated module. */
export interface SimulatedNsmConfig {
  readonly root: NsmRoot;
  /** Measurements by index, 48 bytes each. See `measurements.ts`. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly clock: Clock;
  readonly random: Random;
  /** `i-` 17 hex digits `-enc` 16 hex digits. */
  readonly moduleId?: string;
}

const MODULE_ID = 'i-0000000000051a7ed-enc0190000000051a7e';
const MAX_INPUT_BYTES = 1024;
/** AWS's module replaces its leaf some time before the end. A fresh document may have only this time left. */
const REISSUE_BEFORE_MS = 40 * 60 * 1000;
const PROTECTED_HEADER = decodeHex('a1013822');
const INDEFINITE_MAP = Uint8Array.of(0xbf);
const BREAK = Uint8Array.of(0xff);

/** A simulated module. It issues its chain on first use, and again when the leaf has 40 minutes left. */
export function createSimulatedNsm(config: SimulatedNsmConfig): Nsm {
  const { root, pcrs, clock, random } = config;
  const moduleId = config.moduleId ?? MODULE_ID;
  let issued: Promise<IssuedChain> | undefined;

  async function chainAt(now: number): Promise<IssuedChain> {
    const current = await issued;
    const isFresh =
      current !== undefined && now >= current.notBefore && now <= current.notAfter - REISSUE_BEFORE_MS;
    if (!isFresh) issued = issueChain(root, moduleId, now, random);
    return issued!;
  }

  return {
    trustAnchor: root.rootCertDer,
    async attest(request) {
      checkInputs(request);
      const now = clock.now();
      const chain = await chainAt(now);
      return signDocument(encodePayload(request, chain, { moduleId, pcrs, now }), chain.leafKey);
    },
    describePcrs: async () => new Map(pcrs),
    random: async (length) => random.bytes(length),
  };
}

function checkInputs(request: AttestationRequest): void {
  for (const input of [request.publicKey, request.userData, request.nonce]) {
    if (input === undefined || input.length <= MAX_INPUT_BYTES) continue;
    throw new NsmError('nsm_input_too_large', 'an input of an attestation document exceeds 1,024 bytes');
  }
}

interface Facts {
  readonly moduleId: string;
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  readonly now: number;
}

/** The payload: a map of indefinite length, as AWS writes it since September 2025, in AWS's order. */
function encodePayload(request: AttestationRequest, chain: IssuedChain, facts: Facts): Uint8Array {
  const fields: readonly (readonly [string, CborValue])[] = [
    ['module_id', facts.moduleId],
    ['digest', 'SHA384'],
    ['timestamp', facts.now],
    ['pcrs', facts.pcrs],
    ['certificate', chain.certificate],
    ['cabundle', chain.cabundle],
    ['public_key', request.publicKey ?? null],
    ['user_data', request.userData ?? null],
    ['nonce', request.nonce ?? null],
  ];
  return concatBytes(INDEFINITE_MAP, ...fields.flat().map((item) => encodeCbor(item)), BREAK);
}

/** COSE_Sign1 (RFC 9052 §4.2), untagged, ES384. */
async function signDocument(payload: Uint8Array, leafKey: webcrypto.CryptoKey): Promise<Uint8Array> {
  const toSign = encodeCbor(['Signature1', PROTECTED_HEADER, new Uint8Array(), payload]);
  const algorithm = { name: 'ECDSA', hash: 'SHA-384' };
  const signature = new Uint8Array(await webcrypto.subtle.sign(algorithm, leafKey, toSign));
  return encodeCbor([PROTECTED_HEADER, {}, payload, signature]);
}
