import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { idsOf, setOf } from './reader.ts';
import { at, booked } from './rows.ts';
import { LAUNCH } from './scripted-table.ts';
import { daily, deposited, KINDS, refused, walking, windowsOf } from './walking.ts';

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
