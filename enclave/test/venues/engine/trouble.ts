/** What a venue does to its reader, drawn at random and the same for the same numbers. */
import fc from 'fast-check';
import { ExchangeError } from '../../../src/venues/errors.ts';
import type { Row } from './scripted-table.ts';
import type { ScriptedVenue } from './scripted-venue.ts';

/** How often something happens, of a hundred. */
export interface Trouble {
  readonly seed: number;
  /** A request ends with a fault. */
  readonly faults: number;
  /** A page lacks one of its rows. */
  readonly holes: number;
  /** A page has a row twice. */
  readonly doubles: number;
  /** The rows of a page come in another order. */
  readonly shuffles: number;
  /** Tokens of all pages expire. */
  readonly expiries: number;
  /** The most entries of each pull, in turn. */
  readonly budgets: readonly number[];
  /** After how many requests the time of each pull is up, in turn. */
  readonly patience: readonly number[];
  /** Minutes that pass after each pull, in turn. */
  readonly pauses: readonly number[];
}

const often = fc.constantFrom(0, 5, 20);

export const trouble: fc.Arbitrary<Trouble> = fc.record({
  seed: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
  faults: often,
  holes: often,
  doubles: often,
  shuffles: fc.constantFrom(0, 50),
  expiries: often,
  budgets: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
  patience: fc.array(fc.constantFrom(3, 10, 30, 1_000), { minLength: 1, maxLength: 3 }),
  pauses: fc.array(fc.integer({ min: 0, max: 3_000 }), { minLength: 1, maxLength: 5 }),
});

/** Draws numbers below a bound (xorshift). */
function diceOf(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** Makes trouble, and lets a millisecond pass at each request, until the returned function is called. */
export function makeTrouble(
  venue: ScriptedVenue,
  { seed, faults, holes, doubles, shuffles, expiries }: Trouble,
): () => void {
  const dice = diceOf(seed);
  const happens = (share: number) => dice(100) < share;
  venue.before = () => {
    venue.now += 1;
    if (happens(expiries)) venue.generation += 1;
    if (happens(faults)) throw new ExchangeError('exchange_unavailable', 'down');
  };
  venue.alter = (rows) => {
    let page: readonly Row[] = rows;
    if (page.length > 0 && happens(holes)) page = page.toSpliced(dice(page.length), 1);
    if (page.length > 0 && happens(doubles)) page = [...page, page[dice(page.length)]!];
    if (happens(shuffles))
      page = page
        .map((row) => [dice(1_000), row] as const)
        .sort(([a], [b]) => a - b)
        .map(([, row]) => row);
    return page;
  };
  return () => {
    venue.before = () => undefined;
    venue.alter = (rows) => rows;
  };
}
