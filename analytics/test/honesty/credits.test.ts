/** The trader labels a deposit as a rebate, or sends airdrops to his own account (docs/metrics.md §1 "Credits"). */
import { describe, expect, it } from 'vitest';
import type { HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { cash, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');

function seen(input: Partial<HistoryInput>) {
  const history = build(input);
  const { totalReturn } = computeMetrics(history);
  const { unclassifiedCreditsShare, creditIncomeShare, largeFlowsUnvalued } = history.dataQuality;
  return { nav: history.nav, totalReturn, unclassifiedCreditsShare, creditIncomeShare, largeFlowsUnvalued };
}

describe('when a deposit is labelled as a rebate', () => {
  it('it still counts as a deposit', () => {
    expect(seen({ entries: [deposit, cash('2024-01-02T05:00', 'rebate', '500 USDT')] })).toEqual({
      ...{ nav: ['1000', '1500', '1500'], totalReturn: 0, largeFlowsUnvalued: 0 },
      ...{ unclassifiedCreditsShare: 500 / 1500, creditIncomeShare: 0 },
    });
  });

  it('counts as one in many small pieces too', () => {
    const pieces = Array.from({ length: 50 }, (_, i) => cash(`2024-01-02T05:${10 + i}`, 'rebate', '10 USDT'));
    expect(seen({ entries: [deposit, ...pieces] })).toMatchObject({
      ...{ totalReturn: 0, unclassifiedCreditsShare: 500 / 1500 },
    });
  });

  it('counts as income in small amounts, and the report tells their share', () => {
    const drips = ['2024-01-02', '2024-01-03'].map((day) => cash(`${day}T05:00`, 'rebate', '10 USDT'));
    const numbers = seen({ entries: [deposit, ...drips] });
    expect(numbers.totalReturn).toBeCloseTo(0.02, 14);
    expect(numbers).toMatchObject({ unclassifiedCreditsShare: 0, creditIncomeShare: 20 / 1020 });
  });
});

describe('when an airdrop arrives', () => {
  const airdrop = cash('2024-01-02T05:00', 'other', '100 XYZ');

  it('is a flow at its price', () => {
    const marks = [mark('2024-01-02T05:00', 'XYZ', '2', '1m'), mark('2024-01-04', 'XYZ', '3')];
    const numbers = seen({ entries: [deposit, airdrop], marks });
    expect(numbers.nav).toEqual(['1000', '1200', '1300']);
    expect(numbers.totalReturn).toBeCloseTo(1300 / 1200 - 1, 14);
  });

  it('is no profit when its first price arrives later', () => {
    expect(seen({ entries: [deposit, airdrop], marks: [mark('2024-01-04', 'XYZ', '9')] })).toMatchObject({
      ...{ nav: ['1000', null, '1900'], totalReturn: 0, largeFlowsUnvalued: 1 },
    });
  });

  it('is worth nothing where no market trades it', () => {
    const history = build({ entries: [deposit, airdrop], delistedAssets: ['XYZ'] });
    expect(history).toMatchObject({ nav: ['1000', '1000', '1000'], flows: [{ asset: 'USDT' }] });
  });
});
