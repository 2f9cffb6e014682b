/** What may go wrong with the Nitro Secure Module, as closed codes. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link NsmError}. */
export const NSM_ERROR_CODES = ['nsm_unavailable', 'nsm_refused', 'nsm_input_too_large'] as const;
export type NsmErrorCode = (typeof NSM_ERROR_CODES)[number];

/** The module does not answer, or refuses. */
export class NsmError extends CodedError<NsmErrorCode> {}
