import { describe, expect, it } from 'vitest';
import { idsOf } from './reader.ts';
import { at, booked } from './rows.ts';
import { LAUNCH, PAGING, type Row } from './scripted-table.ts';
import { daily, deposited, refused, walking, windowsOf } from './walking.ts';

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
