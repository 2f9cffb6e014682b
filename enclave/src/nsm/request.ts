/** Requests to the module: `Request` of AWS's nsm-api (`src/api/mod.rs`), in CBOR. Pure. */
import type { CborValue } from '@perf-aggregator/shared/codec/cbor-encode';
import { NsmError } from './errors.ts';
import { decodeVariant, encodeVariant, Fields, isU16, type Variant } from './serde.ts';

/** A request. Indices and ranges are 16-bit unsigned integers. */
export type NsmRequest =
  | { readonly type: 'DescribeNSM' }
  | { readonly type: 'DescribePCR'; readonly index: number }
  | { readonly type: 'ExtendPCR'; readonly index: number; readonly data: Uint8Array }
  | { readonly type: 'LockPCR'; readonly index: number }
  /** Locks the registers from 0 up to, but not including, `range`. */
  | { readonly type: 'LockPCRs'; readonly range: number }
  | {
      readonly type: 'Attestation';
      readonly userData: Uint8Array | null;
      readonly nonce: Uint8Array | null;
      readonly publicKey: Uint8Array | null;
    }
  | { readonly type: 'GetRandom' };

/** The driver accepts no more (`NSM_REQUEST_MAX_SIZE`). */
export const MAX_REQUEST_BYTES = 4 * 1024;
/**
 * Of each input of an attestation document. AWS's document gives 1,024 in its schema (attestation_process.md §2.2.1).
 * Its rules for verifiers give 512, except for the key (attestation_process.md §3.2.2.2). Its own test sends 1,024 of
 * each.
 */
export const MAX_ATTESTATION_INPUT_BYTES = 1024;

const CODE = 'nsm_request_invalid';

/**
 * CBOR of a request.
 * @throws NsmError `nsm_input_too_large` (an input of more than 1,024 bytes, or more than 4 KiB in all),
 *   `nsm_request_invalid` (an index that does not fit 16 bits)
 */
export function encodeRequest(request: NsmRequest): Uint8Array {
  const bytes = encodeVariant(request.type, contentOf(request));
  if (bytes.length <= MAX_REQUEST_BYTES) return bytes;
  throw new NsmError('nsm_input_too_large', `${request.type}: more than ${MAX_REQUEST_BYTES} bytes`);
}

function contentOf(request: NsmRequest): CborValue | undefined {
  switch (request.type) {
    case 'DescribeNSM':
    case 'GetRandom':
      return undefined;
    case 'DescribePCR':
    case 'LockPCR':
      return { index: u16(request.index) };
    case 'LockPCRs':
      return { range: u16(request.range) };
    case 'ExtendPCR':
      return { index: u16(request.index), data: request.data };
    case 'Attestation':
      return {
        user_data: input('user_data', request.userData),
        nonce: input('nonce', request.nonce),
        public_key: input('public_key', request.publicKey),
      };
  }
}

function u16(value: number): number {
  if (isU16(value)) return value;
  throw new NsmError(CODE, `${String(value)} is no unsigned integer of 16 bits`);
}

function input(name: string, value: Uint8Array | null): Uint8Array | null {
  if (value === null || value.length <= MAX_ATTESTATION_INPUT_BYTES) return value;
  throw new NsmError('nsm_input_too_large', `${name} exceeds ${MAX_ATTESTATION_INPUT_BYTES} bytes`);
}

/**
 * The request in `bytes`, for a simulated module. Not checked: the sizes of an attestation's inputs, which the module
 * judges.
 * @throws NsmError `nsm_request_invalid`
 */
export function decodeRequest(bytes: Uint8Array): NsmRequest {
  const variant = decodeVariant(bytes, MAX_REQUEST_BYTES, CODE);
  return variant.content === undefined ? decodeUnit(variant.name) : decodeFields(variant);
}

function decodeUnit(type: string): NsmRequest {
  if (type === 'DescribeNSM' || type === 'GetRandom') return { type };
  throw new NsmError(CODE, 'no request of that name without fields');
}

function decodeFields(variant: Variant): NsmRequest {
  const fields = new Fields(variant, CODE);
  switch (variant.name) {
    case 'DescribePCR':
    case 'LockPCR':
      return { type: variant.name, index: fields.u16('index') };
    case 'LockPCRs':
      return { type: 'LockPCRs', range: fields.u16('range') };
    case 'ExtendPCR':
      return { type: 'ExtendPCR', index: fields.u16('index'), data: fields.bytes('data') };
    case 'Attestation':
      return {
        type: 'Attestation',
        userData: fields.optionalBytes('user_data'),
        nonce: fields.optionalBytes('nonce'),
        publicKey: fields.optionalBytes('public_key'),
      };
    default:
      throw new NsmError(CODE, 'no request of that name with fields');
  }
}
