/**
 * Errors of `measurements.json`: the file is malformed, nobody vouches for it, or it names no image that may still be
 * believed.
 */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link MeasurementsError}. */
export const MEASUREMENTS_ERROR_CODES = [
  'measurements_malformed',
  'measurements_signature_invalid',
  'measurements_unmeasured',
  'measurements_expired',
] as const;
export type MeasurementsErrorCode = (typeof MEASUREMENTS_ERROR_CODES)[number];

/** The message says which release is meant and what is wrong with it. */
export class MeasurementsError extends CodedError<MeasurementsErrorCode> {}
