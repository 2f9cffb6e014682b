import type { LedgerEntry } from '@perf-aggregator/analytics';
import { parseDecimal } from '@perf-aggregator/analytics/amount/decimal';
import { describe, expect, it } from 'vitest';
import { initialState, type PullState, type ReadingState } from '../../../src/venues/engine/cursor.ts';
import {
  closeReading,
  differencesOf,
  isSweep,
  newDifferences,
  noteMove,
  settleMoves,
} from '../../../src/venues/engine/moves.ts';
import { at, bought, moved, paid } from './rows.ts';

const NOW = at(10);
const DAY = 86_400_000;

function readingOf(holdings: Readonly<Record<string, string>>, instant = NOW): ReadingState {
  const balances = Object.entries(holdings).map(([asset, total]) => ({
    wallet: 'main',
    asset,
    total,
    time: instant,
  }));
  return {
    ...{
      balances,
      positions: [],
      transit: {},
      instants: { main: instant },
      asked: [],
      again: false,
      isRepeated: false,
      isFinal: false,
    },
  };
}

/** A state whose reading shows `holdings` of `main`, after entries that were read since. */
function stateOf(holdings: Readonly<Record<string, string>>, entries: readonly LedgerEntry[]): PullState {
  const state = { ...initialState(), reading: readingOf(holdings) };
  for (const entry of entries) noteMove(state, entry, NOW + 60_000);
  return state;
}

const cash = (amount: string, time: number, id = amount) => paid(id, 'USDT', amount, time).entries[0]!;
const told = (state: PullState, reading = state.reading!) =>
  differencesOf(state, reading).map(({ wallet, asset, amount }) => `${wallet} ${asset} ${amount.toString()}`);

describe('when holdings are compared with what moved them', () => {
  it('a difference is what the wallet holds beyond its entries, exactly', () => {
    const entries = [cash('100.00000001', at(1)), cash('-0.00000001', at(2))];
    expect(told(stateOf({ USDT: '100' }, entries))).toEqual([]);
    expect(told(stateOf({ USDT: '100.00000001' }, entries))).toEqual(['main USDT 0.00000001']);
    expect(told(stateOf({}, entries))).toEqual(['main USDT -100']);
    expect(told(stateOf({ USDT: '100', BTC: '1' }, entries))).toEqual(['main BTC 1']);
  });

  it.each([
    ['long before', -60_000, ['main USDT -5'], []],
    ['just before', -2_001, ['main USDT -5'], []],
    ['near, on the one side', -2_000, [], []],
    ['near, on the other side', 2_000, [], []],
    ['after', 2_001, [], ['main USDT 5']],
  ] as const)('an entry %s the instant of a row', (_, offset, without, withIt) => {
    // The row shows the wallet without the entry, and then with it.
    expect(told(stateOf({}, [cash('5', NOW + offset)]))).toEqual(without);
    expect(told(stateOf({ USDT: '5' }, [cash('5', NOW + offset)]))).toEqual(withIt);
  });

  it('of several entries near the instant, any number of the first ones counts', () => {
    const entries = [cash('1', NOW - 500), cash('20', NOW), cash('300', NOW + 500)];
    for (const held of ['0', '1', '21', '321'])
      expect(told(stateOf({ USDT: held }, entries)), held).toEqual([]);
    for (const held of ['20', '300', '320', '301'])
      expect(told(stateOf({ USDT: held }, entries)), held).toEqual([`main USDT ${held}`]);
  });

  it('entries that were near count fully once the next reading begins', () => {
    const state = stateOf({}, [cash('5', NOW + 1_000)]);
    state.reading = readingOf({}, NOW + 60_000);
    settleMoves(state);
    expect(state.later).toEqual([]);
    expect(told(state)).toEqual(['main USDT -5']);
  });

  it('an entry found between two readings counts like one of before', () => {
    const state = initialState();
    noteMove(state, cash('5', NOW), NOW + 60_000);
    noteMove(state, cash('7', NOW + 59_000), NOW + 60_000);
    expect(state.explained).toEqual({ main: { USDT: '5' } });
    state.reading = readingOf({ USDT: '12' }, NOW + 120_000);
    settleMoves(state);
    expect(told(state)).toEqual([]);
  });

  it('a withdrawal under way is still held', () => {
    const state = stateOf({ USDT: '94' }, [cash('100', at(1))]);
    expect(told(state)).toEqual(['main USDT -6']);
    state.reading!.transit['w1'] = { wallet: 'main', asset: 'USDT', total: '6' };
    expect(told(state)).toEqual([]);
  });

  it('both sides of a transfer move their wallets', () => {
    const state = stateOf({ USDT: '70' }, [
      cash('100', at(1)),
      ...moved('1', 'USDT', '30', 'main', 'perp', at(2)).entries,
    ]);
    expect(told(state)).toEqual([]);
    expect(state.touched).toEqual(['main', 'perp']);
    expect(state.explained['perp']).toEqual({ USDT: '30' });
  });
});

