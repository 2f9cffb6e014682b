import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../src/exchanges/errors.ts';
import { at, booked, idsOf, LAUNCH, ListedVenue, stateIn } from './venue.ts';

/** A venue with `days` deposits, one a day from the first day on. */
function depositing(days: number): ListedVenue {
  const venue = new ListedVenue();
  for (let day = 1; day <= days; day++)
    venue.books.transfers.push(booked(`d${day}`, 'deposit', 'USDT', at(day)));
  return venue;
}

const windowsOf = ({ asked }: ListedVenue, direction = 'deposit') =>
  asked.transfers
    .filter((asking) => asking.direction === direction)
    .map(({ from, to, offset }) => [from, to, offset]);

describe('when transfers are walked', () => {
  it('windows follow one another from the launch to now, and a full page is followed by another', async () => {
    const venue = depositing(5);
    const pull = await venue.pull();
    expect(idsOf(pull.entries)).toEqual(['d1', 'd2', 'd3', 'd4', 'd5']);
    expect(windowsOf(venue)).toEqual([
      [LAUNCH, at(10) - 1, 0],
      [LAUNCH, at(10) - 1, 2],
      [LAUNCH, at(10) - 1, 4],
      [at(10), at(20) - 1, 0],
      [at(20), at(25, 12), 0],
    ]);
    expect(windowsOf(venue, 'withdrawal')).toEqual([
      [LAUNCH, at(10) - 1, 0],
      [at(10), at(20) - 1, 0],
      [at(20), at(25, 12), 0],
    ]);
  });

  it('a page that is exactly full is followed by an empty one', async () => {
    const venue = depositing(2);
    await venue.pull();
    expect(windowsOf(venue).slice(0, 2)).toEqual([
      [LAUNCH, at(10) - 1, 0],
      [LAUNCH, at(10) - 1, 2],
    ]);
  });

  it('a page counts as full regardless of the number of final transfers', async () => {
    const venue = depositing(3);
    venue.books.transfers.unshift(booked('slow', 'deposit', 'USDT', at(1), at(60)));
    expect(idsOf((await venue.pull()).entries)).toEqual(['d1', 'd2', 'd3']);
  });

  it('a walk that a budget stopped continues at the first unread window', async () => {
    const venue = depositing(5);
    const cut = await venue.pull(null, { maxEntries: 3 });
    expect(cut).toMatchObject({ done: false, progress: expect.closeTo((10 / 25.5) * (1 / 3), 6) });
    expect(stateIn(cut).deposit.next).toBe(at(10));
    await venue.pull(cut.cursor);
    expect(windowsOf(venue)).toEqual([
      [at(10), at(20) - 1, 0],
      [at(20), at(25, 12), 0],
    ]);
  });

  it('the latest days are read again, and no transfer in them is returned twice', async () => {
    const venue = depositing(24);
    const first = await venue.pull();
    expect(idsOf(first.entries)).toHaveLength(24);
    venue.books.transfers.push(booked('late', 'deposit', 'USDT', at(24, 1)));
    const second = await venue.pull(first.cursor);
    expect(windowsOf(venue)[0]).toEqual([at(22, 12), at(25, 12), 0]);
    expect(idsOf(second.entries)).toEqual(['late']);
  });

  it('a transfer at the first instant of these days is recognised too', async () => {
    const venue = new ListedVenue();
    venue.books.transfers.push(booked('d', 'deposit', 'USDT', at(22, 12)));
    const { cursor } = await venue.pull();
    expect((await venue.pull(cursor)).entries).toEqual([]);
  });

  it('the range that is read again does not begin before the launch', async () => {
    const venue = new ListedVenue();
    venue.books.now = at(1);
    const { cursor } = await venue.pull();
    await venue.pull(cursor);
    expect(windowsOf(venue)).toEqual([[LAUNCH, at(1), 0]]);
  });

  it.each([
    ['after', at(5) + 1],
    ['before', LAUNCH - 1],
  ])('a transfer from %s the window is an invalid answer', async (_, time) => {
    const venue = new ListedVenue();
    venue.books.now = at(5);
    venue.lies = { deposits: [booked('stray', 'deposit', 'USDT', time).entry] };
    await expect(venue.pull()).rejects.toSatisfy(
      (error) => error instanceof ExchangeError && error.code === 'exchange_bad_response',
    );
  });
});

