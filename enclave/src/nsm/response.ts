/** Responses of the module: `Response` of AWS's nsm-api (`src/api/mod.rs`), in CBOR. Pure. */
import type { CborValue } from '@perf-aggregator/shared/codec/cbor-encode';
import { NsmError } from './errors.ts';
import { decodeVariant, encodeVariant, Fields, type Variant } from './serde.ts';

/** Error words of a module that did not do what it was asked (`ErrorCode`). `Success` is one of them, too. */
export const NSM_ERROR_WORDS = [
  'Success',
  'InvalidArgument',
  'InvalidIndex',
  'InvalidResponse',
  'ReadOnlyIndex',
  'InvalidOperation',
  'BufferTooSmall',
  'InputTooLarge',
  'InternalError',
] as const;
export type NsmErrorWord = (typeof NSM_ERROR_WORDS)[number];

/** Hash functions of measurements (`Digest`). */
export const NSM_DIGESTS = ['SHA256', 'SHA384', 'SHA512'] as const;
export type NsmDigest = (typeof NSM_DIGESTS)[number];

/** What a module is. */
export interface NsmDescription {
  /** A new major version breaks clients. A minor version adds, a patch does neither. */
  readonly versionMajor: number;
  readonly versionMinor: number;
  readonly versionPatch: number;
  /** Instance and enclave, `i-…-enc…`. */
  readonly moduleId: string;
  readonly maxPcrs: number;
  /** Indices of registers that can no longer change. */
  readonly lockedPcrs: readonly number[];
  readonly digest: NsmDigest;
}

/** A response. */
export type NsmResponse =
  | ({ readonly type: 'DescribeNSM' } & NsmDescription)
  | { readonly type: 'DescribePCR'; readonly lock: boolean; readonly data: Uint8Array }
  | { readonly type: 'ExtendPCR'; readonly data: Uint8Array }
  | { readonly type: 'LockPCR' }
  | { readonly type: 'LockPCRs' }
  | { readonly type: 'Attestation'; readonly document: Uint8Array }
  | { readonly type: 'GetRandom'; readonly random: Uint8Array }
  | { readonly type: 'Error'; readonly word: NsmErrorWord };

/** The driver returns no more (`NSM_RESPONSE_MAX_SIZE`), and cuts a longer response. */
export const MAX_RESPONSE_BYTES = 12 * 1024;

const CODE = 'nsm_response_malformed';

/**
 * The response in `bytes`. Not checked: whether it matches the request, the lengths of registers, the contents of a
 * document.
 * @throws NsmError `nsm_response_malformed`
 */
export function decodeResponse(bytes: Uint8Array): NsmResponse {
  const variant = decodeVariant(bytes, MAX_RESPONSE_BYTES, CODE);
  if (variant.name === 'Error') return { type: 'Error', word: oneOf(NSM_ERROR_WORDS, variant.content) };
  return variant.content === undefined ? decodeUnit(variant.name) : decodeFields(variant);
}

function decodeUnit(type: string): NsmResponse {
  if (type === 'LockPCR' || type === 'LockPCRs') return { type };
  throw new NsmError(CODE, 'no response of that name without fields');
}

function decodeFields(variant: Variant): NsmResponse {
  const fields = new Fields(variant, CODE);
  switch (variant.name) {
    case 'DescribeNSM':
      return { type: 'DescribeNSM', ...decodeDescription(fields) };
    case 'DescribePCR':
      return { type: 'DescribePCR', lock: fields.boolean('lock'), data: fields.bytes('data') };
    case 'ExtendPCR':
      return { type: 'ExtendPCR', data: fields.bytes('data') };
    case 'Attestation':
      return { type: 'Attestation', document: fields.bytes('document') };
    case 'GetRandom':
      return { type: 'GetRandom', random: fields.bytes('random') };
    default:
      throw new NsmError(CODE, 'no response of that name with fields');
  }
}

function decodeDescription(fields: Fields): NsmDescription {
  return {
    versionMajor: fields.u16('version_major'),
    versionMinor: fields.u16('version_minor'),
    versionPatch: fields.u16('version_patch'),
    moduleId: fields.text('module_id'),
    maxPcrs: fields.u16('max_pcrs'),
    lockedPcrs: fields.u16s('locked_pcrs'),
    digest: oneOf(NSM_DIGESTS, fields.text('digest')),
  };
}

function oneOf<T extends string>(words: readonly T[], item: unknown): T {
  const word = words.find((known) => known === item);
  if (word !== undefined) return word;
  throw new NsmError(CODE, `none of ${words.join(', ')}`);
}

/** CBOR of a response, for a simulated module. */
export function encodeResponse(response: NsmResponse): Uint8Array {
  return encodeVariant(response.type, contentOf(response));
}

function contentOf(response: NsmResponse): CborValue | undefined {
  switch (response.type) {
    case 'LockPCR':
    case 'LockPCRs':
      return undefined;
    case 'DescribePCR':
      return { lock: response.lock, data: response.data };
    case 'ExtendPCR':
      return { data: response.data };
    case 'Attestation':
      return { document: response.document };
    case 'GetRandom':
      return { random: response.random };
    case 'Error':
      return response.word;
    case 'DescribeNSM':
      return {
        version_major: response.versionMajor,
        version_minor: response.versionMinor,
        version_patch: response.versionPatch,
        module_id: response.moduleId,
        max_pcrs: response.maxPcrs,
        locked_pcrs: response.lockedPcrs,
        digest: response.digest,
      };
  }
}
