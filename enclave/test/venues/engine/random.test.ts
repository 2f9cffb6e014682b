import { MINUTE_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { books, DAYS } from './account.ts';
import { Reader, setOf } from './reader.ts';
import { at } from './rows.ts';
import { type Booking, ScriptedVenue } from './scripted-venue.ts';
import { makeTrouble, type Trouble, trouble } from './trouble.ts';

/** Reads an account while the venue makes trouble, and then in peace until days later. */
async function readThrough(rows: readonly Booking[], plan: Trouble): Promise<Reader> {
  const reader = new Reader(new ScriptedVenue(at(5)));
  const { venue } = reader;
  venue.books.push(...rows);
  const end = makeTrouble(venue, plan);
  for (let pulls = 0; venue.now < at(DAYS); pulls++) {
    const maxEntries = plan.budgets[pulls % plan.budgets.length]!;
    try {
      await reader.pull({ maxEntries });
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
    }
    venue.now += (60 + plan.pauses[pulls % plan.pauses.length]!) * MINUTE_MS;
  }
  end();
  for (const day of [40, 45]) {
    venue.now = at(day);
    await reader.all();
  }
  return reader;
}

describe('when a venue makes trouble', () => {
  it('the ledger is the truth in the end, or the coverage says what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(books, trouble, async (rows, plan) => {
        const reader = await readThrough(rows, plan);
        const { coverage } = await reader.all();
        const truth = setOf(reader.venue.truth());
        const read = setOf(reader.ledger.entries);
        // Nothing is invented, and nothing is read with another content.
        expect(truth).toMatchObject(read);
        const missing = Object.keys(truth).filter((name) => !Object.hasOwn(read, name));
        const wallets = new Set(missing.map((name) => truth[name]!.wallet));
        if (missing.length === 0)
          expect(coverage.scope).toEqual({ from: null, state: 'complete', missing: [] });
        else {
          expect(coverage.scope.state).toBe('partial');
          for (const wallet of wallets)
            expect(
              coverage.scope.missing.some((what) => what.endsWith(` in ${wallet}`)),
              wallet,
            ).toBe(true);
        }
      }),
    );
  });
});
