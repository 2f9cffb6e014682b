/** Heads of CBOR items (RFC 8949 §3). With them a writer avoids the copy that an encoder would make. */

/** Major types (RFC 8949 §3.1). */
export const MAJOR = { unsigned: 0, negative: 1, bytes: 2, text: 3, array: 4, map: 5, tag: 6 } as const;

/**
 * Initial byte and argument of an item, in the shortest form (RFC 8949 §4.1).
 * @param argument - 0 to 2^32 − 1; not checked
 */
export function cborHead(major: (typeof MAJOR)[keyof typeof MAJOR], argument: number): readonly number[] {
  const initial = major << 5;
  if (argument < 24) return [initial | argument];
  if (argument <= 0xff) return [initial | 24, argument];
  const low = [(argument >>> 8) & 0xff, argument & 0xff];
  if (argument <= 0xffff) return [initial | 25, ...low];
  return [initial | 26, argument >>> 24, (argument >>> 16) & 0xff, ...low];
}

/** A boolean, whole (RFC 8949 §3.3). */
export function cborBoolean(value: boolean): number {
  return value ? 0xf5 : 0xf4;
}
