/** What of an account was not read, as text for people. */

/** So many parts are named. */
const MAX_NAMED = 4;

/** The first few parts, and how many more there are. Empty: nothing is missing. */
export function missingText(missing: readonly string[]): string {
  const more = missing.length > MAX_NAMED ? `; and ${missing.length - MAX_NAMED} more` : '';
  return missing.slice(0, MAX_NAMED).join('; ') + more;
}