describe('when identifiers of transfers are stored', () => {
  const seenIn = (pull: Awaited<ReturnType<ListedVenue['pull']>>) =>
    stateIn(pull).deposit.seen.map(([id]) => id);

  it('only those that will be read again are stored after the walk', async () => {
    const pull = await depositing(24).pull();
    expect(seenIn(pull)).toEqual(['d23', 'd24']);
  });

  it('during the walk no others are stored either', async () => {
    const cut = await depositing(24).pull(null, { maxEntries: 12 });
    expect(stateIn(cut).deposit.next).toBe(at(20));
    // These are final and older than the last three days, for any later transfers.
    expect(seenIn(cut)).toEqual([]);
  });

  it('identifiers of an account that is read repeatedly are removed as days pass', async () => {
    const venue = depositing(24);
    let pull = await venue.pull();
    venue.books.now = at(26, 12);
    pull = await venue.pull(pull.cursor);
    expect(seenIn(pull)).toEqual(['d24']);
    venue.books.now = at(40);
    pull = await venue.pull(pull.cursor);
    expect(seenIn(pull)).toEqual([]);
  });
});

describe('when a transfer is pending', () => {
  /** Deposits of days 2 and 5. The deposit of day 2 becomes final on day 28. */
  function pending(): ListedVenue {
    const venue = new ListedVenue();
    venue.books.transfers.push(
      booked('slow', 'deposit', 'USDT', at(2), at(28)),
      booked('quick', 'deposit', 'USDT', at(5)),
    );
    return venue;
  }

  it('the next walk begins at it, and returns later transfers once', async () => {
    const venue = pending();
    const first = await venue.pull();
    expect(idsOf(first.entries)).toEqual(['quick']);
    const { next, seen } = stateIn(first).deposit;
    expect([next, seen]).toEqual([at(2), [['quick', at(5)]]]);
    venue.books.now = at(29);
    const second = await venue.pull(first.cursor);
    expect(windowsOf(venue)[0]).toEqual([at(2), at(12) - 1, 0]);
    expect(idsOf(second.entries)).toEqual(['slow']);
  });

  it('after it is final no walk begins there any more', async () => {
    const venue = pending();
    const first = await venue.pull();
    venue.books.now = at(29);
    const second = await venue.pull(first.cursor);
    expect(stateIn(second).deposit).toEqual({ next: at(26), seen: [], pendingSince: null });
    await venue.pull(second.cursor);
    expect(windowsOf(venue)).toEqual([[at(26), at(29), 0]]);
  });

  it('it is stored during the walk, in this pull and in the next', async () => {
    const venue = pending();
    venue.books.transfers.push(booked('slower', 'deposit', 'USDT', at(3), at(60)));
    const cut = await venue.pull(null, { maxEntries: 1 });
    expect(stateIn(cut).deposit).toEqual({ next: at(10), seen: [['quick', at(5)]], pendingSince: at(2) });
    const whole = await venue.pull(cut.cursor);
    expect(stateIn(whole).deposit.next).toBe(at(2));
  });

  it('a pending transfer of the last days has no effect, because these days are read again anyway', async () => {
    const venue = new ListedVenue();
    venue.books.transfers.push(booked('new', 'withdrawal', 'USDT', at(25), at(26)));
    expect(stateIn(await venue.pull()).withdrawal).toEqual({
      next: at(22, 12),
      seen: [],
      pendingSince: null,
    });
  });
});
