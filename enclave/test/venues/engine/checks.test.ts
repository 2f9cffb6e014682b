import { describe, expect, it } from 'vitest';
import { at, bought, holding, pricesOf, spansOf, stateIn } from './venue.ts';

describe('when fills are compared with their minutes', () => {
  it('each minute is read once, and minutes beyond the limit of a round are dropped', async () => {
    const venue = holding({ checkRequests: 1 });
    venue.books.fills = [
      bought(1, 'BTC/USDT', at(5), { quantity: '1' }),
      bought(2, 'BTC/USDT', at(6), { quantity: '3' }),
      bought(3, 'BTC/USDT', at(6, 0, 2), { quantity: '1' }),
      bought(4, 'BTC/USDT', at(7), { quantity: '2' }),
    ];
    const pull = await venue.pull();
    expect(spansOf(venue, '1m')).toEqual([[at(6), at(6, 0, 3), 3]]);
    // The same request also returns the minute between the two.
    const minutes = pricesOf(pull).filter((price) => price.includes('1m'));
    expect(minutes).toEqual([`BTC 1m ${at(6, 0, 1)}`, `BTC 1m ${at(6, 0, 3)}`]);
    expect(stateIn(pull).checks).toEqual({});
    expect((await venue.pull(pull.cursor)).marks).toEqual([]);
  });

  it('minutes that exceed the time of a round wait', async () => {
    const venue = holding();
    venue.books.fills = Array.from({ length: 10 }, (_, day) =>
      bought(day + 1, 'BTC/USDT', at(day), { quantity: String(20 - day) }),
    );
    const read = () => spansOf(venue, '1m').length;
    venue.before = (call) => {
      if (call === 'closes' && read() === 1) venue.books.now += 1;
    };
    const cut = await venue.pull(null, { until: venue.books.now + 1 });
    expect([read(), cut.done]).toEqual([1, false]);
    const left = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((day) => at(day, 0, 1));
    expect(stateIn(cut).checks['BTC/USDT']?.map(([end]) => end)).toEqual(left);
    venue.before = () => undefined;
    const rest = await venue.pull(cut.cursor);
    expect(pricesOf(rest)).toEqual(left.map((end) => `BTC 1m ${end}`));
    expect([stateIn(rest).checks, rest.done]).toEqual([{}, true]);
  });

  it('a minute that is not over waits until its end', async () => {
    const venue = holding();
    venue.books.fills.push(bought(2, 'BTC/USDT', at(5, 12, 3) + 1));
    venue.books.now = at(5, 12, 3) + 1;
    const early = await venue.pull();
    expect(early).toMatchObject({ done: true, marks: [{ time: at(5) }] });
    expect(stateIn(early).checks).toEqual({ 'BTC/USDT': [[at(5, 12, 4), 2_000_000]] });
    venue.books.now = at(5, 12, 4);
    const late = await venue.pull(early.cursor);
    expect(pricesOf(late)).toEqual([`BTC 1m ${at(5, 12, 4)}`]);
    expect(stateIn(late).checks).toEqual({});
  });

  it('fills wait when too many minutes are pending and the time is up', async () => {
    const venue = holding({ fillsPage: 700, candlesPage: 1 });
    venue.books.fills = Array.from({ length: 2_800 }, (_, index) =>
      bought(index + 1, 'BTC/USDT', at(1, 0, 2 * index)),
    );
    venue.books.fills[0] = bought(1, 'BTC/USDT', at(1), { fee: { amount: '1', currency: 'DUST' } });
    venue.before = (call) => {
      if (call === 'closes') venue.books.now += 1;
    };
    const cut = await venue.pull(null, { maxEntries: 10_000, until: venue.books.now + 1 });
    expect(cut.done).toBe(false);
    expect(cut.entries).toHaveLength(2_100);
    expect(cut.coverage.unavailable).toEqual(['prices of DUST']);
  });

  it('a symbol that is delisted is not compared', async () => {
    const venue = holding();
    venue.books.now = at(5, 12, 3) + 1;
    const first = await venue.pull();
    expect(Object.keys(stateIn(first).checks)).toEqual(['BTC/USDT']);
    venue.books.now = at(6);
    venue.books.markets = ['ETH/USDT'];
    const second = await venue.pull(first.cursor);
    expect(stateIn(second).checks).toEqual({});
    expect(second.done).toBe(true);
  });
});
