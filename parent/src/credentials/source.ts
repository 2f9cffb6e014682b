/** The role's temporary credentials, in the form that AWS tools give to a process, or that EC2 gives to an instance. */

import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import { relayError } from '../errors.ts';
import { type InstanceMetadata, MetadataError } from './instance-metadata.ts';
import type { CredentialSource } from './port.ts';

/**
 * Credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and
 * `AWS_CREDENTIAL_EXPIRATION` (ISO 8601).
 * @throws RelayError `kms_unavailable` when one is missing: without credentials the enclave gets no keys
 */
export function environmentCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): RoleCredentials {
  const read = (name: string) => {
    const value = environment[name];
    if (!value)
      throw relayError('kms_unavailable', `${name} is not set: the enclave gets no credentials`, 5_000);
    return value;
  };
  return {
    accessKeyId: read('AWS_ACCESS_KEY_ID'),
    secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
    sessionToken: read('AWS_SESSION_TOKEN'),
    expiration: Date.parse(read('AWS_CREDENTIAL_EXPIRATION')) || 0,
  };
}

/**
 * The environment's credentials where it has any (`AWS_ACCESS_KEY_ID`), or else those of the instance's role. They are
 * read each time, because temporary credentials expire.
 */
export function credentialSource(
  environment: Readonly<Record<string, string | undefined>>,
  metadata: Pick<InstanceMetadata, 'credentials'>,
): CredentialSource {
  return async () => {
    if (environment['AWS_ACCESS_KEY_ID']) return environmentCredentials(environment);
    try {
      return await metadata.credentials();
    } catch (cause) {
      if (!(cause instanceof MetadataError)) throw cause;
      throw relayError('kms_unavailable', `${cause.code}: ${cause.message}`, 5_000, cause);
    }
  };
}
