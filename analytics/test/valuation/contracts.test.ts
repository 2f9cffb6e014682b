/** The value of contracts is the wallet balance and the unrealised P&L at mark, at every step (docs/metrics.md §1). */
import { describe, expect, it } from 'vitest';
import type { HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { at, cash, contractFill, fill, mark, transfer } from '../entries/entries.ts';
import { build, position, snapshot } from '../history/input.ts';

const LINEAR = 'BTC/USDT:USDT';
const INVERSE = 'BTC/USD:BTC';

const inverseMark = (time: string | number, price: string) => ({
  ...mark(time, INVERSE, price),
  quote: 'USD',
});

function nav(input: Partial<HistoryInput>): (number | null)[] {
  return build(input).nav.map((value) => (value === null ? null : Number(value)));
}

describe('when a linear contract is bought in parts, flipped, funded and closed', () => {
  const entries = [
    transfer('2024-01-01T01:00', 'deposit', '1000 USDT', { market: 'linear' }),
    // 300 contracts of 0.01: +3 at 100. Then +5 at 110, at an average price of 104.
    contractFill('2024-01-01T02:00', 'buy', '300', LINEAR, '100', { size: '0.01', fee: '1 USDT' }),
    contractFill('2024-01-01T03:00', 'buy', '200', LINEAR, '110', { size: '0.01', fee: '0.5 USDT' }),
    { ...cash('2024-01-01T16:00', 'funding', '-2.5 USDT'), symbol: LINEAR, market: 'linear' as const },
    // The sale of 8 closes 5 at 120 and opens −3.
    contractFill('2024-01-02T05:00', 'sell', '800', LINEAR, '120', { size: '0.01', fee: '2 USDT' }),
    // Liquidated at 150.
    contractFill('2024-01-03T05:00', 'buy', '300', LINEAR, '150', { size: '0.01', fee: '4 USDT' }),
  ];
  const marks = [
    mark('2024-01-02', LINEAR, '115'),
    mark('2024-01-03', LINEAR, '130'),
    mark('2024-01-04', LINEAR, '160'),
  ];

  it('is worth the wallet and the unrealised P&L on every day', () => {
    expect(nav({ entries, marks })).toEqual([
      // 1000 − 1.5 − 2.5 in the wallet, 5 × (115 − 104) unrealised
      996 + 55,
      // 996 − 2 + 5 × (120 − 104) in the wallet, −3 × (130 − 120)
      1074 - 30,
      // 1074 − 4 − 3 × (150 − 120)
      980,
    ]);
  });

  it('agrees with the venue in every state, by positions and wallet balances', () => {
    const states = [
      snapshot(
        { USDT: '996' },
        { time: at('2024-01-02'), positions: [position(LINEAR, '500', '104', '0.01')] },
      ),
      snapshot(
        { USDT: '1074' },
        { time: at('2024-01-03'), positions: [position(LINEAR, '-300', '120', '0.01')] },
      ),
      snapshot({ USDT: '980' }, { time: at('2024-01-04'), positions: [] }),
    ];
    for (const state of states) {
      const { reconciliation } = build({ entries, marks, snapshots: [state] });
      expect(reconciliation).toMatchObject({ rows: [], unexplainedShare: 0 });
    }
  });

  it('for an account without entries it uses the margin of the snapshot', () => {
    const first = [transfer('2024-01-03T23:00', 'deposit', '0.01 USDT')];
    const snapshots = [snapshot({ USDT: '900.01' }, { positions: [position(LINEAR, '2', '140')] })];
    const { reconciliation, nav: values } = build({ entries: first, marks, snapshots });
    expect(values).toEqual(['940.01']);
    expect(reconciliation.rows).toEqual([
      {
        ...{ account: 'a0', asset: LINEAR, replayed: '0', snapshot: '2', difference: '-2', value: '320' },
      },
      {
        ...{
          account: 'a0',
          asset: 'USDT',
          replayed: '0.01',
          snapshot: '620.01',
          difference: '-620',
          value: '620',
        },
      },
    ]);
    // The value is the wallet balance of 900 plus 2 × (160 − 140), not the notional.
    expect(reconciliation).toMatchObject({ surplusValue: '940', deficitValue: '0', unexplainedValue: '940' });
  });
});

describe('when an inverse contract is bought in parts, flipped and closed', () => {
  const entries = [
    transfer('2024-01-01T01:00', 'deposit', '10 BTC', { market: 'inverse' }),
    // 2 contracts of 100 USD at 50, and 4 at 100: a cost of 4 + 4 BTC and a harmonic average of 75.
    contractFill('2024-01-01T02:00', 'buy', '2', INVERSE, '50', { size: '100', fee: '0.01 BTC' }),
    contractFill('2024-01-01T03:00', 'buy', '4', INVERSE, '100', { size: '100', fee: '0.01 BTC' }),
    { ...cash('2024-01-02T00:00', 'funding', '0.5 BTC'), symbol: INVERSE, market: 'inverse' as const },
    // The sale of 10 closes 6 at 200 and opens −4.
    contractFill('2024-01-02T05:00', 'sell', '10', INVERSE, '200', { size: '100' }),
    contractFill('2024-01-03T05:00', 'buy', '4', INVERSE, '160', { size: '100' }),
  ];
  const marks = [
    inverseMark('2024-01-02', '80'),
    inverseMark('2024-01-03', '250'),
    ...['2024-01-02', '2024-01-03', '2024-01-04'].map((day, i) => mark(day, 'BTC', ['81', '249', '160'][i]!)),
  ];

  it('is worth the wallet and the unrealised P&L in base, at the price of base', () => {
    const values = nav({ entries, marks });
    // 600 × (1/75 − 1/80); then 600 × (1/75 − 1/200) realised and −400 × (1/200 − 1/250); then 400 × (1/160 − 1/200)
    const [first, second] = [9.98 + 600 * (1 / 75 - 1 / 80), 10.48 + 600 * (1 / 75 - 1 / 200)] as const;
    expect(values[0]).toBeCloseTo(81 * first, 10);
    expect(values[1]).toBeCloseTo(249 * (second - 400 * (1 / 200 - 1 / 250)), 10);
    expect(values[2]).toBeCloseTo(160 * (second + 400 * (1 / 160 - 1 / 200)), 10);
  });

  it('agrees with the venue, which rounds its entry prices', () => {
    const states = [
      snapshot(
        { BTC: '9.98' },
        { time: at('2024-01-01T12:00'), positions: [position(INVERSE, '6', '75', '100')] },
      ),
      snapshot(
        { BTC: '15.48' },
        { time: at('2024-01-03'), positions: [position(INVERSE, '-4', '200', '100')] },
      ),
      snapshot({ BTC: '15.98' }),
    ];
    for (const state of states) {
      expect(build({ entries, marks, snapshots: [state] }).reconciliation.rows).toEqual([]);
    }
    const third = [
      transfer('2024-01-01T01:00', 'deposit', '1 BTC'),
      contractFill('2024-01-01T02:00', 'buy', '1', INVERSE, '3', { size: '100' }),
      contractFill('2024-01-01T02:00', 'buy', '1', INVERSE, '7', { size: '100' }),
    ];
    const rounded = (entryPrice: string, total = '1') =>
      build({
        entries: third,
        marks,
        snapshots: [snapshot({ BTC: total }, { positions: [position(INVERSE, '2', entryPrice, '100')] })],
      }).reconciliation.rows;
    expect(rounded('4.2')).toEqual([]);
    expect(rounded('4.2', '1.0001')).toHaveLength(1);
    expect(rounded('4.21')).toHaveLength(1);
  });
});

describe('when a dated contract expires', () => {
  it('keeps the realised profit, and needs no mark any more', () => {
    const symbol = 'ETH/USDT:USDT-240102';
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '100 USDT'),
      contractFill('2024-01-01T02:00', 'sell', '2', symbol, '50'),
      contractFill('2024-01-02T08:00', 'buy', '2', symbol, '42'),
    ];
    expect(nav({ entries, marks: [mark('2024-01-02', symbol, '45')] })).toEqual([110, 116, 116]);
  });
});

