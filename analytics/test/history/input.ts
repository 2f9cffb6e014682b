/** Histories for tests. Members that a test does not name are empty. */
import type { AccountSnapshot, SnapshotPosition } from '../../src/entries/snapshot.ts';
import type { AccountHistory } from '../../src/history/account-history.ts';
import { buildAccountHistory, type HistoryInput } from '../../src/history/build-account-history.ts';
import { at } from '../entries/entries.ts';

/** Builds a history in USDT over the first three days of 2024 unless the input names other values. */
export function build(input: Partial<HistoryInput>): AccountHistory {
  return buildAccountHistory({
    entries: [],
    marks: [],
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: at('2024-01-04T12:00'),
    ...input,
  });
}

export function snapshot(
  balances: Readonly<Record<string, string>>,
  rest: Partial<Omit<AccountSnapshot, 'balances'>> = {},
): AccountSnapshot {
  return {
    account: 'a0',
    time: at('2024-01-04T12:00'),
    balances: Object.entries(balances).map(([asset, total]) => ({ asset, total })),
    ...rest,
  };
}

/** An open contract. Its `size` is 1 unless a test names one. */
export function position(
  symbol: string,
  contracts: string,
  entryPrice: string,
  contractSize = '1',
): SnapshotPosition {
  const [pair, settlement] = symbol.split(':') as [string, string];
  const [base, quote] = pair.split('/') as [string, string];
  const [settle] = settlement.split('-') as [string];
  return { symbol, base, quote, settle, inverse: settle === base, contracts, contractSize, entryPrice };
}
