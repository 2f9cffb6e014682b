import { describe, expect, it } from 'vitest';
import type { Pull } from '../../../src/venues/port.ts';
import { Reader } from './reader.ts';
import { at, bought } from './rows.ts';
import { SCRIPTED } from './scripted-table.ts';
import { ScriptedVenue } from './scripted-venue.ts';

/** An account with these purchases of bitcoin. */
function holding(...fills: Parameters<ScriptedVenue['books']['push']>): Reader {
  const reader = new Reader(new ScriptedVenue(at(10, 12)));
  reader.venue.books.push(...fills);
  return reader;
}

const spansOf = ({ venue }: Reader) =>
  venue.closesAsked
    .filter(({ resolution, symbol }) => resolution === '1m' && symbol === 'BTC/USDT')
    .map(({ from, until, limit }) => [from, until, limit]);
const minutesOf = ({ marks }: Pull) =>
  marks.filter(({ resolution }) => resolution === '1m').map(({ asset, time }) => `${asset} ${time}`);

describe('when fills are compared with their minutes', () => {
  it('each minute is read once, and minutes beyond the limit of a round are dropped', async () => {
    const reader = holding(
      bought(1, 'BTC/USDT', at(5), { quantity: '1' }),
      bought(2, 'BTC/USDT', at(6), { quantity: '3' }),
      bought(3, 'BTC/USDT', at(6, 0, 2), { quantity: '1' }),
      bought(4, 'BTC/USDT', at(7), { quantity: '2' }),
    );
    reader.venue.table = { ...SCRIPTED, checkRequests: 1 };
    const pull = await reader.pull();
    expect(spansOf(reader)).toEqual([[at(6), at(6, 0, 3), 3]]);
    // The same request also returns the minute between the two.
    expect(minutesOf(pull)).toEqual([`BTC ${at(6, 0, 1)}`, `BTC ${at(6, 0, 3)}`]);
    expect(reader.state.checks).toEqual({});
    expect((await reader.pull()).marks).toEqual([]);
  });

  it('minutes that exceed the time of a round wait', async () => {
    const days = Array.from({ length: 10 }, (_, day) => day);
    const reader = holding(
      ...days.map((day) => bought(day + 1, 'BTC/USDT', at(day), { quantity: String(20 - day) })),
    );
    const { venue } = reader;
    venue.before = (call) => {
      if (call === 'closes' && spansOf(reader).length === 1) venue.now += 1;
    };
    const cut = await reader.pull({ until: venue.now + 1 });
    expect([spansOf(reader).length, cut.done]).toEqual([1, false]);
    const left = days.slice(1).map((day) => at(day, 0, 1));
    expect(reader.state.checks['BTC/USDT']?.map(([end]) => end)).toEqual(left);
    venue.before = () => undefined;
    const rest = await reader.pull();
    expect(minutesOf(rest)).toEqual(left.map((end) => `BTC ${end}`));
    expect([reader.state.checks, rest.done]).toEqual([{}, true]);
  });

  it('a minute that is not over waits until its end', async () => {
    const reader = holding(bought(1, 'BTC/USDT', at(10, 12) - 1_000));
    const { venue } = reader;
    venue.now = at(10, 12) - 500;
    const early = await reader.pull();
    expect([early.done, minutesOf(early)]).toEqual([true, []]);
    expect(reader.state.checks).toEqual({ 'BTC/USDT': [[at(10, 12), 1_000_000]] });
    venue.now = at(10, 12);
    const late = await reader.pull();
    expect([late.done, minutesOf(late)]).toEqual([true, [`BTC ${at(10, 12)}`]]);
    expect(reader.state.checks).toEqual({});
  });

  it('a contract is compared with its own market', async () => {
    const reader = holding(bought(1, 'BTC/USDT:USDT', at(5)));
    const pull = await reader.pull();
    expect(minutesOf(pull)).toEqual([`BTC/USDT:USDT ${at(5, 0, 1)}`]);
  });

  it('a market that is gone meanwhile is not compared', async () => {
    const reader = holding(bought(1, 'BTC/USDT', at(10, 12) - 1_000));
    const { venue } = reader;
    venue.now = at(10, 12) - 500;
    await reader.pull();
    expect(Object.keys(reader.state.checks)).toEqual(['BTC/USDT']);
    venue.now = at(10, 13);
    venue.listed = ['ETH/USDT'];
    const pull = await reader.pull();
    expect([reader.state.checks, pull.done]).toEqual([{}, true]);
  });
});
