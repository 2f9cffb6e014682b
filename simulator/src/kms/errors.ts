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

/** A refusal in the form of the wire. It is not a coded error of ours, because it imitates AWS. */
export class AwsError extends Error {
  readonly awsName: AwsErrorName;

  constructor(awsName: AwsErrorName, message: string) {
    super(message);
    this.name = 'AwsError';
    this.awsName = awsName;
  }
}