describe('when a contract has no mark', () => {
  it('has no value, and names its symbol', () => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '100 USDT'),
      contractFill('2024-01-02T02:00', 'buy', '1', LINEAR, '50'),
    ];
    const history = build({ entries });
    expect(history.nav).toEqual(['100', null, null]);
    expect(history.dataQuality.unpricedAssets).toEqual([LINEAR]);
    const atZero = build({ entries, marks: [mark('2024-01-03', LINEAR, '0')] });
    expect(atZero.nav).toEqual(['100', '50', '50']);
  });

  it.each([
    // 100 − 50 of 100 is left of the long position. For the short position nothing is known, so everything may be lost.
    ['buy', LINEAR, '100 USDT', -0.5],
    ['sell', LINEAR, '100 USDT', -1],
    ['buy', INVERSE, '1 BTC', -1],
    ['sell', INVERSE, '1 BTC', -0.02],
  ] as const)('is counted as lost in adverseReturn after a %s of %s', (side, symbol, deposit, expected) => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', deposit),
      contractFill('2024-01-02T02:00', side, '1', symbol, '50'),
    ];
    const reportingCurrency = deposit.split(' ')[1]!;
    const { adverseReturn } = computeMetrics(build({ entries, reportingCurrency }));
    expect(adverseReturn).toBeCloseTo(expected, 14);
  });

  it('has no value at a mark of zero either, where the value is a quotient', () => {
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '1 BTC'),
      contractFill('2024-01-01T02:00', 'buy', '1', INVERSE, '50'),
    ];
    const marks = [mark('2024-01-02', 'BTC', '50'), inverseMark('2024-01-02', '0')];
    expect(build({ entries, marks }).nav).toEqual([null, null, null]);
  });
});

