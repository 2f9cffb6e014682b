import { describe, expect, it } from 'vitest';
import { EntryLog } from '../../src/entries/entry-log.ts';
import { compareIds, EntryOrder } from '../../src/entries/order.ts';
import { cash, fill } from './entries.ts';
import { orderEntries } from './ordered.ts';

describe('when ids are compared', () => {
  it('orders numbers by value and before all other ids', () => {
    const ids = ['b', '10', '9', 'a', '0011', '18446744073709551616', '2'];
    expect(ids.sort(compareIds)).toEqual(['2', '9', '10', '0011', '18446744073709551616', 'a', 'b']);
  });
});

describe('when entries are ordered', () => {
  const late = { ...fill('2024-01-02', 'buy', '1', 'BTC/USDT', '1'), id: '1' };
  const ten = { ...fill('2024-01-01', 'buy', '1', 'BTC/USDT', '1'), id: '10' };
  const nine = { ...ten, id: '9' };
  const earlierVenue = { ...ten, venue: 'aaa', id: '99' };

  it('sorts by time, then exchange, then id', () => {
    expect(orderEntries([late, ten, nine, earlierVenue])).toEqual([earlierVenue, nine, ten, late]);
  });

  it('keeps one of several equal entries, and all entries that differ in any member', () => {
    const otherAccount = { ...nine, account: 'a1' };
    const otherSymbol = { ...nine, symbol: 'ETH/USDT', base: 'ETH' };
    const otherKind = { ...cash('2024-01-01', 'other', '1 BTC'), id: '9' };
    const all = [nine, otherAccount, otherSymbol, otherKind];
    expect(orderEntries([...all, ...all.map((entry) => ({ ...entry }))])).toHaveLength(4);
  });

  it('tells for each entry whether it is present', () => {
    const log = new EntryLog();
    for (const entry of [late, ten, nine, earlierVenue]) log.push(entry);
    const order = new EntryOrder(log);
    order.add([3, 1]);
    expect([0, 1, 2, 3].map((index) => order.has(index))).toEqual([false, true, false, true]);
    order.add([0]);
    expect([0, 1, 2, 3].map((index) => order.has(index))).toEqual([true, true, false, true]);
  });
});
