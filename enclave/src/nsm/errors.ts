/** What may go wrong with the Nitro Secure Module, as closed codes. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link NsmError}. */
export const NSM_ERROR_CODES = [
  'nsm_absent',
  'nsm_denied',
  'nsm_not_a_device',
  'nsm_unsupported',
  'nsm_failed',
  'nsm_refused',
  'nsm_input_too_large',
  'nsm_request_invalid',
  'nsm_response_malformed',
] as const;
export type NsmErrorCode = (typeof NSM_ERROR_CODES)[number];

/** The module is not there, does not answer, or refuses. */
export class NsmError extends CodedError<NsmErrorCode> {}
