import { describe, expect, it } from 'vitest';
import { InputError } from '../../src/errors.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { fill, mark, transfer } from '../entries/entries.ts';
import { build, snapshot } from './input.ts';

const NAN = Number.NaN;

describe('when the input is malformed', () => {
  const buy = fill('2024-01-01', 'buy', '1', 'BTC/USDT', '1');
  it.each([
    ['ledger_decimal_malformed', { entries: [{ ...buy, quantity: '1e3' }] }],
    ['ledger_decimal_malformed', { entries: [{ ...buy, fee: { amount: 'NaN', currency: 'BNB' } }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, quantity: '0' }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, price: '-1' }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, time: -1 }] }],
    ['ledger_entry_malformed', { entries: [{ ...buy, time: 1.5 }] }],
    ['ledger_entry_malformed', { entries: [transfer('2024-01-01', 'deposit', '-1 USDT')] }],
    ['ledger_market_unsupported', { entries: [{ ...buy, market: 'option' as const }] }],
    ['ledger_mark_malformed', { marks: [mark('2024-01-01', 'BTC', 'x')] }],
    ['ledger_mark_malformed', { marks: [mark('2024-01-01', 'BTC', '-1')] }],
    ['ledger_snapshot_malformed', { snapshots: [snapshot({ BTC: '1e-8' })] }],
    ['ledger_snapshot_malformed', { snapshots: [snapshot({}), snapshot({})] }],
    ['ledger_snapshot_malformed', { snapshots: [snapshot({}, { time: 0.5 })] }],
    ['analytics_range_invalid', { asOf: Number.MAX_SAFE_INTEGER }],
  ] as const)('refuses it with %s', (code, input) => {
    const act = () => build(input);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code }));
  });

  it.each([[{ from: 2, to: 1 }], [{ from: 0.5 }], [{ to: NAN }]])('refuses the period %j', (bounds) => {
    const act = () => computeMetrics(build({}), bounds);
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'analytics_range_invalid' }));
  });
});
