/** Errors of `kms-policy`: the file is not a key policy. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link KeyPolicyError}. */
export const KEY_POLICY_ERROR_CODES = ['key_policy_not_json', 'key_policy_malformed'] as const;
export type KeyPolicyErrorCode = (typeof KEY_POLICY_ERROR_CODES)[number];

/** The message says where: line and column. */
export class KeyPolicyError extends CodedError<KeyPolicyErrorCode> {}
