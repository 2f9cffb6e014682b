/** What may go wrong between two processes, as closed codes. */
import { CodedError } from '../errors.ts';

/** Codes of {@link TransportError}. */
export const TRANSPORT_ERROR_CODES = [
  'endpoint_malformed',
  'endpoint_path_too_long',
  'endpoint_unsupported',
  'endpoint_in_use',
  'endpoint_not_local',
  'endpoint_denied',
  'dial_failed',
  'dial_timeout',
  'frame_malformed',
  'message_too_large',
  'channel_closed',
  'channel_overloaded',
  'deadline_exceeded',
] as const;
export type TransportErrorCode = (typeof TRANSPORT_ERROR_CODES)[number];

/** The connection between parent and enclave failed, or the peer broke its rules. */
export class TransportError extends CodedError<TransportErrorCode> {}
