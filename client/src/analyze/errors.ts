/** Errors of `analyze`: the file is not valid input. */
import { CodedError } from '@perf-aggregator/shared/errors';

/** Codes of {@link AnalyzeError}. */
export const ANALYZE_ERROR_CODES = [
  'analyze_unrecognized',
  'analyze_malformed',
  'analyze_option_unsupported',
] as const;
export type AnalyzeErrorCode = (typeof ANALYZE_ERROR_CODES)[number];

/** The message says where: line and column of a table, line and column or path of JSON. */
export class AnalyzeError extends CodedError<AnalyzeErrorCode> {}
