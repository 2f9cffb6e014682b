/** Checks the members of a caller's objects. A misspelled member would silently drop a check. */
import { PolicyError } from './errors.ts';

/** The names of all members of `T`. With `satisfies Members<T>` a list and its type always agree. */
export type Members<T> = Readonly<Record<keyof T, true>>;

/**
 * Checks that `value` has only members of `members`. A value that is not an object is left to later checks.
 * @param what - its name for people
 * @throws PolicyError `policy_invalid`
 */
export function checkMembers(value: unknown, members: Readonly<Record<string, true>>, what: string): void {
  if (typeof value !== 'object' || value === null) return;
  const unknown = Object.keys(value).filter((name) => !Object.hasOwn(members, name));
  if (unknown.length === 0) return;
  const names = unknown.map((name) => JSON.stringify(name)).join(', ');
  const known = Object.keys(members).join(', ');
  throw new PolicyError('policy_invalid', `${what} has no member ${names}; it has ${known}`);
}
