/**
 * Coded errors: every error that this project raises on purpose.
 *
 * A code is a closed, documented word (`docs/errors.md`). Callers decide by the code. The message is for people, and
 * never holds a secret, a credential, account data or a URL with a query.
 */

/** Base of every error raised on purpose. One subclass per decision that a caller makes. */
export class CodedError<Code extends string = string> extends Error {
  /** Closed, documented code. */
  readonly code: Code;

  /**
   * @param code - one of the subclass's closed codes
   * @param message - what happened and where, for people; no secrets
   * @param cause - the underlying error; it stays inside this process and never crosses the wire
   */
  constructor(code: Code, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.name = new.target.name;
  }
}

/** Bytes or text that do not decode. The caller refuses the input. */
export class CodecError extends CodedError<CodecErrorCode> {}

/** Codes of {@link CodecError}. */
export const CODEC_ERROR_CODES = [
  'cbor_malformed',
  'cbor_limit_exceeded',
  'base64_malformed',
  'hex_malformed',
  'json_not_canonicalizable',
  'json_malformed',
  'json_member_twice',
] as const;
export type CodecErrorCode = (typeof CODEC_ERROR_CODES)[number];

/** A cryptographic operation that refused its input (a failed tag, a point of small order, a bad key). */
export class CryptoError extends CodedError<CryptoErrorCode> {}

/** Codes of {@link CryptoError}. All failures to open an AEAD box have one code. */
export const CRYPTO_ERROR_CODES = ['aead_open_failed', 'key_invalid', 'shared_secret_zero'] as const;
export type CryptoErrorCode = (typeof CRYPTO_ERROR_CODES)[number];
