/** What a pull adds to the ledger beside entries and prices: snapshots that are kept, gaps, and rows in quarantine. */
import { type Amount, parseDecimal, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import type { TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { PriceBook } from '@perf-aggregator/analytics/prices/price-book';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { Observations } from '../sessions/formats/observations.ts';
import type { AccountState } from '../sessions/formats/state.ts';
import type { Ledger } from '../sessions/ledger.ts';
import {
  type AccountSnapshotRecord,
  MAX_RAW_CHARS,
  type QuarantinedRecord,
} from '../sessions/records/record.ts';
import type { BalanceSnapshot, Pull } from '../venues/port.ts';

/** A flow above this share of what the account is worth has a snapshot before and after it (docs/metrics.md §1.3). */
const LARGE_FLOW = parseDecimal('0.01', 'a share');
/** The currency in which both are compared. Every venue prices its assets in it. */
const COMPARED_IN = 'USDT';

/** The observations of a pull. */
export function observationsOf(
  pull: Pull,
  { access, snapshot: before }: AccountState,
  ledger: Ledger,
): Observations {
  const { account } = access;
  return {
    entries: pull.entries,
    marks: pull.marks,
    snapshots: keptSnapshots(pull, account, before, ledger),
    gaps: pull.gaps.map((gap) => ({ kind: 'gap', account, ...gap, reason: 'unread' })),
    quarantined: pull.quarantined.map(
      ({ stream, raw }): QuarantinedRecord => ({
        ...{ kind: 'quarantined', account, stream, reason: 'malformed' },
        raw: raw.slice(0, MAX_RAW_CHARS),
      }),
    ),
  };
}

/** The last snapshot of each day, written when the day has ended; and the two around each large flow. */
function keptSnapshots(
  pull: Pull,
  account: string,
  before: BalanceSnapshot | null,
  ledger: Ledger,
): readonly AccountSnapshotRecord[] {
  const { snapshot: after } = pull;
  if (before === null || after === null) return [];
  const flows = pull.entries.filter(
    (entry): entry is TransferEntry =>
      entry.kind === 'transfer' && entry.counterWallet === undefined && entry.time > before.time,
  );
  if (flows.length > 0 && hasLargeFlow(flows, before, pull, ledger)) {
    return [recordOf(account, before, 'flow'), recordOf(account, after, 'flow')];
  }
  const isNextDay = Math.floor(after.time / DAY_MS) > Math.floor(before.time / DAY_MS);
  return isNextDay ? [recordOf(account, before, 'day')] : [];
}

function recordOf(
  account: string,
  { time, balances, positions }: BalanceSnapshot,
  reason: AccountSnapshotRecord['reason'],
): AccountSnapshotRecord {
  return { kind: 'snapshot', account, time, reason, rows: balances, positions };
}

/** Without a price of either, the flow counts as large: a snapshot too many harms nobody. */
function hasLargeFlow(
  flows: readonly TransferEntry[],
  before: BalanceSnapshot,
  pull: Pull,
  ledger: Ledger,
): boolean {
  const prices = new PriceBook([...ledger.marks, ...pull.marks], COMPARED_IN);
  const worthOf = (asset: string, amount: string, time: number): Amount | null => {
    const price = prices.at(asset, time)?.value;
    return price === undefined ? null : parseDecimal(amount, 'an amount').times(price);
  };
  const worth = before.balances.reduce(
    (sum, { asset, total }) => sum.plus(worthOf(asset, total, before.time) ?? ZERO),
    ZERO,
  );
  return flows.some(({ asset, amount, time }) => {
    const value = worthOf(asset, amount, time);
    return value === null || value.gt(worth.times(LARGE_FLOW));
  });
}
