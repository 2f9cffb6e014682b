import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import type { Stream, VenueTable } from '../../../src/venues/table.ts';
import { books, DAYS } from './account.ts';
import { Reader, setOf } from './reader.ts';
import { at } from './rows.ts';
import { type Row, SCRIPTED, STREAMS, streamOf } from './scripted-table.ts';
import { type Booking, ScriptedVenue } from './scripted-venue.ts';
import { makeTrouble, type Trouble, trouble } from './trouble.ts';

/** Noon of days after the account's last movement, when every row is shown and final. */
const [CALM, LATER] = [at(40, 12), at(45, 12)];

/** Wallets beside the main one cost much, and the venue settles contracts at midnight and in the morning. */
const TABLE: VenueTable = {
  ...SCRIPTED,
  wallets: SCRIPTED.wallets.map((wallet) => (wallet.needs ? { ...wallet, isCostly: true } : wallet)),
  quietMinutes: [
    [0, 5],
    [480, 485],
  ],
};

function readerOf(rows: readonly Booking[], streams: readonly Stream[] = STREAMS): Reader {
  const reader = new Reader(new ScriptedVenue(at(5)));
  reader.venue.table = { ...TABLE, streams };
  reader.venue.books.push(...rows);
  return reader;
}

/** Reads an account while the venue makes trouble: pulls are killed at any entry, request and fault. */
async function readInTrouble(reader: Reader, plan: Trouble): Promise<void> {
  const { venue } = reader;
  const end = makeTrouble(venue, plan);
  for (let pulls = 0; venue.now < at(DAYS); pulls++) {
    const maxEntries = plan.budgets[pulls % plan.budgets.length]!;
    const until = venue.now + plan.patience[pulls % plan.patience.length]!;
    try {
      await reader.pull({ maxEntries, until });
    } catch (error) {
      if (!(error instanceof ExchangeError)) throw error;
    }
    venue.now += (60 + plan.pauses[pulls % plan.pauses.length]!) * MINUTE_MS;
  }
  end();
}

/** Reads an account to its end, and days later once more. */
async function readInPeace(reader: Reader): Promise<Awaited<ReturnType<Reader['all']>>> {
  reader.venue.now = CALM;
  await reader.all();
  reader.venue.now = LATER;
  return reader.all();
}

const COMPLETE = { from: null, state: 'complete', missing: [] };

/** Nothing is invented or changed, and each wallet with an entry that is missing is named. */
function expectNamed(reader: Reader, missing: readonly string[]): void {
  const truth = setOf(reader.venue.truth());
  const read = setOf(reader.ledger.entries);
  expect(truth).toMatchObject(read);
  const absent = Object.keys(truth).filter((name) => !Object.hasOwn(read, name));
  for (const wallet of new Set(absent.map((name) => truth[name]!.wallet)))
    expect(
      missing.some((what) => what.endsWith(` in ${wallet}`)),
      `${wallet} of ${missing.join(', ')}`,
    ).toBe(true);
}

describe('when a venue makes trouble for a while', () => {
  it('the ledger is the truth in the end, whatever was killed, lost, doubled, shuffled or late', async () => {
    await fc.assert(
      fc.asyncProperty(books, trouble, async (rows, plan) => {
        const reader = readerOf(rows);
        await readInTrouble(reader, plan);
        const { coverage } = await readInPeace(reader);
        expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
        expect(coverage.scope).toEqual(COMPLETE);
      }),
    );
  });
});

describe('when a venue does not tell everything', () => {
  const hidden = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 4 });

  it('the coverage names what is missing', async () => {
    await fc.assert(
      fc.asyncProperty(books, trouble, hidden, async (rows, plan, numbers) => {
        const reader = readerOf(rows);
        await readInTrouble(reader, plan);
        const lost = new Set(numbers.map((number) => rows[number % rows.length]!.id));
        reader.venue.alter = (page: readonly Row[]) => page.filter(({ id }) => !lost.has(id));
        const { coverage } = await readInPeace(reader);
        expectNamed(reader, coverage.scope.missing);
        const isWhole = reader.ledger.entries.length === reader.venue.truth().length;
        expect(coverage.scope.state).toBe(isWhole ? 'complete' : 'partial');
      }),
    );
  });

  it('nor what is older than its horizon: the coverage names that too', async () => {
    const days = fc.integer({ min: 5, max: 30 });
    await fc.assert(
      fc.asyncProperty(books, trouble, days, async (rows, plan, horizon) => {
        const streams = STREAMS.map((stream): Stream => {
          if (stream.windows === null) return stream;
          return { ...stream, windows: { ...stream.windows, horizonMs: horizon * DAY_MS } };
        });
        const reader = readerOf(rows, streams);
        await readInTrouble(reader, plan);
        const { coverage } = await readInPeace(reader);
        expectNamed(reader, coverage.scope.missing);
        const isWhole = reader.ledger.entries.length === reader.venue.truth().length;
        if (!isWhole) expect(coverage.scope.state).toBe('partial');
      }),
    );
  });
});

describe('when the same account is read in other ways', () => {
  it('any split into pulls gives the same entries', async () => {
    await fc.assert(
      fc.asyncProperty(
        books,
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        async (rows, budgets) => {
          const [whole, split] = [readerOf(rows), readerOf(rows)];
          for (const { venue } of [whole, split]) venue.now = CALM;
          await whole.all();
          for (let pulls = 0, done = false; !done; pulls++) {
            const pull = await split.pull({ maxEntries: budgets[pulls % budgets.length]! });
            done = pull.done && pull.progress === 1;
          }
          expect(setOf(split.ledger.entries)).toEqual(setOf(whole.ledger.entries));
          expect(split.state.explained).toEqual(whole.state.explained);
        },
      ),
    );
  });

  it('another feed that confirms movements changes nothing', async () => {
    const confirms = (row: Booking): Booking => ({
      ...row,
      stream: 'feed',
      key: '',
      entries: [],
      tradedIn: 'BTCUSDT',
    });
    await fc.assert(
      fc.asyncProperty(
        books,
        trouble,
        fc.constantFrom('always', 'moved', 'unexplained'),
        async (rows, plan, cadence) => {
          const feed: Stream = {
            ...streamOf('feed', { wallets: ['main', 'perp'], paging: STREAMS[1]!.paging }),
            ...{ cadence, isSource: true },
          };
          const [alone, beside] = [
            readerOf(rows),
            readerOf([...rows, ...rows.map(confirms)], [feed, ...STREAMS]),
          ];
          const pulls = [];
          for (const reader of [alone, beside]) {
            await readInTrouble(reader, plan);
            pulls.push(await readInPeace(reader));
          }
          expect(setOf(beside.ledger.entries)).toEqual(setOf(alone.ledger.entries));
          expect(pulls[1]!.coverage.scope).toEqual(pulls[0]!.coverage.scope);
          expect(pulls[1]!.snapshot).toEqual(pulls[0]!.snapshot);
        },
      ),
    );
  });
});
