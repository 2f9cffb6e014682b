/** Exit codes of the CLI, and the exit code of each error. */
import { InputError } from '@perf-aggregator/analytics';
import { PolicyError, ReportError, VerificationError } from '@perf-aggregator/attestation';
import { EifError } from '@perf-aggregator/attestation/eif/errors';
import { CodedError } from '@perf-aggregator/shared/errors';
import { InvalidArgumentError } from 'commander';
import { AnalyzeError } from '../analyze/errors.ts';
import { ClientError, SecurityError, ServiceError } from '../errors.ts';
import { KeyPolicyError } from '../kms-policy/errors.ts';
import { MeasurementsError } from '../measurements/errors.ts';

/**
 * 0 ok, 1 refused or not verified, 2 usage, 3 unreachable, 4 service error. As in shells, 130 means Ctrl-C, and 141
 * means that the reader of the output went away (128 plus the number of the signal).
 */
export const EXIT = {
  ...{ ok: 0, refused: 1, usage: 2, unreachable: 3, service: 4 },
  ...{ interrupted: 130, readerGone: 141 },
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Codes of {@link UsageError}. */
export const USAGE_ERROR_CODES = [
  'option_invalid',
  'file_unreadable',
  'input_too_large',
  'file_unwritable',
  'output_failed',
  'secret_missing',
  'session_missing',
  'input_malformed',
  'trust_unsafe',
] as const;
export type UsageErrorCode = (typeof USAGE_ERROR_CODES)[number];

/** The command line is unusable, or a file that it names is. */
export class UsageError extends CodedError<UsageErrorCode> {}

/** A judgement failed. All output was printed. */
export class NotVerified extends Error {}

/** The service says that it cannot be asked now. All output was printed. */
export class NotReady extends Error {}

/** Ctrl-C at a prompt. Nothing was done, and no message is needed. */
export class Interrupted extends Error {}

/** The reader of standard output went away (a pipe to head). The reader knows why and needs no message. */
export class ReaderGone extends Error {}

/** The error for a failed write to standard output. */
export function outputFault(cause: NodeJS.ErrnoException): UsageError | ReaderGone {
  if (cause.code === 'EPIPE') return new ReaderGone();
  const why = cause.code === 'ENOSPC' ? 'its disk is full' : (cause.code ?? 'unknown');
  return new UsageError('output_failed', `standard output cannot be written: ${why}`, cause);
}

/** Whether the error needs no further message. */
export function isSilent(error: unknown): boolean {
  return [NotVerified, NotReady, Interrupted, ReaderGone].some((kind) => error instanceof kind);
}

/** The exit code for an error. */
export function exitCodeOf(error: unknown): ExitCode {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof ReaderGone) return EXIT.readerGone;
  const unusable = [UsageError, InvalidArgumentError, AnalyzeError, InputError, KeyPolicyError];
  if (unusable.some((kind) => error instanceof kind)) return EXIT.usage;
  if (error instanceof MeasurementsError) {
    return error.code === 'measurements_malformed' ? EXIT.usage : EXIT.refused;
  }
  if (error instanceof ServiceError) return error.status >= 500 ? EXIT.service : EXIT.refused;
  if (error instanceof ClientError) {
    if (error.code === 'service_unreachable') return EXIT.unreachable;
    return error.code === 'service_malformed' || error.code === 'sync_timeout' ? EXIT.service : EXIT.usage;
  }
  const judged = [NotVerified, SecurityError, VerificationError, PolicyError, ReportError, EifError];
  return judged.some((kind) => error instanceof kind) ? EXIT.refused : EXIT.service;
}
