/** The trader makes a large deposit after a loss to hide the loss (docs/metrics.md §1 "Large flows"). */
import { describe, expect, it } from 'vitest';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { contractFill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const SYMBOL = 'BTC/USDT:USDT';

describe('when half is lost on a contract and a large deposit follows before midnight', () => {
  const entries = [
    transfer('2024-01-01T01:00', 'deposit', '100 USDT'),
    contractFill('2024-01-02T02:00', 'buy', '10', SYMBOL, '50'),
    transfer('2024-01-02T23:59', 'deposit', '9900 USDT'),
  ];
  const marks = [mark('2024-01-03', SYMBOL, '45'), mark('2024-01-04', SYMBOL, '45')];

  it('shows the loss of one half where the minute can be valued', () => {
    const history = build({ entries, marks: [...marks, mark('2024-01-02T23:59', SYMBOL, '45', '1m')] });
    expect([...history.returns]).toEqual([0, -0.5, 0]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(0);
  });

  it('shows no return and counts a missing one where the minute cannot be valued', () => {
    const history = build({ entries, marks });
    expect([...history.returns]).toEqual([0, Number.NaN, 0]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(1);
    const { totalReturn, adverseReturn } = computeMetrics(history);
    expect(totalReturn).toBe(0);
    expect(adverseReturn).toBeCloseTo(-0.005, 14);
  });

  it('gives the same result for many small deposits', () => {
    const pieces = Array.from({ length: 30 }, (_, i) =>
      transfer(`2024-01-02T23:${10 + i}`, 'deposit', '0.9 USDT'),
    );
    const history = build({ entries: [...entries.slice(0, 2), ...pieces], marks });
    expect(history.dataQuality.largeFlowsUnvalued).toBe(30);
    expect(history.returns[1]).toBeNaN();
  });
});
