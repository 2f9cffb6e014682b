/** Evidence that differs little from other evidence, stored as the list of its differences. */

/** Replaces `length` bytes at `offset`. */
export interface Splice {
  readonly offset: number;
  readonly length: number;
  /** Latin-1: one character for each byte. */
  readonly replacement: string;
}

/**
 * The number of equal bytes that make two places count as equal. With fewer bytes, parts of certificates are confused.
 */
const GRAM = 32;
/** The characters of a splice line besides its replacement. */
const LINE = 12;

/** The positions of each run of {@link GRAM} characters in a text, up to a maximum per run. */
export type GramIndex = ReadonlyMap<string, readonly number[]>;

/** The maximum number of positions per run. A text of zeros has thousands. */
const PLACES = 64;

/** Creates the index of `text` for {@link findSplices}. */
export function indexGrams(text: string): GramIndex {
  const index = new Map<string, number[]>();
  for (let at = 0; at + GRAM <= text.length; at++) {
    const gram = text.slice(at, at + GRAM);
    const places = index.get(gram);
    if (!places) index.set(gram, [at]);
    else if (places.length < PLACES) places.push(at);
  }
  return index;
}

/** A text and the positions of its runs. */
export interface IndexedText {
  readonly text: string;
  readonly grams: GramIndex;
}

/**
 * Finds splices that change `from` into `to`, from the end to the beginning. They are few, but not always minimal.
 * @returns null when they take `limit` characters or more
 */
export function findSplices(from: IndexedText, to: string, limit: number): readonly Splice[] | null {
  const splices: Splice[] = [];
  let [offset, done] = [0, 0];
  for (let left = limit; left > 0; ) {
    while (offset < from.text.length && from.text[offset] === to[done]) {
      offset++;
      done++;
    }
    if (offset === from.text.length && done === to.length) return splices.reverse();
    const next = nextAgreement(from, to, [offset, done], left) ?? [from.text.length, to.length];
    splices.push({ offset, length: next[0] - offset, replacement: to.slice(done, next[1]) });
    left -= costOf(splices.at(-1)!);
    [offset, done] = next;
  }
  return null;
}

/** The number of characters of a splice. */
export function costOf({ replacement }: Splice): number {
  return replacement.length + LINE;
}

/** A position in each of two texts. */
type Places = readonly [offset: number, done: number];

/** The nearest later positions from which both texts are equal again, at most `limit` away in the second text. */
function nextAgreement(
  { grams }: IndexedText,
  to: string,
  [offset, done]: Places,
  limit: number,
): Places | null {
  let nearest: Places | null = null;
  let distance = Number.POSITIVE_INFINITY;
  const end = Math.min(to.length - GRAM, done + limit);
  for (let at = done; at - done < distance && at <= end; at++) {
    const found = grams.get(to.slice(at, at + GRAM))?.find((place) => place >= offset);
    if (found === undefined || found - offset + at - done >= distance) continue;
    distance = found - offset + at - done;
    nearest = [found, at];
  }
  return nearest;
}

/** Applies all splices to `text` in order. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices.reduce(
    (now, { offset, length, replacement }) => now.slice(0, offset) + replacement + now.slice(offset + length),
    text,
  );
}
