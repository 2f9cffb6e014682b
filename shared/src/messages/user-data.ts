/**
 * The typed `user_data` of every attestation document that this enclave requests (docs/protocol.md §2). Each states the
 * purpose of its document, so that no document can be used for another purpose. Every verifier checks it.
 */
import * as z from 'zod';
import { decodeCbor } from '../codec/cbor-decode.ts';
import { encodeCbor } from '../codec/cbor-encode.ts';
import { CodecError } from '../errors.ts';

/** What a verifier may conclude about the KMS key's policy (docs/design.md §4). */
export const KMS_POLICY_STATES = ['locked', 'mutable', 'unknown'] as const;
export type KmsPolicyState = (typeof KMS_POLICY_STATES)[number];

const hash = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32, '32 bytes');
const common = { v: z.literal(1), config_sha256: hash };

const schema = z.discriminatedUnion('t', [
  z.strictObject({
    t: z.literal('quote'),
    ...common,
    report_key: hash,
    kms_policy: z.enum(KMS_POLICY_STATES),
  }),
  z.strictObject({
    t: z.literal('genesis'),
    ...common,
    report_key: hash,
    blob_sha256: hash,
    key_arn: z.string().max(256),
  }),
  z.strictObject({
    t: z.literal('report'),
    ...common,
    jwt_sha256: hash,
    kms_policy: z.enum(KMS_POLICY_STATES),
  }),
  z.strictObject({ t: z.literal('kms'), ...common }),
]);

/** `user_data` of one of the four types. */
export type UserData = z.infer<typeof schema>;
export type UserDataType = UserData['t'];

/** CBOR of `data`. */
export function encodeUserData(data: UserData): Uint8Array {
  return encodeCbor(data);
}

/**
 * Reads `user_data` and requires its type.
 * @throws CodecError `cbor_malformed` when it is not strict CBOR of exactly this type's fields
 */
export function decodeUserData<T extends UserDataType>(
  bytes: Uint8Array,
  type: T,
): Extract<UserData, { t: T }> {
  const value = decodeCbor(bytes, { maxDepth: 2, maxItems: 32 });
  const parsed = schema.safeParse(value instanceof Map ? Object.fromEntries(value) : value);
  if (!parsed.success || parsed.data.t !== type) {
    throw new CodecError('cbor_malformed', `user_data is not of type "${type}"`);
  }
  return parsed.data as Extract<UserData, { t: T }>;
}
