import type { TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { observationsOf } from '../../src/operations/pull-records.ts';
import { Ledger } from '../../src/sessions/ledger.ts';
import { MAX_RAW_CHARS } from '../../src/sessions/records/record.ts';
import type { BalanceSnapshot, Pull } from '../../src/venues/port.ts';
import { markOf, NOON, snapshotOf, stateOf } from '../sessions/states.ts';

const [ACCOUNT] = stateOf().accounts;
const at = (time: number, totals: Readonly<Record<string, string>> = { USDT: '1000' }): BalanceSnapshot => ({
  ...snapshotOf(totals),
  time,
});

function deposit(time: number, amount: string, changes: Partial<TransferEntry> = {}): TransferEntry {
  return {
    ...{ kind: 'transfer', id: 'd', time, venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot' },
    ...{ direction: 'deposit', asset: 'USDT', amount, fee: null, transactionHash: null },
    ...changes,
  };
}

function pullOf(changes: Partial<Pull> = {}): Pull {
  return {
    ...{ entries: [], marks: [], cursor: {}, done: true, coverage: ACCOUNT!.coverage!, progress: 1 },
    ...{ gaps: [], quarantined: [], snapshot: at(NOON) },
    ...changes,
  };
}

/** The instants and reasons of the snapshots that are kept. */
function kept(before: BalanceSnapshot | null, pull: Pull, ledger = new Ledger()) {
  const { snapshots = [] } = observationsOf(pull, { ...ACCOUNT!, snapshot: before }, ledger);
  return snapshots.map(({ time, reason }) => [time, reason]);
}

describe('when snapshots are kept', () => {
  it('the last one of a day is kept once the next day has one', () => {
    expect(kept(at(NOON - 60_000), pullOf())).toEqual([]);
    expect(kept(at(NOON - DAY_MS), pullOf())).toEqual([[NOON - DAY_MS, 'day']]);
    expect(kept(null, pullOf())).toEqual([]);
    expect(kept(at(NOON - DAY_MS), pullOf({ snapshot: null, done: false }))).toEqual([]);
  });

  it('the two around a flow above one hundredth of the value are kept', () => {
    const before = at(NOON - 600_000);
    const around = [
      [NOON - 600_000, 'flow'],
      [NOON, 'flow'],
    ];
    expect(kept(before, pullOf({ entries: [deposit(NOON - 1_000, '10.01')] }))).toEqual(around);
    expect(kept(before, pullOf({ entries: [deposit(NOON - 1_000, '10')] }))).toEqual([]);
    // The flow is older than both, so they are not around it.
    expect(kept(before, pullOf({ entries: [deposit(NOON - 601_000, '500')] }))).toEqual([]);
    const between = deposit(NOON - 1_000, '500', { counterWallet: 'funding' });
    expect(kept(before, pullOf({ entries: [between] }))).toEqual([]);
  });

  it('holdings and flows are valued at the prices of the ledger; a flow without a price counts as large', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [], marks: [markOf(0, '100000')] }, 'fetched');
    const before = at(NOON - 600_000, { BTC: '1' });
    const flow = (asset: string, amount: string) =>
      kept(before, pullOf({ entries: [deposit(NOON - 1_000, amount, { asset })] }), ledger).length;
    expect([flow('USDT', '1000'), flow('USDT', '1001'), flow('BTC', '0.009'), flow('BTC', '0.011')]).toEqual([
      0, 2, 0, 2,
    ]);
    expect(flow('DUST', '0.1')).toBe(2);
  });
});

describe('when a pull names what it could not read', () => {
  it('gaps and rows in quarantine are records of the account, and long rows are cut', () => {
    const pull = pullOf({
      gaps: [{ stream: 'spot fills/GONEUSDT', from: 1, to: 2 }],
      quarantined: [{ stream: 'dust', raw: 'x'.repeat(MAX_RAW_CHARS + 1) }],
    });
    const { gaps, quarantined } = observationsOf(pull, ACCOUNT!, new Ledger());
    expect(gaps).toEqual([
      { kind: 'gap', account: 'a0', stream: 'spot fills/GONEUSDT', from: 1, to: 2, reason: 'unread' },
    ]);
    expect(quarantined).toEqual([
      {
        ...{ kind: 'quarantined', account: 'a0', stream: 'dust', reason: 'malformed' },
        raw: 'x'.repeat(MAX_RAW_CHARS),
      },
    ]);
  });
});
