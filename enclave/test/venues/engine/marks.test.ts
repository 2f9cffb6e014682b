import { describe, expect, it } from 'vitest';
import { at, booked, bought, holding, ListedVenue, pricesOf, spansOf, stateIn } from './venue.ts';

describe('when daily closes are read', () => {
  it('they begin a day before the first activity, and each page begins at the end of the page before', async () => {
    const venue = holding();
    const pull = await venue.pull();
    expect(spansOf(venue, '1d')).toEqual([
      [at(4), at(10), 4],
      [at(8), at(10), 4],
    ]);
    const days = [5, 6, 7, 8, 9, 10].map((day) => `BTC 1d ${at(day)}`);
    expect(pricesOf(pull).filter((price) => price.includes('1d'))).toEqual(days);
    expect(pull.coverage.gaps).toEqual([]);
  });

  it('they continue at their end a day later, and on the same day nothing is requested', async () => {
    const venue = holding();
    const first = await venue.pull();
    const second = await venue.pull(first.cursor);
    expect(spansOf(venue, '1d')).toEqual([]);
    venue.books.now = at(11);
    const third = await venue.pull(second.cursor);
    expect(spansOf(venue, '1d')).toEqual([[at(10), at(11), 4]]);
    expect(pricesOf(third)).toEqual([`BTC 1d ${at(11)}`]);
  });

  it('they are read again from the new start when the first activity turns out to be earlier', async () => {
    const venue = holding();
    const first = await venue.pull();
    venue.books.transfers.push(booked('d', 'deposit', 'USDT', at(9)));
    const second = await venue.pull(first.cursor);
    expect(spansOf(venue, '1d')).toEqual([]);
    venue.books.balances.push('ETH');
    venue.books.fills.push(bought(1, 'ETH/USDT', at(2, 1)));
    const third = await venue.pull(second.cursor);
    expect(third.coverage.from).toBe(at(2, 1));
    expect(spansOf(venue, '1d')).toEqual([
      [at(1), at(10), 4],
      [at(5), at(10), 4],
      [at(9), at(10), 4],
    ]);
    expect(spansOf(venue, '1d', 'ETH/USDT')).toEqual(spansOf(venue, '1d'));
  });

  it('days that the venue does not return are reported, but only after the asset was first held', async () => {
    const venue = holding();
    for (const day of [5, 7, 8]) venue.books.missing.add(`BTC/USDT ${at(day)}`);
    venue.books.transfers.push(booked('d', 'deposit', 'USDT', at(2)));
    const pull = await venue.pull();
    expect(pull.coverage.gaps).toEqual([{ stream: 'daily prices of BTC', from: at(6), to: at(8) }]);
  });

  it('a gap begins where the asset was first held', async () => {
    const venue = holding();
    for (const day of [5, 6, 7]) venue.books.missing.add(`BTC/USDT ${at(day)}`);
    const pull = await venue.pull();
    expect(pull.coverage.gaps).toEqual([{ stream: 'daily prices of BTC', from: at(5, 12, 3), to: at(7) }]);
  });

  it('a reporting currency has no gaps until it is held', async () => {
    const venue = new ListedVenue({ reportingAssets: ['BTC'] });
    venue.books.now = at(10);
    venue.books.transfers.push(booked('d', 'deposit', 'USDT', at(2)));
    for (const day of [4, 12]) venue.books.missing.add(`BTC/USDT ${at(day)}`);
    const first = await venue.pull();
    expect(pricesOf(first)).toContain(`BTC 1d ${at(10)}`);
    expect(first.coverage.gaps).toEqual([]);
    venue.books.transfers.push(booked('e', 'deposit', 'BTC', at(9)));
    venue.books.now = at(13);
    const second = await venue.pull(first.cursor);
    expect(second.coverage.gaps).toEqual([{ stream: 'daily prices of BTC', from: at(11), to: at(12) }]);
  });

  it('an asset that is held and was never moved is priced from the first activity, or from now', async () => {
    const venue = holding();
    venue.books.balances.push('ETH');
    const pull = await venue.pull();
    expect(stateIn(pull).assets['ETH']).toMatchObject({ since: at(5, 12, 3), priceOnly: false });
    const idle = new ListedVenue();
    idle.books.balances = ['ETH'];
    expect(stateIn(await idle.pull()).assets['ETH']).toMatchObject({ since: at(25, 12), priceOnly: false });
  });

  it('they stop when the time is up, and continue there', async () => {
    const venue = holding();
    venue.before = (call) => {
      if (call === 'closes') venue.books.now += 1;
    };
    const cut = await venue.pull(null, { until: venue.books.now + 1 });
    expect(cut).toMatchObject({ done: false, snapshot: null, progress: 0.9 });
    await venue.pull(cut.cursor);
    expect(spansOf(venue, '1d')).toEqual([[at(8), at(10), 4]]);
  });
});

