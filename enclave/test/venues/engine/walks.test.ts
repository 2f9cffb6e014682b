import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import type { Paging, Stream, Windows } from '../../../src/venues/table.ts';
import { idsOf, Reader, setOf } from './reader.ts';
import { at, booked } from './rows.ts';
import { LAUNCH, PAGING, type Row, SCRIPTED, streamOf } from './scripted-table.ts';
import { type Booking, ScriptedVenue } from './scripted-venue.ts';

const refused = { code: 'exchange_bad_response' };

/** An account with one stream, of a kind of paging, that is read at every reading. */
function walking(paging: Paging, windows: Partial<Windows> = {}): Reader {
  const stream = streamOf('deposits', { wallets: ['main'], paging, cadence: 'always', isSource: true });
  const own: Stream = { ...stream, windows: { ...stream.windows!, ...windows } };
  const reader = new Reader(new ScriptedVenue(at(25, 12)));
  reader.venue.table = { ...SCRIPTED, streams: [own] };
  return reader;
}

/** Deposits of numbers, at instants. */
const deposited = (...times: readonly number[]): readonly Booking[] =>
  times.map((time, index) => booked(String(100 + index), 'deposit', 'USDT', time));

/** A deposit a day, from the first day on. */
const daily = (days: number) => deposited(...Array.from({ length: days }, (_, day) => at(day + 1)));

const windowsOf = ({ venue }: Reader) => venue.asks('deposits').map(({ from, to }) => [from, to]);

/** Each kind of paging by time. */
const KINDS = Object.entries(PAGING).filter(([, { kind }]) => kind !== 'rising-id') as [string, Paging][];

