import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../src/exchanges/errors.ts';
import { at, booked, bought, idsOf, ListedVenue } from './venue.ts';

/** An account that holds bitcoin, bought in `fills` fills, one per hour of the second day. */
function buying(fills: number): ListedVenue {
  const venue = new ListedVenue();
  venue.books.balances = ['BTC'];
  for (let id = 1; id <= fills; id++) venue.books.fills.push(bought(10 * id, 'BTC/USDT', at(1, id)));
  return venue;
}

const asksOf = ({ asked }: ListedVenue, symbol = 'BTC/USDT') =>
  asked.fills.filter((ask) => ask.symbol === symbol).map(({ fromId, limit }) => [fromId, limit]);

describe('when fills are walked', () => {
  it('each page begins after the last fill of the page before', async () => {
    const venue = buying(7);
    const pull = await venue.pull();
    expect(idsOf(pull.entries)).toEqual(['10', '20', '30', '40', '50', '60', '70']);
    expect(asksOf(venue)).toEqual([
      ['0', 3],
      ['31', 3],
      ['61', 3],
    ]);
  });

  it('a last page that is full is followed by an empty one', async () => {
    const venue = buying(3);
    await venue.pull();
    expect(asksOf(venue)).toEqual([
      ['0', 3],
      ['31', 3],
    ]);
  });

  it('a walk that a budget stopped within a page continues there', async () => {
    const venue = buying(7);
    const first = await venue.pull(null, { maxEntries: 5 });
    expect(idsOf(first.entries)).toEqual(['10', '20', '30', '40', '50']);
    expect(asksOf(venue)).toEqual([
      ['0', 3],
      ['31', 2],
    ]);
    expect(first).toMatchObject({ done: false, snapshot: null });
    const second = await venue.pull(first.cursor);
    expect(idsOf(second.entries)).toEqual(['60', '70']);
    expect(asksOf(venue)).toEqual([['51', 3]]);
    expect(second.done).toBe(true);
  });

  it('an id of any length is incremented correctly', async () => {
    const venue = buying(0);
    venue.books.fills.push({ ...bought(0, 'BTC/USDT', at(1)), id: '90071992547409931' });
    const { cursor } = await venue.pull();
    await venue.pull(cursor);
    expect(asksOf(venue)).toEqual([['90071992547409932', 3]]);
  });

  it('a venue that returns fills before the requested ones gives an invalid answer', async () => {
    const venue = buying(2);
    const { cursor } = await venue.pull();
    venue.lies = { fills: [bought(20, 'BTC/USDT', at(1, 2))] };
    await expect(venue.pull(cursor)).rejects.toSatisfy(
      (error) => error instanceof ExchangeError && error.code === 'exchange_bad_response',
    );
  });

  it('a fill in two pages is returned once, and an id of two symbols twice', async () => {
    const venue = buying(1);
    venue.books.balances.push('ETH');
    venue.books.fills.push(bought(10, 'BTC/USDT', at(1, 1)), bought(10, 'ETH/USDT', at(1, 1)));
    const pull = await venue.pull();
    expect(idsOf(pull.entries)).toEqual(['10', '10']);
  });
});

describe('when symbols are discovered', () => {
  it('they are those of assets that are held, were transferred or were traded, in a listed market', async () => {
    const venue = new ListedVenue({ knownQuotes: ['USDT', 'BTC'] });
    venue.books.markets.push('ETH/BTC', 'SOL/USDT');
    venue.books.balances = ['ETH', 'NONE'];
    venue.books.transfers.push(booked('d', 'deposit', 'BNB', at(1)));
    const pull = await venue.pull();
    expect(pull.coverage.symbols).toEqual(['BNB/USDT', 'ETH/BTC', 'ETH/USDT']);
  });

  it('a symbol stays after its asset is gone, with the position of its walk', async () => {
    const venue = buying(2);
    const { cursor } = await venue.pull();
    venue.books.balances = [];
    const second = await venue.pull(cursor);
    expect(second.coverage.symbols).toEqual(['BTC/USDT']);
    expect(asksOf(venue)).toEqual([['21', 3]]);
  });

  it('a reporting currency adds no symbols until it is held', async () => {
    const venue = new ListedVenue({ reportingAssets: ['BTC'] });
    venue.books.balances = ['ETH'];
    venue.books.fills.push(bought(1, 'ETH/USDT', at(3)), bought(2, 'BTC/USDT', at(4)));
    let pull = await venue.pull();
    pull = await venue.pull(pull.cursor);
    expect(pull.coverage.symbols).toEqual(['ETH/USDT']);
    venue.books.transfers.push(booked('d', 'deposit', 'BTC', at(25)));
    pull = await venue.pull(pull.cursor);
    expect(pull.coverage.symbols).toEqual(['BTC/USDT', 'ETH/USDT']);
    expect(idsOf(pull.entries)).toEqual(['d', '2']);
  });
});
