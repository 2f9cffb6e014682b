import { describe, expect, it } from 'vitest';
import { compareIds } from '../../src/entries/order.ts';
import { cash, fill } from './entries.ts';
import { orderEntries } from './ordered.ts';

describe('when ids are compared', () => {
  it('takes numbers by value, before all others', () => {
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
    expect(orderEntries([late, ten, nine, earlierVenue]).entries).toEqual([earlierVenue, nine, ten, late]);
  });

  it('keeps one copy of an identity, and entries that differ in any part of it', () => {
    const otherAccount = { ...nine, account: 'a1' };
    const otherSymbol = { ...nine, symbol: 'ETH/USDT', base: 'ETH' };
    const otherKind = { ...cash('2024-01-01', 'other', '1 BTC'), id: '9' };
    const all = [nine, otherAccount, otherSymbol, otherKind];
    const { entries, conflictCount } = orderEntries([...all, ...all.map((entry) => ({ ...entry }))]);
    expect(entries).toHaveLength(4);
    expect(conflictCount).toBe(0);
  });

  it('counts contradicting contents once, and keeps the same one in whatever order', () => {
    const other = { ...nine, price: '2' };
    const one = orderEntries([nine, other, nine]);
    expect(one.conflictCount).toBe(1);
    expect(orderEntries([other, nine, other])).toEqual(one);
  });
});
