/** Evidence that differs little from other evidence, as the places where it differs. */

/** `length` bytes at `offset` that others take the place of. */
export interface Splice {
  readonly offset: number;
  readonly length: number;
  /** Latin-1: a character for each byte. */
  readonly replacement: string;
}

/** Bytes that have to agree before two places count as the same: fewer, and parts of certificates are confused. */
const GRAM = 32;
/** What the line of a splice takes beside its replacement, characters. */
const LINE = 12;

/** Where each run of {@link GRAM} characters of a text stands, for the first few times. */
export type GramIndex = ReadonlyMap<string, readonly number[]>;

/** Places of one gram that are remembered: a text of zeros alone has thousands. */
const PLACES = 64;

/** Indexes `text`, for {@link findSplices}. */
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

/** A text and where its grams stand. */
export interface IndexedText {
  readonly text: string;
  readonly grams: GramIndex;
}

/**
 * What turns `from` into `to`, from the end to the beginning; not the least, but little.
 * @returns null when it takes `limit` characters or more
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

/** Characters that a splice takes. */
export function costOf({ replacement }: Splice): number {
  return replacement.length + LINE;
}

/** A place in each of two texts. */
type Places = readonly [offset: number, done: number];

/** The nearest places behind those given from where both texts go on alike, at most `limit` away in the second. */
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

/** `text` with one splice after the other. */
export function applySplices(text: string, splices: readonly Splice[]): string {
  return splices.reduce(
    (now, { offset, length, replacement }) => now.slice(0, offset) + replacement + now.slice(offset + length),
    text,
  );
}
