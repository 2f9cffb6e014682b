/** Errors of the analytics room: the input cannot be analysed as it is. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Malformed or inconsistent input. The caller refuses it or asks again. */
export class InputError extends CodedError<InputErrorCode> {}

/** Codes of {@link InputError}. */
export const INPUT_ERROR_CODES = [
  'ledger_decimal_malformed',
  'ledger_entry_malformed',
  'ledger_market_unsupported',
  'ledger_mark_malformed',
  'ledger_snapshot_malformed',
  'analytics_range_invalid',
  'analytics_parameter_invalid',
] as const;
export type InputErrorCode = (typeof INPUT_ERROR_CODES)[number];
