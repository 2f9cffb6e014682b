/** Errors of the simulated KMS in AWS's own shape (AWS JSON 1.1): an HTTP status and a `__type`. */

/** Names that AWS KMS and its front end use. */
export type AwsErrorName =
  | 'AccessDeniedException'
  | 'DisabledException'
  | 'ExpiredTokenException'
  | 'IncompleteSignatureException'
  | 'IncorrectKeyException'
  | 'InvalidCiphertextException'
  | 'InvalidSignatureException'
  | 'KMSInternalException'
  | 'MissingAuthenticationTokenException'
  | 'NotFoundException'
  | 'SerializationException'
  | 'UnknownOperationException'
  | 'UnrecognizedClientException'
  | 'ValidationException';

/** A refusal as it goes over the wire. Not a coded error of ours: it imitates somebody else's. */
export class AwsError extends Error {
  readonly awsName: AwsErrorName;

  constructor(awsName: AwsErrorName, message: string) {
    super(message);
    this.name = 'AwsError';
    this.awsName = awsName;
  }
}
