import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { InputError } from '../../src/errors.ts';
import { build, position, snapshot } from '../history/input.ts';
import { contractFill } from './entries.ts';

const LINEAR = 'BTC/USDT:USDT';
const INVERSE = 'BTC/USD:BTC';

describe('when a contract is malformed', () => {
  const buy = contractFill('2024-01-01', 'buy', '1', LINEAR, '50');
  it.each([
    { ...buy, contractSize: '0' },
    { ...buy, symbol: 'BTC/USDT' },
    { ...buy, settle: 'USDC' },
    { ...buy, market: 'inverse' as const },
    { ...contractFill('2024-01-01', 'buy', '1', INVERSE, '50'), price: '0' },
  ] satisfies readonly LedgerEntry[])('refuses the entry', (entry) => {
    const act = () => build({ entries: [entry] });
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'ledger_entry_malformed' }));
  });

  it.each([
    position(LINEAR, '1e3', '1'),
    position(LINEAR, '1', '-1'),
    position(LINEAR, '1', '1', '0'),
    position(INVERSE, '1', '0'),
    { ...position(LINEAR, '1', '1'), settle: 'BTC' },
  ])('refuses the position', (open) => {
    const act = () => build({ snapshots: [snapshot({}, { positions: [open] })] });
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'ledger_snapshot_malformed' }));
  });
});