describe('when value flows in or out', () => {
  const minutesOf = (venue: ListedVenue, symbol: string) =>
    spansOf(venue, '1m', symbol).map(([, until]) => until);

  it('every asset that was held is priced at its minute, once', async () => {
    const venue = holding();
    venue.books.transfers.push(
      booked('before', 'deposit', 'ETH', at(3, 1, 30)),
      booked('after', 'deposit', 'ETH', at(8, 1, 30) + 59_999),
    );
    const pull = await venue.pull();
    expect(minutesOf(venue, 'ETH/USDT')).toEqual([at(3, 1, 30), at(8, 1, 30)]);
    // The fill lies in the minute that ends at 12:04. On the third day there was no bitcoin.
    expect(minutesOf(venue, 'BTC/USDT')).toEqual([at(8, 1, 30), at(5, 12, 4)]);
    expect(venue.asked.lastCloses).toEqual([]);
    const again = await venue.pull(pull.cursor);
    expect(again.marks).toEqual([]);
    expect([minutesOf(venue, 'ETH/USDT'), minutesOf(venue, 'BTC/USDT')]).toEqual([[], []]);
  });

  it('a flow before the first known holding of an asset is priced later when an earlier holding is found', async () => {
    const venue = holding();
    venue.books.transfers.push(booked('d', 'deposit', 'USDT', at(4, 3)));
    const first = await venue.pull();
    expect(minutesOf(venue, 'BTC/USDT')).toEqual([at(5, 12, 4)]);
    venue.books.transfers.push(booked('late', 'withdrawal', 'BTC', at(9)));
    const second = await venue.pull(first.cursor);
    expect(minutesOf(venue, 'BTC/USDT')).toEqual([at(9)]);
    venue.books.markets.push('BTC/EUR');
    venue.books.fills.push(bought(7, 'BTC/EUR', at(4, 2)));
    const third = await venue.pull(second.cursor);
    expect(stateIn(third).assets['BTC']?.since).toBe(at(4, 2));
    expect(minutesOf(venue, 'BTC/USDT')).toContain(at(4, 3));
  });

  it('a minute is requested once, for any number of uses', async () => {
    const venue = holding();
    // The fill lies in the minute that ends when the minute of the deposits begins.
    venue.books.transfers.push(
      booked('d', 'deposit', 'USDT', at(5, 12, 4)),
      booked('e', 'deposit', 'USDT', at(5, 12, 4) + 1),
    );
    const pull = await venue.pull();
    const minute = `BTC 1m ${at(5, 12, 4)}`;
    expect(pricesOf(pull).filter((price) => price.includes('1m'))).toEqual([minute]);
  });

  it('a minute without a candle uses the last close before it', async () => {
    const venue = holding();
    for (const id of ['d', 'e']) venue.books.transfers.push(booked(id, 'deposit', 'BTC', at(8)));
    venue.books.missing.add(`BTC/USDT ${at(8)}`);
    const pull = await venue.pull();
    expect(venue.asked.lastCloses).toEqual([{ symbol: 'BTC/USDT', time: at(8) }]);
    expect(pull.marks.filter(({ resolution, time }) => resolution === '1m' && time === at(8))).toHaveLength(
      1,
    );
  });

  it('a quote asset in which marks are not quoted is priced at its minute', async () => {
    const venue = holding({ knownQuotes: ['USDT', 'ETH'] });
    venue.books.markets.push('BTC/ETH');
    venue.books.fills.push(bought(1, 'BTC/ETH', at(7, 1)));
    await venue.pull();
    expect(minutesOf(venue, 'ETH/USDT')).toEqual([at(7, 1)]);
  });

  it('a fee in a third currency is priced at its minute, but not a zero fee or one in the own currency', async () => {
    const venue = holding();
    const fee = (amount: string, currency: string) => ({ fee: { amount, currency } });
    venue.books.fills = [
      bought(1, 'BTC/USDT', at(5), fee('1', 'BNB')),
      bought(2, 'BTC/USDT', at(6), fee('0', 'BNB')),
      bought(3, 'BTC/USDT', at(7), fee('1', 'BTC')),
    ];
    await venue.pull();
    expect(minutesOf(venue, 'BNB/USDT')).toEqual([at(5)]);
    // Only the minutes that contain the fills.
    expect(minutesOf(venue, 'BTC/USDT')).toEqual([5, 6, 7].map((day) => at(day, 0, 1)));
  });

  it('minutes beyond the time limit wait, and no others do', async () => {
    const venue = new ListedVenue();
    for (let day = 1; day <= 10; day++)
      venue.books.transfers.push(booked(`d${day}`, 'deposit', 'BNB', at(day)));
    const read = () => venue.asked.closes.filter(({ resolution }) => resolution === '1m').length;
    venue.before = (call) => {
      if (call === 'closes' && read() === 1) venue.books.now += 1;
    };
    const cut = await venue.pull(null, { until: venue.books.now + 1 });
    expect(cut).toMatchObject({ done: false, progress: 0.9 });
    const left = [2, 3, 4, 5, 6, 7, 8, 9, 10].map((day) => at(day));
    expect(stateIn(cut).minutes).toEqual({ BNB: left });
    expect(pricesOf(cut)).toContain(`BNB 1m ${at(1)}`);
    venue.before = () => undefined;
    const rest = await venue.pull(cut.cursor);
    expect(pricesOf(rest)).toEqual(left.map((end) => `BNB 1m ${end}`));
    expect([stateIn(rest).minutes, rest.done]).toEqual([{}, true]);
  });
});

describe('when something has no price', () => {
  it('that is reported once, and nothing waits for it', async () => {
    const venue = holding();
    venue.books.balances.push('DUST');
    venue.books.transfers.push(booked('d', 'deposit', 'DUST', at(8)));
    venue.books.fills.push(bought(2, 'BTC/USDT', at(6), { fee: { amount: '1', currency: 'DUST' } }));
    const first = await venue.pull();
    const second = await venue.pull(first.cursor);
    for (const pull of [first, second]) {
      expect(pull.done).toBe(true);
      expect(pull.coverage.unavailable).toEqual(['prices of DUST']);
      expect(Object.keys(stateIn(pull).assets)).toEqual(['BTC']);
      expect(stateIn(pull).minutes).toEqual({});
    }
  });
});