describe('when contracts are compared', () => {
  /** An open long of two contracts, bought at 100 and 101, whose entry price the venue rounds. */
  function contracts(total: string, entryPrice: string): PullState {
    const state = initialState();
    state.reading = {
      ...readingOf({}),
      instants: { perp: NOW },
      balances: [{ wallet: 'perp', asset: 'USDT', total, time: NOW }],
      positions: [
        {
          ...{
            wallet: 'perp',
            time: NOW,
            symbol: 'BTC/USDT:USDT',
            base: 'BTC',
            quote: 'USDT',
            settle: 'USDT',
          },
          ...{ inverse: false, contracts: '3', contractSize: '1', entryPrice },
        },
      ],
    };
    const fills = [
      bought(1, 'BTC/USDT:USDT', at(1), { quantity: '1', price: '100' }),
      bought(2, 'BTC/USDT:USDT', at(2), { quantity: '2', price: '101' }),
    ];
    for (const { entries } of fills) for (const entry of entries) noteMove(state, entry, NOW);
    return state;
  }

  it('the cost of the open position is no difference', () => {
    // 302 / 3 = 100.666…
    expect(told(contracts('0', '100.66666667'))).toEqual([]);
    expect(told(contracts('1', '100.66666667'))).toEqual([
      expect.stringMatching(/^perp USDT (1\.0000000\d|0\.999999)/),
    ]);
  });

  it('eight decimals a fill may be rounded, and no more', () => {
    const flat = (total: string) => {
      const state = initialState();
      const balances = [{ wallet: 'perp', asset: 'USDT', total, time: NOW }];
      state.reading = { ...readingOf({}), instants: { perp: NOW }, balances };
      const trades = [bought(1, 'BTC/USDT:USDT', at(1)), bought(2, 'BTC/USDT:USDT', at(2), { side: 'sell' })];
      for (const { entries } of trades) for (const entry of entries) noteMove(state, entry, NOW);
      return told(state);
    };
    expect(flat('0.00000002')).toEqual([]);
    expect(flat('-0.00000002')).toEqual([]);
    expect(flat('0.00000003')).toEqual(['perp USDT 0.00000003']);
  });

  it('what spot trades cost is rounded where it has more than eight decimals', () => {
    // 0.0123 × 0.05321 = 0.000654483, of which the venue takes 0.00065448.
    const fine = { base: 'ETH', quote: 'BTC', quantity: '0.0123', price: '0.05321' };
    const twice = [1, 2].flatMap((id) => bought(id, 'ETH/BTC', at(id), fine).entries);
    expect(told(stateOf({ ETH: '0.0246', BTC: '-0.00130896' }, twice))).toEqual([]);
    expect(told(stateOf({ ETH: '0.0246', BTC: '-0.00130894' }, twice))).toEqual(['main BTC 0.000000026']);
    expect(told(stateOf({ ETH: '0.02460001', BTC: '-0.00130896' }, twice))).toEqual(['main ETH 0.00000001']);
  });

  it('spot is not rounded otherwise', () => {
    const entries = bought(1, 'BTC/USDT', at(1)).entries;
    expect(told(stateOf({ BTC: '1.00000001', USDT: '-100' }, entries))).toEqual(['main BTC 0.00000001']);
    const eight = bought(1, 'BTC/USDT', at(1), { quantity: '0.0123', price: '0.5321' }).entries;
    expect(told(stateOf({ BTC: '0.0123', USDT: '-0.00654484' }, eight))).toEqual(['main USDT -0.00000001']);
  });
});

describe('when a reading has looked for differences', () => {
  const news = (state: PullState, now = NOW) =>
    newDifferences(state, state.reading!, now).map(({ asset, amount }) => `${asset} ${amount.toString()}`);

  /** A state that was read wholly before, with a difference of one. */
  function known(): PullState {
    const state = stateOf({ USDT: '1' }, []);
    closeReading(state, { ...state.reading!, isFinal: true }, NOW);
    return state;
  }

  it('one that is left is kept, and is not looked for in each reading again', () => {
    const state = known();
    expect(state.unexplained).toEqual({ main: { USDT: '1' } });
    state.sweptAt = NOW;
    state.reading = readingOf({ USDT: '1' });
    expect(news(state)).toEqual([]);
    state.reading = readingOf({ USDT: '2' });
    expect(news(state)).toEqual(['USDT 2']);
    state.reading = readingOf({});
    expect(news(state)).toEqual([]);
  });

  it('the next reading looks for it once more, and then one a day', () => {
    const state = known();
    expect([state.sweptAt, isSweep(state, NOW)]).toEqual([null, true]);
    state.reading = readingOf({ USDT: '1' });
    expect(news(state)).toEqual(['USDT 1']);
    closeReading(state, { ...state.reading, isFinal: true }, NOW);
    expect([state.sweptAt, isSweep(state, NOW + DAY - 1), isSweep(state, NOW + DAY)]).toEqual([
      NOW,
      false,
      true,
    ]);
  });

  it('before everything was walked there is no such reading', () => {
    const state = stateOf({ USDT: '1' }, []);
    closeReading(state, state.reading!, NOW);
    expect(isSweep(state, NOW + 10 * DAY)).toBe(false);
    state.reading = { ...readingOf({ USDT: '1' }), isFinal: true };
    expect(news(state)).toEqual(['USDT 1']);
  });

  it('wallets that hold something are no longer dormant', () => {
    expect(known().touched).toEqual(['main']);
    expect(parseDecimal('1', 'one').isZero()).toBe(false);
  });
});