describe('when money is borrowed on margin', () => {
  it('owes what it borrowed, and pays the interest', () => {
    const margin = { wallet: 'cross' };
    const entries = [
      transfer('2024-01-01T01:00', 'deposit', '100 USDT', margin),
      { ...fill('2024-01-01T02:00', 'buy', '3', 'BTC/USDT', '100'), ...margin },
      { ...cash('2024-01-02T02:00', 'interest', '-0.5 USDT'), ...margin },
      { ...fill('2024-01-03T02:00', 'sell', '3', 'BTC/USDT', '90'), ...margin },
    ];
    const marks = [mark('2024-01-02', 'BTC', '110'), mark('2024-01-03', 'BTC', '95')];
    const history = build({ entries, marks, snapshots: [snapshot({ USDT: '69.5' })] });
    // −200 + 330; −200.5 + 285; 69.5
    expect(history.nav).toEqual(['130', '84.5', '69.5']);
    expect(history.reconciliation.rows).toEqual([]);
    const open = snapshot({ USDT: '-200.5', BTC: '3' }, { time: at('2024-01-03') });
    expect(build({ entries, marks, snapshots: [open] }).reconciliation.rows).toEqual([]);
  });
});

describe('when two wallets hold the same contract', () => {
  const sides = (where: { readonly account?: string; readonly wallet?: string }) => [
    transfer('2024-01-01T01:00', 'deposit', '1000 USDT', { market: 'linear' }),
    contractFill('2024-01-01T02:00', 'buy', '1', LINEAR, '100'),
    { ...contractFill('2024-01-01T03:00', 'sell', '1', LINEAR, '110'), ...where },
  ];
  const marks = [mark('2024-01-02', LINEAR, '115')];
  const realized = (where: object) => computeMetrics(build({ entries: sides(where), marks })).realizedPnl;

  it('has two positions: neither fill closes the other', () => {
    expect(realized({ wallet: 'cross' })).toBe('0');
    expect(realized({ account: 'a1' })).toBe('0');
    expect(realized({})).toBe('10');
  });

  it('nets the two sides of hedge mode', () => {
    expect(realized({ positionSide: 'short' })).toBe('10');
  });
});

describe('when a venue takes several fees for one fill', () => {
  const furtherFees = [
    { amount: '0.5', currency: 'USDT' },
    { amount: '2', currency: 'GT' },
  ];
  const marks = [mark('2024-01-02', 'GT', '3'), mark('2024-01-02', 'BTC', '100')];
  const given = [
    transfer('2024-01-01T01:00', 'deposit', '1000 USDT'),
    transfer('2024-01-01T01:30', 'deposit', '10 GT'),
  ];
  const priced = [
    mark('2024-01-01T01:30', 'GT', '3', '1m'),
    mark('2024-01-01T02:00', 'GT', '3', '1m'),
    ...marks,
  ];

  it('charges each to its own currency, and counts all of them', () => {
    const bought = { ...fill('2024-01-01T02:00', 'buy', '1', 'BTC/USDT', '100', '1 USDT'), furtherFees };
    const history = build({ entries: [...given, bought], marks: priced });
    // 1000 − 100 − 1 − 0.5 in USDT, 1 BTC at 100, 8 GT at 3
    expect(history.nav[0]).toBe('1022.5');
    expect(computeMetrics(history).fees).toBe('7.5');
  });

  it('a fee that is zero is none, and a malformed one is refused', () => {
    const none = { ...fill('2024-01-01T02:00', 'buy', '1', 'BTC/USDT', '100'), furtherFees: [] };
    expect(computeMetrics(build({ entries: [...given, none], marks: priced })).fees).toBe('0');
    const wrong = { ...none, furtherFees: [{ amount: '1e3', currency: 'GT' }] };
    expect(() => build({ entries: [...given, wrong], marks: priced })).toThrow(
      expect.objectContaining({ code: 'ledger_decimal_malformed' }),
    );
  });
});
