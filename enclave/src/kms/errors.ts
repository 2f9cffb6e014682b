/** Failures of KMS as this enclave sees them. Messages carry AWS's error name, never its text. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link KmsError}. */
export const KMS_ERROR_CODES = [
  // `CiphertextForRecipient` is not the CMS that KMS writes.
  'kms_envelope_malformed',
  // `CiphertextForRecipient` does not open with this call's key.
  'kms_envelope_unopened',
  // The key policy, or IAM, refuses this caller, its measurements or its attestation.
  'kms_access_denied',
  // The temporary credentials have expired: the parent must bring new ones.
  'kms_credentials_expired',
  // AWS does not accept the credentials or their signature.
  'kms_credentials_invalid',
  // AWS finds that the time of the signature is too far from its own, even after the SDK corrected its clock.
  'kms_clock_skewed',
  // The blob belongs to another key, or to another encryption context.
  'kms_ciphertext_invalid',
  // The key does not exist, or is disabled or about to be deleted.
  'kms_key_unusable',
  // KMS answered with a key other than the configured one.
  'kms_key_mismatch',
  // KMS refused the request itself, for example for a stale attestation document.
  'kms_request_refused',
  // Too many requests.
  'kms_throttled',
  // KMS cannot be reached in time, or had an internal failure.
  'kms_unavailable',
  // KMS answered without a required part, or with a part that is not allowed.
  'kms_bad_response',
] as const;
export type KmsErrorCode = (typeof KMS_ERROR_CODES)[number];

/** A call to KMS that returned no key. */
export class KmsError extends CodedError<KmsErrorCode> {}

const CODES_BY_NAME: Readonly<Record<string, KmsErrorCode>> = {
  AccessDeniedException: 'kms_access_denied',
  ExpiredTokenException: 'kms_credentials_expired',
  ExpiredToken: 'kms_credentials_expired',
  UnrecognizedClientException: 'kms_credentials_invalid',
  InvalidSignatureException: 'kms_credentials_invalid',
  IncompleteSignatureException: 'kms_credentials_invalid',
  SignatureDoesNotMatch: 'kms_credentials_invalid',
  MissingAuthenticationTokenException: 'kms_credentials_invalid',
  InvalidClientTokenId: 'kms_credentials_invalid',
  RequestExpired: 'kms_clock_skewed',
  RequestInTheFuture: 'kms_clock_skewed',
  RequestTimeTooSkewed: 'kms_clock_skewed',
  InvalidCiphertextException: 'kms_ciphertext_invalid',
  IncorrectKeyException: 'kms_ciphertext_invalid',
  NotFoundException: 'kms_key_unusable',
  DisabledException: 'kms_key_unusable',
  KMSInvalidStateException: 'kms_key_unusable',
  InvalidKeyUsageException: 'kms_key_unusable',
  KeyUnavailableException: 'kms_unavailable',
  KMSInternalException: 'kms_unavailable',
  DependencyTimeoutException: 'kms_unavailable',
  TimeoutError: 'kms_unavailable',
  // The SDK could not parse the answer.
  SyntaxError: 'kms_bad_response',
  Throttling: 'kms_throttled',
  ThrottlingException: 'kms_throttled',
  LimitExceededException: 'kms_throttled',
  TooManyRequestsException: 'kms_throttled',
};

/**
 * The coded error for what the AWS SDK threw: by AWS's error name, or else by HTTP status. Without any answer it is
 * `kms_unavailable`.
 */
export function toKmsError(thrown: unknown): KmsError {
  if (thrown instanceof KmsError) return thrown;
  const {
    name,
    code: ownCode,
    $metadata,
  } = Object(thrown) as {
    readonly name?: unknown;
    readonly code?: unknown;
    readonly $metadata?: { readonly httpStatusCode?: number };
  };
  const status = $metadata?.httpStatusCode;
  const known =
    typeof name === 'string' && Object.hasOwn(CODES_BY_NAME, name) ? CODES_BY_NAME[name] : undefined;
  const isRefusal = status !== undefined && status >= 400 && status < 500;
  const code = known ?? (isRefusal ? 'kms_request_refused' : 'kms_unavailable');
  // An error that never reached AWS has a code of ours or of Node. The code shows where the way ends.
  const said = [ownCode, name].find((text) => typeof text === 'string' && /^[A-Za-z_]{1,64}$/.test(text));
  const told = typeof said === 'string' ? said : 'an unnamed error';
  return new KmsError(code, `KMS: ${told}${status === undefined ? '' : `, HTTP ${status}`}`, thrown);
}
