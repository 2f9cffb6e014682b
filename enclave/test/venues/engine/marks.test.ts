import { describe, expect, it } from 'vitest';
import type { Pull } from '../../../src/venues/port.ts';
import { Reader } from './reader.ts';
import { at, booked, bought, paid } from './rows.ts';
import { SCRIPTED } from './scripted-table.ts';
import { ScriptedVenue } from './scripted-venue.ts';

/** An account that bought bitcoin on the sixth day, at three minutes past noon. Its first reading is over. */
function holding(): Reader {
  const reader = new Reader(new ScriptedVenue(at(10, 12)));
  reader.venue.books.push(bought(1, 'BTC/USDT', at(5, 12, 3)));
  return reader;
}

/** The requested candles, as first opening, last end and number. */
const spansOf = ({ venue }: Reader, resolution: string, symbol = 'BTC/USDT') =>
  venue.closesAsked
    .filter((span) => span.resolution === resolution && span.symbol === symbol)
    .map(({ from, until, limit }) => [from, until, limit]);
const minutesOf = (reader: Reader, symbol: string) => spansOf(reader, '1m', symbol).map(([, until]) => until);

/** Prices as `asset resolution time`. */
const pricesOf = ({ marks }: Pull, resolution = '') =>
  marks
    .filter((mark) => mark.resolution.includes(resolution))
    .map((mark) => `${mark.asset} ${mark.resolution} ${mark.time}`);

describe('when daily closes are read', () => {
  it('they begin a day before the first activity, and go on at their end a day later', async () => {
    const reader = holding();
    const pull = await reader.pull();
    expect(spansOf(reader, '1d')).toEqual([[at(4), at(10), 1_000]]);
    expect(pricesOf(pull, '1d')).toEqual([5, 6, 7, 8, 9, 10].map((day) => `BTC 1d ${at(day)}`));
    expect(pull.coverage.gaps).toEqual([]);
    await reader.pull();
    expect(spansOf(reader, '1d')).toEqual([]);
    reader.venue.now = at(11);
    expect(pricesOf(await reader.pull())).toEqual([`BTC 1d ${at(11)}`]);
    expect(spansOf(reader, '1d')).toEqual([[at(10), at(11), 1_000]]);
  });

  it('a thousand are a page, and the next begins at its end', async () => {
    const reader = holding();
    reader.venue.now = at(1_100);
    const pull = await reader.pull({ maxEntries: 10 });
    expect(spansOf(reader, '1d')).toEqual([
      [at(4), at(1_100), 1_000],
      [at(1_004), at(1_100), 1_000],
    ]);
    expect(pricesOf(pull, '1d')).toHaveLength(1_096);
  });

  it('they are read again from the new start when the first activity turns out to be earlier', async () => {
    const reader = holding();
    await reader.all();
    reader.venue.books.push(bought(1, 'ETH/USDT', at(2, 1)));
    const pull = await reader.pull();
    expect(pull.coverage.from).toBe(at(2, 1));
    for (const symbol of ['BTC/USDT', 'ETH/USDT'])
      expect(spansOf(reader, '1d', symbol)).toEqual([[at(1), at(10), 1_000]]);
  });

  it('days that the venue does not return are gaps, but only after the asset was first held', async () => {
    const reader = holding();
    for (const day of [5, 7, 8]) reader.venue.missing.add(`BTC/USDT ${at(day)}`);
    reader.venue.books.push(booked('1', 'deposit', 'USDT', at(2)));
    const pull = await reader.pull();
    expect(pull.coverage.gaps).toEqual([{ stream: 'daily prices of BTC', from: at(6), to: at(8) }]);
    // A price that is missing hides nothing that moved the account.
    expect((await reader.all()).coverage.scope.state).toBe('complete');
  });

  it('a reporting currency is priced, and has no gaps until it is held', async () => {
    const reader = new Reader(new ScriptedVenue(at(10)));
    const { venue } = reader;
    venue.table = { ...SCRIPTED, reportingAssets: ['BTC'] };
    venue.books.push(booked('1', 'deposit', 'USDT', at(2)));
    for (const day of [4, 12]) venue.missing.add(`BTC/USDT ${at(day)}`);
    const first = await reader.pull();
    expect(pricesOf(first)).toContain(`BTC 1d ${at(10)}`);
    expect(first.coverage.gaps).toEqual([]);
    venue.books.push(booked('2', 'deposit', 'BTC', at(9)));
    venue.now = at(13);
    const second = await reader.pull();
    expect(second.coverage.gaps).toEqual([{ stream: 'daily prices of BTC', from: at(11), to: at(12) }]);
  });

  it('an asset that nothing explains is priced from the first activity', async () => {
    const reader = holding();
    reader.venue.secrets.push(['main', 'ETH', '1']);
    await reader.pull();
    expect(reader.state.assets['ETH']).toMatchObject({ since: at(5, 12, 3), priceOnly: false });
  });

  it('a contract is priced by its own market, and its currency too', async () => {
    const reader = holding();
    reader.venue.books.push(bought(2, 'BTC/USDT:USDT', at(6)));
    const pull = await reader.pull();
    expect(spansOf(reader, '1d', 'BTC/USDT:USDT')).toEqual([[at(4), at(10), 1_000]]);
    expect(pricesOf(pull, '1d')).toContain(`BTC/USDT:USDT 1d ${at(10)}`);
  });

  it('they stop when the time is up, and go on there', async () => {
    const reader = holding();
    const { venue } = reader;
    venue.books.push(bought(2, 'ETH/USDT', at(6)));
    venue.before = (call) => {
      if (call === 'closes') venue.now += 1;
    };
    const cut = await reader.pull({ until: venue.now + 1 });
    expect(cut).toMatchObject({ done: false, snapshot: null, progress: 0.3 });
    expect(spansOf(reader, '1d').concat(spansOf(reader, '1d', 'ETH/USDT'))).toHaveLength(1);
    await reader.pull();
    expect(spansOf(reader, '1d').concat(spansOf(reader, '1d', 'ETH/USDT'))).toHaveLength(1);
  });
});

