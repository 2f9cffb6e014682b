/** The holdings at each venue are valued at the prices of that venue (docs/metrics.md §1 "from the same venue"). */
import { describe, expect, it } from 'vitest';
import { contractFill, mark, transfer } from '../entries/entries.ts';
import { build, position, snapshot } from '../history/input.ts';

const SYMBOL = 'BTC/USDT:USDT';
const okx = { venue: 'okx', account: 'a1' };
const onOkx = (day: string, asset: string, price: string) => ({ ...mark(day, asset, price), venue: 'okx' });

describe('when one asset is held at two venues', () => {
  it('is worth the price of its venue, and in transit the price of the venue that it left', () => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '1 BTC'),
      transfer('2024-01-02T23:00', 'withdrawal', '1 BTC', { transactionHash: '0x1' }),
      transfer('2024-01-03T01:00', 'deposit', '1 BTC', { ...okx, transactionHash: '0x1' }),
    ];
    const marks = ['2024-01-02', '2024-01-03', '2024-01-04'].flatMap((day) => [
      mark(day, 'BTC', '100'),
      onOkx(day, 'BTC', '101'),
    ]);
    const history = build({ entries, marks });
    expect(history.nav).toEqual(['100', '100', '101']);
    expect(history.flows).toHaveLength(1);
  });
});

describe('when one contract is held at two venues', () => {
  it('has the unrealised profit of each venue at its own mark, and agrees with each venue', () => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '100 USDT'),
      transfer('2024-01-01T01:00', 'deposit', '100 USDT', okx),
      contractFill('2024-01-01T02:00', 'buy', '1', SYMBOL, '50'),
      contractFill('2024-01-01T02:00', 'sell', '100', SYMBOL, '50', { size: '0.01', ...okx }),
    ];
    const marks = [mark('2024-01-02', SYMBOL, '60'), onOkx('2024-01-02', SYMBOL, '61')];
    const snapshots = [
      snapshot({ USDT: '100' }, { positions: [position(SYMBOL, '1', '50')] }),
      snapshot({ USDT: '100' }, { account: 'a1', positions: [position(SYMBOL, '-100', '50', '0.01')] }),
    ];
    const history = build({ entries, marks, snapshots });
    // 100 + 10, and 100 − 11
    expect(history.nav[0]).toBe('199');
    expect(history.reconciliation.rows).toEqual([]);
  });
});
