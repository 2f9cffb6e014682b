/** The role's temporary credentials, as AWS tools hand them to a process. */

import type { Credentials } from './boot.ts';
import { relayError } from './errors.ts';

/**
 * Credentials in `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN` and
 * `AWS_CREDENTIAL_EXPIRATION` (ISO 8601).
 * @throws RelayError `kms_unavailable` when one is missing: without credentials the enclave gets no keys
 */
export function environmentCredentials(
  environment: Readonly<Record<string, string | undefined>>,
): Credentials {
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
