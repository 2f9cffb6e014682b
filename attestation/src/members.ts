/** Members of what callers bring: one that is spelled otherwise would drop a check without a word. */
import { PolicyError } from './errors.ts';

/** The names of all members of `T`. With `satisfies Members<T>` a list and its type cannot drift apart. */
export type Members<T> = Readonly<Record<keyof T, true>>;

/**
 * Makes sure that `value` has no member but those of `members`. What is no object is left to the checks that follow.
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
