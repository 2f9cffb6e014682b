/** What tests demand of an error: its class and its code. */
import { CodedError } from '@perf-aggregator/shared/errors';
import { expect } from 'vitest';

type ErrorClass = abstract new (...parameters: never[]) => CodedError;

/** Code of the error that `run` throws; fails unless it throws an instance of `type`. */
export function codeOf(run: () => unknown, type: ErrorClass): string {
  try {
    run();
  } catch (error) {
    return coded(error, type);
  }
  throw new Error('nothing was thrown');
}

/** Code of the error that `promise` rejects with; fails unless it is an instance of `type`. */
export async function codeOfRejection(promise: Promise<unknown>, type: ErrorClass): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was rejected'),
    (reason: unknown) => reason,
  );
  return coded(error, type);
}

/** What `run` gives, or null when it throws a {@link CodedError}; anything else that it throws fails. */
export function orRefused<T>(run: () => T): T | null {
  try {
    return run();
  } catch (error) {
    expect(error).toBeInstanceOf(CodedError);
    return null;
  }
}

function coded(error: unknown, type: ErrorClass): string {
  expect(error).toBeInstanceOf(type);
  return (error as CodedError).code;
}
