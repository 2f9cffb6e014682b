/**
 * JSON with whole numbers of any size. The venue numbers some rows beyond 2^53, where a reader that takes JSON's numbers
 * for doubles gives two rows one number. ccxt then hands over every number of such an answer as text.
 */
const MARK = '\u0001int:';
const MARKED = /"\\u0001int:(-?\d+)"/g;

/** The JSON of a value. A bigint becomes a number with all its digits. */
export function toJson(value: unknown): string {
  const mark = (_name: string, member: unknown): unknown =>
    typeof member === 'bigint' ? `${MARK}${member}` : member;
  return JSON.stringify(value, mark).replace(MARKED, '$1');
}

/** A number of 18 digits, as the venue gives funding and conversions: of an event's id and its place in it. */
export function longId(id: string, index: number): bigint {
  return BigInt(id) * 10_000_000n + BigInt(index);
}
