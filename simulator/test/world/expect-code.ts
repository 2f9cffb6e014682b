/** Asserts class and code of an error. */
import { expect } from 'vitest';

type ErrorClass = abstract new (...args: never[]) => Error;

/** Expects that a rejected promise or a throwing function has an error of this class (if given) and code. */
export async function expectCode(
  work: Promise<unknown> | (() => unknown),
  ...expected: [code: string | RegExp] | [kind: ErrorClass, code: string | RegExp]
): Promise<void> {
  const code = expected.at(-1) as string | RegExp;
  const kind = expected.length === 2 ? expected[0] : Error;
  const error: unknown = await Promise.resolve()
    .then(() => (typeof work === 'function' ? work() : work))
    .then(
      (value) => expect.fail(`expected ${String(code)}, got ${JSON.stringify(value)}`),
      (thrown: unknown) => thrown,
    );
  expect(error).toBeInstanceOf(kind);
  expect((error as { code?: unknown }).code).toMatch(
    typeof code === 'string' ? new RegExp(`^${code}$`) : code,
  );
}
