/** The trader moves a loss to a wallet that is not read, or a profit out of such a wallet (docs/metrics.md §1). */
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { fill, mark, transfer } from '../entries/entries.ts';
import { build } from '../history/input.ts';

const deposit = transfer('2024-01-01T01:00', 'deposit', '1000 USDT');
const out = (time: string, amount: string) =>
  transfer(time, 'withdrawal', amount, { counterWallet: 'funding' });
const back = (time: string, amount: string) =>
  transfer(time, 'deposit', amount, { counterWallet: 'funding' });

function seen(...entries: LedgerEntry[]) {
  const history = build({ entries: [deposit, ...entries] });
  const { totalReturn, adverseReturn } = computeMetrics(history);
  const { gapCount, unreadWalletDays } = history.dataQuality;
  return {
    nav: history.nav,
    flows: history.flows.length,
    gapCount,
    unreadWalletDays,
    totalReturn,
    adverseReturn,
  };
}

describe('when money goes to a wallet that is not read', () => {
  it('and stays there: no value from then on, and a loss of one half in adverseReturn', () => {
    expect(seen(out('2024-01-02T05:00', '500 USDT'))).toEqual({
      ...{ nav: ['1000', null, null], flows: 1, gapCount: 0, unreadWalletDays: 2 },
      ...{ totalReturn: 0, adverseReturn: -0.5 },
    });
  });

  it('and returns in full: a gap, and nothing else', () => {
    const trip = [out('2024-01-02T05:00', '500 USDT'), back('2024-01-03T05:00', '500 USDT')];
    expect(seen(...trip)).toEqual({
      ...{ nav: ['1000', null, '1000'], flows: 1, gapCount: 1, unreadWalletDays: 1 },
      ...{ totalReturn: 0, adverseReturn: 0 },
    });
  });

  it('and returns in part: the loss of the missing part is shown', () => {
    const trip = [out('2024-01-02T05:00', '500 USDT'), back('2024-01-03T05:00', '400 USDT')];
    const numbers = seen(...trip);
    expect(numbers).toMatchObject({ nav: ['1000', null, null], unreadWalletDays: 2, totalReturn: 0 });
    expect(numbers.adverseReturn).toBeCloseTo(-0.1, 14);
  });

  it('and returns in another asset, or to another account: the gap stays', () => {
    const away = out('2024-01-02T05:00', '500 USDT');
    const inBtc = back('2024-01-03T05:00', '500 BTC');
    const toAnother = { ...back('2024-01-03T05:00', '500 USDT'), account: 'a1' };
    const history = build({ entries: [deposit, away, inBtc], marks: [mark('2024-01-02', 'BTC', '1')] });
    expect(history.nav).toEqual(['1000', null, null]);
    expect(seen(away, toAnother).nav).toEqual(['1000', null, null]);
  });

  it('while the rest of the account makes a loss: the day cannot be skipped', () => {
    const trip = [
      fill('2024-01-01T02:00', 'buy', '4', 'BTC/USDT', '100'),
      out('2024-01-02T05:00', '500 USDT'),
      back('2024-01-03T05:00', '500 USDT'),
    ];
    const marks = [
      mark('2024-01-02', 'BTC', '100'),
      mark('2024-01-03', 'BTC', '50'),
      mark('2024-01-04', 'BTC', '50'),
    ];
    const history = build({ entries: [deposit, ...trip], marks });
    expect([...history.returns]).toEqual([0, Number.NaN, -0.2]);
  });
});

describe('when money comes from a wallet that is not read', () => {
  it('is no profit, whatever was earned there', () => {
    const numbers = seen(back('2024-01-02T05:00', '500 USDT'));
    expect(numbers).toMatchObject({ nav: ['1000', null, null], totalReturn: 0, adverseReturn: 0 });
  });

  it('does not reduce a loss', () => {
    const entries = [
      back('2024-01-02T05:00', '500 USDT'),
      fill('2024-01-02T06:00', 'buy', '10', 'BTC/USDT', '150'),
    ];
    const history = build({
      entries: [deposit, ...entries],
      marks: [mark('2024-01-03', 'BTC', '60')],
    });
    expect(computeMetrics(history).adverseReturn).toBeCloseTo(600 / 1500 - 1, 14);
  });

  it('and returns there: a gap', () => {
    const trip = [back('2024-01-02T05:00', '500 USDT'), out('2024-01-03T05:00', '500 USDT')];
    expect(seen(...trip)).toEqual({
      ...{ nav: ['1000', null, '1000'], flows: 1, gapCount: 1, unreadWalletDays: 1 },
      ...{ totalReturn: 0, adverseReturn: 0 },
    });
  });
});

describe('when a large flow arrives while a wallet is not read', () => {
  it('has no value at its own time', () => {
    const entries = [
      out('2024-01-02T05:00', '500 USDT'),
      transfer('2024-01-02T06:00', 'deposit', '9000 USDT'),
      back('2024-01-03T05:00', '500 USDT'),
    ];
    const history = build({ entries: [deposit, ...entries] });
    expect([...history.returns]).toEqual([0, Number.NaN, Number.NaN]);
    expect(history.dataQuality.largeFlowsUnvalued).toBe(1);
  });
});

describe('when both wallets are read', () => {
  it('is neutral', () => {
    const contracts = { wallet: 'usdm', market: 'linear' as const, counterWallet: 'spot' };
    const pair = [
      transfer('2024-01-02T05:00', 'withdrawal', '500 USDT', { counterWallet: 'usdm' }),
      transfer('2024-01-02T05:00', 'deposit', '500 USDT', contracts),
    ];
    expect(seen(...pair)).toEqual({
      ...{ nav: ['1000', '1000', '1000'], flows: 1, gapCount: 0, unreadWalletDays: 0 },
      ...{ totalReturn: 0, adverseReturn: 0 },
    });
    expect(build({ entries: [deposit, ...pair] }).dataQuality.internalTransferCount).toBe(1);
  });
});
