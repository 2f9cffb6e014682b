import { describe, expect, it } from 'vitest';
import type { TransferEntry } from '../../src/entries/entry.ts';
import { type ParsedTransfer, parseEntry } from '../../src/entries/parse.ts';
import { matchInternalTransfers } from '../../src/matching/transfers.ts';
import { transfer } from '../entries/entries.ts';
import { orderEntries } from '../entries/ordered.ts';

function matched(...transfers: readonly TransferEntry[]): string[] {
  const parsed = orderEntries(transfers).map((entry) => parseEntry(entry) as ParsedTransfer);
  const internal = matchInternalTransfers(parsed);
  return parsed.filter((entry) => internal.has(entry)).map((entry) => entry.id);
}

const out = transfer('2024-01-02T10:00', 'withdrawal', '1 BTC', { id: 'out', account: 'a0' });
const into = (time: string, amount: string, rest: Partial<Omit<TransferEntry, 'fee'>> = {}) =>
  transfer(time, 'deposit', amount, { id: 'in', account: 'a1', ...rest });

describe('when a withdrawal may be a deposit of another own account', () => {
  it.each([
    ['half an hour later', into('2024-01-02T10:30', '1 BTC')],
    ['with 0.1 % less', into('2024-01-02T10:30', '0.999 BTC')],
    ['ten minutes before', into('2024-01-02T09:50', '1 BTC')],
    ['a day later', into('2024-01-03T10:00', '1 BTC')],
  ])('matches %s', (_, deposit) => {
    expect(matched(out, deposit)).toEqual(expect.arrayContaining(['out', 'in']));
  });

  it.each([
    ['the same account', into('2024-01-02T10:30', '1 BTC', { account: 'a0' })],
    ['another asset', into('2024-01-02T10:30', '1 ETH')],
    ['more than left', into('2024-01-02T10:30', '1.00000001 BTC')],
    ['too little', into('2024-01-02T10:30', '0.998 BTC')],
    ['too early', into('2024-01-02T09:49', '1 BTC')],
    ['too late', into('2024-01-03T10:01', '1 BTC')],
  ])('does not match %s', (_, deposit) => {
    expect(matched(out, deposit)).toEqual([]);
  });

  it('allows for a fee in the same asset', () => {
    const deposit = into('2024-01-02T10:30', '0.99 BTC');
    expect(matched({ ...out, fee: { amount: '0.01', currency: 'BTC' } }, deposit)).toHaveLength(2);
  });

  it('matches by transaction hash at any distance in time', () => {
    const hash = { transactionHash: '0xabc' };
    expect(matched({ ...out, ...hash }, into('2024-01-09', '0.5 BTC', hash))).toHaveLength(2);
  });

  it('matches the nearest in time, and each deposit once', () => {
    const near = into('2024-01-02T10:05', '1 BTC', { id: 'near' });
    const far = into('2024-01-02T11:00', '1 BTC', { id: 'far' });
    expect(matched(out, far, near).sort()).toEqual(['near', 'out']);
  });
});

describe('when a transfer is between wallets of one account', () => {
  const fromSpot = transfer('2024-01-02T10:00', 'withdrawal', '1 BTC', {
    id: 'out',
    counterWallet: 'usdm',
  });
  const intoLinear = transfer('2024-01-02T10:00', 'deposit', '1.0 BTC', {
    ...{ id: 'in', wallet: 'usdm', market: 'linear' as const, counterWallet: 'spot' },
  });

  it('matches the other wallet that is read, before or after, of any product', () => {
    expect(matched(fromSpot, intoLinear)).toEqual(['in', 'out']);
    expect(matched(fromSpot, { ...intoLinear, time: fromSpot.time - 600_000 })).toHaveLength(2);
    expect(matched(fromSpot, { ...intoLinear, market: 'spot' })).toHaveLength(2);
  });

  it.each([
    ['another account', { account: 'a1' }],
    ['another venue', { venue: 'kraken' }],
    ['the same wallet', { wallet: 'spot' }],
    ['a wallet that the withdrawal does not name', { wallet: 'coinm' }],
    ['less than left', { amount: '0.9999' }],
    ['another time', { time: fromSpot.time + 600_001 }],
    ['a third wallet between', { counterWallet: 'funding' }],
  ])('does not match %s', (_, rest) => {
    expect(matched(fromSpot, { ...intoLinear, ...rest })).toEqual([]);
  });

  it('never matches a deposit from elsewhere', () => {
    const { counterWallet: _, ...deposit } = intoLinear;
    expect(matched(fromSpot, deposit)).toEqual([]);
    expect(matched(fromSpot, { ...deposit, account: 'a1' })).toEqual([]);
    expect(matched(fromSpot, { ...deposit, account: 'a1', transactionHash: '0x1' })).toEqual([]);
  });
});