describe('when value flows in or out', () => {
  it('every asset that was held is priced at its minute, once', async () => {
    const reader = holding();
    reader.venue.books.push(
      booked('1', 'deposit', 'ETH', at(3, 1, 30)),
      booked('2', 'deposit', 'ETH', at(8, 1, 30) + 59_999),
    );
    await reader.pull();
    expect(minutesOf(reader, 'ETH/USDT')).toEqual([at(3, 1, 30), at(8, 1, 30)]);
    // The fill lies in the minute that ends at 12:04. On the third day there was no bitcoin.
    expect(minutesOf(reader, 'BTC/USDT')).toEqual([at(8, 1, 30), at(5, 12, 4)]);
    expect(reader.venue.lastClosesAsked).toEqual([]);
    expect((await reader.pull()).marks).toEqual([]);
  });

  it('a flow before the first known holding of an asset is priced when an earlier holding is found', async () => {
    const reader = holding();
    const { venue } = reader;
    venue.books.push(booked('1', 'deposit', 'USDT', at(4, 3)));
    await reader.all();
    venue.books.push(paid('r', 'BTC', '1', at(4, 2)));
    await reader.pull();
    expect(reader.state.assets['BTC']?.since).toBe(at(4, 2));
    expect(minutesOf(reader, 'BTC/USDT')).toEqual([at(4, 3)]);
  });

  it('a transfer inside the account is no flow', async () => {
    const reader = holding();
    await reader.all();
    const before = reader.state.flows;
    reader.venue.books.push(booked('1', 'deposit', 'USDT', at(9)));
    await reader.pull();
    expect(reader.state.flows).toEqual([...before, at(9)]);
  });

  it('a minute is requested once, for any number of uses', async () => {
    const reader = holding();
    // The fill lies in the minute that ends when the minute of the deposits begins.
    reader.venue.books.push(
      booked('1', 'deposit', 'USDT', at(5, 12, 4)),
      booked('2', 'deposit', 'USDT', at(5, 12, 4) + 1),
    );
    expect(pricesOf(await reader.pull(), '1m')).toEqual([`BTC 1m ${at(5, 12, 4)}`]);
  });

  it('a minute without a candle uses the last close before it; without any, it is a gap', async () => {
    const reader = holding();
    const { venue } = reader;
    for (const id of ['1', '2']) venue.books.push(booked(id, 'deposit', 'BTC', at(8)));
    venue.missing.add(`BTC/USDT ${at(8)}`);
    const pull = await reader.pull();
    expect(venue.lastClosesAsked).toEqual([{ symbol: 'BTC/USDT', time: at(8) }]);
    expect(pricesOf(pull, '1m')).toContain(`BTC 1m ${at(8)}`);

    const silent = holding();
    silent.venue.books.push(booked('1', 'deposit', 'BTC', at(8)));
    for (const name of [`BTC/USDT ${at(8)}`, 'BTC/USDT']) silent.venue.missing.add(name);
    const { coverage } = await silent.pull();
    expect(coverage.gaps).toContainEqual({ stream: 'minute prices of BTC', from: at(7, 23, 59), to: at(8) });
  });

  it('a quote in which marks are not quoted is priced at its minute', async () => {
    const reader = holding();
    reader.venue.listed.push('BTC/ETH');
    reader.venue.books.push(bought(1, 'BTC/ETH', at(7, 1)));
    await reader.pull();
    expect(minutesOf(reader, 'ETH/USDT')).toEqual([at(7, 1)]);
  });

  it('a fee in a third currency is priced at its minute, but not a zero fee or one in the own currency', async () => {
    const reader = holding();
    const fee = (amount: string, currency: string) => ({ fee: { amount, currency } });
    reader.venue.books.splice(0);
    reader.venue.books.push(
      bought(1, 'BTC/USDT', at(5), fee('1', 'BNB')),
      bought(2, 'BTC/USDT', at(6), fee('0', 'BNB')),
      bought(3, 'BTC/USDT', at(7), fee('1', 'BTC')),
    );
    await reader.pull();
    expect(minutesOf(reader, 'BNB/USDT')).toEqual([at(5)]);
    // Only the minutes that contain the fills.
    expect(minutesOf(reader, 'BTC/USDT')).toEqual([5, 6, 7].map((day) => at(day, 0, 1)));
  });

  it('minutes beyond the time limit wait, and no others do', async () => {
    const reader = new Reader(new ScriptedVenue(at(20, 12)));
    const { venue } = reader;
    for (let day = 1; day <= 10; day++) venue.books.push(booked(String(day), 'deposit', 'BNB', at(day)));
    const read = () => venue.closesAsked.filter(({ resolution }) => resolution === '1m').length;
    venue.before = (call) => {
      if (call === 'closes' && read() === 1) venue.now += 1;
    };
    const cut = await reader.pull({ until: venue.now + 1 });
    expect(cut).toMatchObject({ done: false, progress: 0.3 });
    const left = [2, 3, 4, 5, 6, 7, 8, 9, 10].map((day) => at(day));
    expect([...reader.state.minutes['BNB']!].sort((a, b) => a - b)).toEqual(left);
    venue.before = () => undefined;
    const rest = await reader.pull();
    expect(pricesOf(rest)).toEqual(left.map((end) => `BNB 1m ${end}`));
    expect([reader.state.minutes, rest.done]).toEqual([{}, true]);
  });
});

describe('when something has no price', () => {
  it('that is said once, and nothing waits for it', async () => {
    const reader = holding();
    reader.venue.books.push(
      booked('1', 'deposit', 'DUST', at(8)),
      bought(2, 'BTC/USDT', at(6), { fee: { amount: '1', currency: 'DUST' } }),
    );
    for (let pulls = 0; pulls < 2; pulls++) {
      const pull = await reader.pull();
      expect(pull.done).toBe(true);
      expect(pull.coverage.unavailable).toEqual(['prices of DUST']);
      expect(Object.keys(reader.state.assets)).toEqual(['BTC']);
      expect(reader.state.minutes).toEqual({});
    }
  });
});