describe.each(KINDS)('when a stream is walked by %s', (kind, paging) => {
  it('everything is read, window by window, up to now', async () => {
    const reader = walking(paging);
    reader.venue.books.push(...daily(24));
    const pull = await reader.all();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
    expect(pull.coverage.scope.state).toBe('complete');
    expect(reader.state.walks['deposits']).toMatchObject({
      next: at(22, 12),
      inside: null,
      readTo: at(25, 12),
    });
  });

  it('an empty account asks each window once', async () => {
    const reader = walking(paging);
    await reader.pull();
    expect(windowsOf(reader)).toEqual([
      [LAUNCH, at(10) - 1],
      [at(10), at(20) - 1],
      [at(20), at(25, 12)],
    ]);
  });

  it.each(kind === 'whole' ? [] : [paging.page - 1])(
    'a venue that gives fewer rows than were asked for (%i) is read whole',
    async (mostRows) => {
      const reader = walking(paging);
      reader.venue.mostRows = mostRows;
      reader.venue.books.push(...daily(24));
      const pull = await reader.pull();
      expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
      expect(pull.done).toBe(true);
      expect(reader.state.unexplained).toEqual({});
    },
  );

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'a budget of %i entries stops it and loses nothing',
    async (maxEntries) => {
      const reader = walking(paging);
      reader.venue.books.push(...daily(24));
      const pulls: number[] = [];
      for (let done = false; !done; ) {
        const pull = await reader.pull({ maxEntries });
        pulls.push(pull.entries.length);
        // A page is handed over whole.
        expect(pull.entries.length).toBeLessThan(maxEntries + paging.page);
        done = pull.done;
      }
      expect(pulls.reduce((sum, count) => sum + count)).toBe(24);
      expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
    },
  );

  it('a fault at any request loses nothing', async () => {
    for (let failing = 1; failing <= 20; failing++) {
      const reader = walking(paging);
      reader.venue.books.push(...daily(24));
      let requests = 0;
      reader.venue.before = (call) => {
        if (call === 'deposits' && ++requests === failing)
          throw new ExchangeError('exchange_unavailable', 'down');
      };
      await reader.pull().catch(() => undefined);
      reader.venue.before = () => undefined;
      await reader.all();
      expect(idsOf(reader.ledger.entries)).toHaveLength(24);
    }
  });

  it('the latest days are read again, where rows are entered late', async () => {
    const reader = walking(paging);
    reader.venue.books.push(...daily(24));
    await reader.all();
    reader.venue.books.push(booked('200', 'deposit', 'USDT', at(24, 1)));
    const pull = await reader.pull();
    expect(windowsOf(reader)[0]).toEqual([at(22, 12), at(25, 12)]);
    expect(idsOf(pull.entries)).toEqual(['200']);
  });

  it('a row that is pending is read again until it is final', async () => {
    const reader = walking(paging);
    reader.venue.books.push(
      booked('1', 'deposit', 'USDT', at(2), at(28)),
      booked('2', 'deposit', 'USDT', at(5)),
    );
    expect(idsOf((await reader.pull()).entries)).toEqual(['2']);
    expect(reader.state.walks['deposits']!.next).toBe(at(2));
    reader.venue.now = at(29);
    expect(idsOf((await reader.pull()).entries)).toEqual(['1']);
    expect(windowsOf(reader)[0]).toEqual([at(2), at(12) - 1]);
    expect(reader.state.walks['deposits']!.next).toBe(at(26));
    await reader.pull();
    expect(windowsOf(reader)).toEqual([[at(26), at(29)]]);
  });

  it('rows that share an instant at the edge of a page, rows twice and in any order are each read once', async () => {
    const reader = walking(paging);
    const times = [at(1), at(2), at(2), at(3), at(3), at(4), at(4), at(5)];
    reader.venue.books.push(
      ...deposited(...times.map((time, i) => (kind === 'whole' ? time + i * 1_000 : time))),
    );
    // A row twice makes a whole answer look full.
    reader.venue.alter = (rows) => [...rows, ...(kind === 'whole' ? [] : rows.slice(0, 1))].reverse();
    await reader.all();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
  });

  it('what the venue does not tell any more is a gap once it was to be read', async () => {
    const reader = walking(paging, { horizonMs: 20 * DAY_MS });
    reader.venue.books.push(...daily(24));
    const first = await reader.all();
    expect(windowsOf(reader)[0]![0]).toBe(at(22, 12));
    // What lies before the horizon was never there to be read, and shows as a difference.
    expect(first.coverage.gaps).toEqual([]);
    expect(first.coverage.scope).toMatchObject({ state: 'partial', missing: ['what moved USDT in main'] });
    reader.venue.now = at(60);
    const late = await reader.all();
    expect(late.coverage.gaps).toEqual([{ stream: 'deposits', from: at(22, 12), to: at(40) + 1 }]);
    expect(late.coverage.scope.missing).toContain('deposits');
  });

  it('a row outside the window is an invalid answer', async () => {
    for (const time of [LAUNCH - 1, at(10)]) {
      const reader = walking(paging);
      reader.venue.books.push(...deposited(at(5)));
      reader.venue.alter = (rows) => rows.map((row) => ({ ...row, time }));
      await expect(reader.pull()).rejects.toMatchObject(refused);
    }
  });

  it('a row that cannot be read is counted with its span, once, and the others are read', async () => {
    const reader = walking(paging);
    const [first, second, third] = deposited(at(1), at(2), at(3));
    reader.venue.books.push(first!, { ...second!, isStrange: true }, third!);
    const pull = await reader.pull();
    expect(idsOf(reader.ledger.entries).sort()).toEqual(['100', '102']);
    expect(reader.state.quarantined['deposits']).toMatchObject({ count: 1, from: LAUNCH, to: at(10) - 1 });
    expect(pull.coverage.scope.missing).toContain('rows of deposits that cannot be read');
    await reader.pull();
    expect(reader.state.quarantined['deposits']!.count).toBe(1);
  });
});

describe('when whole windows are asked for', () => {
  it('a full answer halves the window until it fits', async () => {
    const reader = walking(PAGING.whole);
    reader.venue.books.push(...deposited(at(1), at(1) + 1_000, at(1) + 2_000, at(1) + 3_000));
    await reader.all();
    expect(idsOf(reader.ledger.entries)).toHaveLength(4);
  });

  it('one second with more rows than an answer cannot be read, and that is said', async () => {
    const reader = walking(PAGING.whole);
    reader.venue.books.push(...deposited(at(1), at(1) + 1, at(1) + 2));
    await expect(reader.all()).rejects.toMatchObject(refused);
  });
});

describe('when pages are asked for by their last instant', () => {
  it('each begins at the last instant of the one before', async () => {
    const reader = walking(PAGING.time);
    reader.venue.books.push(...daily(5));
    await reader.pull();
    expect(windowsOf(reader).slice(0, 2)).toEqual([
      [LAUNCH, at(10) - 1],
      [at(3), at(10) - 1],
    ]);
  });

  it('one instant with more rows than a page cannot be read, and that is said', async () => {
    const reader = walking(PAGING.time);
    reader.venue.books.push(...deposited(at(1), at(1), at(1)));
    await expect(reader.all()).rejects.toMatchObject(refused);
  });

  it('a page without any row that can be read is passed over', async () => {
    const reader = walking(PAGING.time);
    const strange = deposited(at(1), at(2), at(3), at(4), at(5)).map((row) => ({ ...row, isStrange: true }));
    reader.venue.books.push(...strange, booked('9', 'deposit', 'USDT', at(6)));
    await reader.all();
    expect(idsOf(reader.ledger.entries)).toEqual(['9']);
    expect(reader.state.quarantined['deposits']!.count).toBe(5);
  });
});

