/** The complaints of a schema as text for people: the place and the fault, but never the value. */
import type * as z from 'zod';

/**
 * `where: what` of each issue, joined by `; `.
 * @param whole - stands for the whole value, which has no path
 */
export function textOfIssues({ issues }: z.ZodError, whole: string): string {
  return issues.map(({ path, message }) => `${path.join('.') || whole}: ${message}`).join('; ');
}

/**
 * Where each issue is, each place once. Unknown members are named one by one. Messages of a schema may repeat values;
 * paths do not.
 */
export function placesOfIssues({ issues }: z.ZodError, whole: string): readonly string[] {
  return [...new Set(issues.flatMap((issue) => placesOf(issue, whole)))];
}

function placesOf(issue: z.core.$ZodIssue, whole: string): readonly string[] {
  if (issue.code !== 'unrecognized_keys') return [issue.path.join('.') || whole];
  return issue.keys.map((key) => `${[...issue.path, key].join('.')} (unknown)`);
}
