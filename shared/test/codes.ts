/** Checks of errors for tests: class and code. */
import { CodedError } from '@perf-aggregator/shared/errors';
import { expect } from 'vitest';

type ErrorClass = abstract new (...parameters: never[]) => CodedError;

/** Returns the code of the error that `run` throws. Fails unless it throws an instance of `type`. */
export function codeOf(run: () => unknown, type: ErrorClass): string {
  try {
    run();
  } catch (error) {
    return coded(error, type);
  }
  throw new Error('nothing was thrown');
}

/** Returns the code of the error with which `promise` rejects. Fails unless it is an instance of `type`. */
export async function codeOfRejection(promise: Promise<unknown>, type: ErrorClass): Promise<string> {
  const error = await promise.then(
    () => new Error('nothing was rejected'),
    (reason: unknown) => reason,
  );
  return coded(error, type);
}

/** Returns the result of `run`, or null when it throws a {@link CodedError}. Any other error fails the test. */
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
