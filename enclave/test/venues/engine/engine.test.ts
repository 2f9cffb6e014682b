import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../src/exchanges/errors.ts';
import { at, booked, bought, idsOf, ListedVenue, pricesOf, stateIn } from './venue.ts';

const down = () => {
  throw new ExchangeError('exchange_unavailable', 'down');
};
const isDown = (error: unknown) => error instanceof ExchangeError && error.code === 'exchange_unavailable';

/** An account on the sixth day of the venue. It bought bitcoin in the morning. */
function young(): ListedVenue {
  const venue = new ListedVenue();
  venue.books.now = at(5, 12);
  venue.books.balances = ['BTC'];
  venue.books.fills.push(bought(1, 'BTC/USDT', at(5, 9)));
  return venue;
}

describe('when a fault ends a pull', () => {
  it('a pull without progress throws the fault', async () => {
    const venue = young();
    venue.before = down;
    await expect(venue.pull()).rejects.toSatisfy(isDown);
  });

  it('a pull that read a window returns its progress', async () => {
    const venue = new ListedVenue();
    let calls = 0;
    venue.before = () => (++calls > 2 ? down() : undefined);
    const cut = await venue.pull();
    expect(cut).toMatchObject({ done: false, entries: [], snapshot: null });
    expect(stateIn(cut).deposit.next).toBe(at(10));
  });

  it('a pull that has entries returns them', async () => {
    const venue = young();
    venue.before = (call) => (call === 'closes' ? down() : undefined);
    const cut = await venue.pull();
    expect([idsOf(cut.entries), cut.marks, cut.done]).toEqual([['1'], [], false]);
  });

  it('a pull that has prices returns them, and the next continues after them', async () => {
    const venue = young();
    const first = await venue.pull();
    venue.books.now = at(10, 12);
    let calls = 0;
    venue.before = (call) => (call === 'closes' && ++calls > 1 ? down() : undefined);
    const cut = await venue.pull(first.cursor);
    expect(cut).toMatchObject({ done: false, entries: [], progress: 0.9 });
    expect(pricesOf(cut)).toEqual([6, 7, 8, 9].map((day) => `BTC 1d ${at(day)}`));
    venue.before = () => undefined;
    expect(pricesOf(await venue.pull(cut.cursor))).toEqual([`BTC 1d ${at(10)}`]);
  });

  it('an error that is no fault of the venue is thrown, for any progress of the pull', async () => {
    const venue = young();
    venue.before = (call) => {
      if (call === 'closes') throw new TypeError('a mistake of ours');
    };
    await expect(venue.pull()).rejects.toBeInstanceOf(TypeError);
  });

  it('a fault of the withdrawals is detected too', async () => {
    const venue = young();
    let calls = 0;
    venue.before = () => (++calls === 2 ? down() : undefined);
    await expect(venue.pull()).rejects.toSatisfy(isDown);
  });
});

describe('when a pull reports its progress', () => {
  it.each(['deposit', 'withdrawal'] as const)('the slower walk counts: %s', async (slower) => {
    const venue = new ListedVenue();
    venue.before = (call) => {
      const last = venue.asked.transfers.at(-1);
      if (call === 'transfers' && last?.direction === slower && last.from === at(10)) down();
    };
    const cut = await venue.pull();
    const { deposit, withdrawal } = stateIn(cut);
    expect([deposit.next, withdrawal.next].toSorted((a, b) => a - b)).toEqual([at(10), at(22, 12)]);
    // The walk covers 25 days and a half.
    expect(cut.progress).toBeCloseTo(10 / 25.5 / 3, 6);
  });

  it('a fault during the fills counts the symbols that were begun', async () => {
    const venue = young();
    venue.books.balances.push('ETH');
    let calls = 0;
    venue.before = (call) => (call === 'fills' && ++calls > 1 ? down() : undefined);
    expect((await venue.pull()).progress).toBeCloseTo(1 / 3 + 1 / 2 / 3, 6);
  });

  it('one of two symbols that was begun counts as half of the fills', async () => {
    const venue = young();
    venue.books.balances.push('ETH');
    for (let id = 2; id <= 4; id++) venue.books.fills.push(bought(id, 'BTC/USDT', at(5, id)));
    const cut = await venue.pull(null, { maxEntries: 3 });
    expect(cut.progress).toBeCloseTo(1 / 3 + 1 / 2 / 3, 6);
  });

  it('prices come last, and then the progress is complete', async () => {
    const venue = young();
    const cut = await venue.pull(null, { until: venue.books.now + 1 });
    expect([cut.progress, cut.done]).toEqual([1, true]);
    expect(cut.snapshot).toEqual({ time: venue.books.now, balances: [{ asset: 'BTC', total: '1' }] });
  });
});

describe('when a sandbox is read', () => {
  it('its transfers are not requested, and the missing parts are reported once', async () => {
    const venue = young();
    venue.books.transfers.push(booked('d', 'deposit', 'USDT', at(1)));
    let pull = await venue.pull(null, {}, { sandbox: true });
    pull = await venue.pull(pull.cursor, {}, { sandbox: true });
    expect(venue.asked.transfers).toEqual([]);
    expect(pull.coverage.unavailable).toEqual(['deposits', 'withdrawals', 'permissions']);
  });
});

describe('when an owner names symbols', () => {
  it('only these symbols are read, and keep their position', async () => {
    const venue = young();
    venue.books.fills.push(bought(1, 'ETH/USDT', at(5, 8)));
    const account = { symbols: ['ETH/USDT'] };
    const first = await venue.pull(null, {}, account);
    expect(idsOf(first.entries)).toEqual(['1']);
    expect(first.coverage.symbols).toEqual(['ETH/USDT']);
    const second = await venue.pull(first.cursor, {}, account);
    expect(venue.asked.fills).toEqual([{ symbol: 'ETH/USDT', fromId: '2', limit: 3 }]);
    expect(second.entries).toEqual([]);
  });

  it('a symbol that is not listed is refused', async () => {
    const venue = young();
    await expect(venue.pull(null, {}, { symbols: ['DOGE/USDT'] })).rejects.toSatisfy(
      (error) => error instanceof ExchangeError && error.code === 'exchange_symbol_unknown',
    );
  });
});
