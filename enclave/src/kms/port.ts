/**
 * The port to AWS KMS as this enclave uses it: data keys that only attested code can open, and the key's own policy.
 * For every call the adapter (`client.ts`) makes a fresh RSA-2048 recipient key and a fresh attestation document
 * (`user_data` type `kms`). It also checks the returned KeyId, sends an EncryptionContext, and opens
 * `CiphertextForRecipient`.
 */
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';

/** A fresh data key: its plaintext, and the blob that KMS will decrypt for attested code. */
export interface DataKey {
  /** 32 bytes. */
  readonly plaintext: Uint8Array;
  readonly ciphertextBlob: Uint8Array;
}

/** KMS, attested. @throws KmsError */
export interface Kms {
  generateDataKey(credentials: RoleCredentials): Promise<DataKey>;
  /** The 32-byte plaintext of a blob under this key. */
  decrypt(credentials: RoleCredentials, ciphertextBlob: Uint8Array): Promise<Uint8Array>;
  /**
   * DescribeKey, GetKeyPolicy and ListGrants, judged against the measured template. A refusal returns `unknown` and
   * does not throw.
   */
  policyState(credentials: RoleCredentials): Promise<KmsPolicyState>;
}