describe.each(['page', 'offset'] as const)('when pages are asked for by their %s', (kind) => {
  it.each([4, 5])('a venue that gives its last page for ever is no endless walk (%i rows)', async (count) => {
    const reader = walking(PAGING[kind]);
    reader.venue.books.push(...daily(count));
    let last: readonly Row[] = [];
    reader.venue.alter = (rows, _call, { to }) => {
      if (Number(to) < at(10)) last = rows.length > 0 ? rows : last;
      return Number(to) < at(10) ? last : rows;
    };
    await reader.pull();
    expect(idsOf(reader.ledger.entries)).toHaveLength(count);
    expect(reader.venue.asks('deposits').length).toBeLessThan(8);
  });
});

describe('when pages are asked for by tokens', () => {
  it('a token that has expired is no end: the window begins again', async () => {
    const reader = walking(PAGING.token);
    reader.venue.books.push(...daily(9));
    const cut = await reader.pull({ maxEntries: 3 });
    expect(reader.state.walks['deposits']!.inside).toMatchObject({ at: '0:4' });
    expect(cut.entries).toHaveLength(4);
    reader.venue.generation += 1;
    await reader.all();
    expect(idsOf(reader.ledger.entries)).toHaveLength(9);
  });

  it('tokens that always expire are a fault, not an endless walk', async () => {
    const reader = walking(PAGING.token);
    reader.venue.books.push(...daily(9));
    reader.venue.before = () => {
      reader.venue.generation += 1;
    };
    await expect(reader.all()).rejects.toMatchObject(refused);
    expect(reader.venue.asks('deposits').length).toBeLessThan(10);
  });

  it('the same token again is the end', async () => {
    const reader = walking({ ...PAGING.token, next: () => '0:0' });
    reader.venue.books.push(...daily(2));
    await reader.pull();
    expect(reader.venue.asks('deposits').length).toBeLessThan(10);
  });
});

describe('when pages are asked for by falling ids', () => {
  it('each begins below the lowest of the one before, in whichever order its rows come', async () => {
    const reader = walking(PAGING.falling);
    reader.venue.books.push(...daily(7));
    reader.venue.alter = (rows) => [...rows].reverse();
    await reader.all();
    expect(idsOf(reader.ledger.entries)).toHaveLength(7);
    expect(reader.venue.asks('deposits').length).toBeLessThan(12);
  });

  it('a venue that gives the named row once more, and nothing below it, has told everything', async () => {
    const reader = walking(PAGING.falling);
    const [row] = daily(1);
    reader.venue.books.push(row!);
    reader.venue.alter = (rows, _call, { before }) => (before === undefined ? rows : [row!]);
    await reader.pull();
    expect(idsOf(reader.ledger.entries)).toHaveLength(1);
    expect(reader.venue.asks('deposits').length).toBeLessThan(8);
  });

  it('a venue that does not go down is an invalid answer, not an endless walk', async () => {
    const reader = walking(PAGING.falling);
    const rows = daily(2);
    reader.venue.books.push(...rows);
    reader.venue.alter = () => rows;
    await expect(reader.all()).rejects.toMatchObject(refused);
    expect(reader.venue.asks('deposits').length).toBeLessThan(10);
  });
});

describe('when the venue tells times in whole seconds', () => {
  it('a row of the second in which a window begins is inside it', async () => {
    const reader = walking(PAGING.offset);
    const { venue } = reader;
    const time = at(22, 12) + 700;
    venue.books.push(booked('1', 'deposit', 'USDT', time));
    // The venue knows the row by its milliseconds, and shows only its second.
    venue.alter = (rows) => rows.map((row) => ({ ...row, time: Math.floor(row.time / 1_000) * 1_000 }));
    venue.now = at(25, 12) + 500;
    await reader.pull();
    await reader.pull();
    expect(idsOf(reader.ledger.entries)).toEqual(['1']);
  });
});

describe('when the first windows of a stream are chosen', () => {
  it('they begin with the stream, not with the venue, and what is read again does not begin before it', async () => {
    const reader = walking(PAGING.offset, { since: at(20) });
    reader.venue.now = at(21);
    await reader.pull();
    await reader.pull();
    expect(windowsOf(reader)).toEqual([[at(20), at(21)]]);
  });
});
