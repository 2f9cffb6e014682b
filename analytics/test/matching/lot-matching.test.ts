import { describe, expect, it } from 'vitest';
import { type Amount, formatDecimal, formatMoney, toNumber } from '../../src/amount/decimal.ts';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { parseEntry } from '../../src/entries/parse.ts';
import type { ClosedTrade } from '../../src/lots/closed-trade.ts';
import { LotMatching } from '../../src/matching/lot-matching.ts';
import { TradingRows } from '../../src/matching/trading-rows.ts';
import { matchInternalTransfers } from '../../src/matching/transfers.ts';
import { tradingMetrics } from '../../src/metrics/trading.ts';
import { PriceBook } from '../../src/prices/price-book.ts';
import { cash, fill, mark, transfer } from '../entries/entries.ts';
import { orderEntries } from '../entries/ordered.ts';
import { lotsCases, workedExamples } from '../goldens.ts';

function match(entries: readonly LedgerEntry[], marks: readonly Mark[] = []) {
  const ordered = orderEntries(entries).map(parseEntry);
  const rows = new TradingRows();
  const closed: ClosedTrade[] = [];
  const matching = new LotMatching('fifo', {
    internal: matchInternalTransfers(ordered),
    prices: new PriceBook(marks, 'USDT'),
    reportingCurrency: 'USDT',
    rows,
    close: (trade) => closed.push(trade),
  });
  for (const entry of ordered) matching.apply(entry);
  const lots = matching
    .openLots()
    .flatMap(([asset, open]) =>
      open.map(
        ({ quantity, price }) => `${formatDecimal(quantity)} ${asset}@${price ? formatDecimal(price) : '?'}`,
      ),
    );
  return { ...tradingMetrics(rows.list()), lots, closed, rows: rows.list() };
}

const symbolOf = (metrics: ReturnType<typeof match>, symbol: string) =>
  metrics.symbols.find((candidate) => candidate.symbol === symbol);

describe.each(lotsCases.filter(({ spot }) => spot))('when the ledger is golden case $id', (golden) => {
  const { fifo } = golden.expected;
  const fills = golden.trades.map(({ side, quantity, price, fee }, i) =>
    fill(i * 60_000, side, quantity, 'BTC/USDT', price, `${fee} USDT`),
  );
  const metrics = match(fills);

  it('agrees on realised P&L, fees, net P&L and missing quantities', () => {
    expect(metrics.realizedPnl).toBe(fifo['realizedPnl']);
    expect(metrics.fees).toBe(fifo['fees']);
    expect(metrics.netPnl).toBe(fifo['netPnl']);
    expect(symbolOf(metrics, 'BTC/USDT')?.missingQuantity).toBe(fifo['missingQuantity']);
  });

  it('agrees on the P&L of every closing trade', () => {
    const perTrade = fills.map((sale) => {
      const closed = metrics.closed.find(({ time }) => time === sale.time);
      return closed === undefined ? null : formatMoney(closed.realizedPnl);
    });
    expect(perTrade).toEqual(fifo.perTradePnl);
  });

  it('agrees on the open lots', () => {
    const open = metrics.lots.map((lot) => lot.split(/ BTC@/).map(Number) as [number, number]);
    expect(open.reduce((sum, [quantity]) => sum + quantity, 0)).toBeCloseTo(Number(fifo['openQuantity']), 9);
    const cost = open.reduce((sum, [quantity, price]) => sum + quantity * price, 0);
    expect(cost).toBeCloseTo(Number(fifo['openCost']), 6);
  });
});

interface ExampleTrade {
  readonly side: 'buy' | 'sell';
  readonly quantity: number;
  readonly price: number;
  readonly fee: number;
}

/** Worked examples that contain results of spot FIFO, and the fields that the test compares. */
const WORKED: readonly (readonly [id: string, fields: readonly string[]])[] = [
  ['pp-fifo-1', ['realizedPnl', 'unrealizedPnl']],
  ['pp-fifo-2', ['realizedPnl', 'unrealizedPnl']],
  ['rotki-fifo-two-lots', ['matchedCost']],
  ['rotki-fees-fifo', ['realizedPnl', 'fees', 'netPnl']],
  ['rp2-fifo-simple', ['perTradeMatchedCost', 'perSalePnl']],
  ['greenlight-fifo-gain', ['realizedPnl']],
  ['ghostfolio-novn', ['realizedPnl', 'unrealizedPnl']],
];

describe.each(WORKED)('when the ledger is the worked example %s', (id, fields) => {
  const example = workedExamples.find((candidate) => candidate.id === id)!;
  const input = example.input as unknown as { trades: readonly ExampleTrade[]; markPrice?: number };
  const fills = input.trades.map(({ side, quantity, price, fee }, i) =>
    fill(i * 60_000, side, String(quantity), 'BTC/USDT', String(price), `${fee} USDT`),
  );
  const metrics = match(fills);
  const sales = fills.filter(({ side }) => side === 'sell');
  const perSale = (of: (closed: ClosedTrade) => Amount) =>
    sales.map((sale) =>
      metrics.closed
        .filter(({ time }) => time === sale.time)
        .reduce((sum, one) => sum + toNumber(of(one)), 0),
    );
  const cost = perSale(({ openValue }) => openValue);
  const answers: Readonly<Record<string, () => unknown>> = {
    realizedPnl: () => Number(metrics.realizedPnl),
    fees: () => Number(metrics.fees),
    netPnl: () => Number(metrics.netPnl),
    matchedCost: () => cost.reduce((sum, value) => sum + value, 0),
    perTradeMatchedCost: () => cost,
    perSalePnl: () => perSale(({ realizedPnl }) => realizedPnl),
    unrealizedPnl: () =>
      metrics.lots.reduce((sum, lot) => {
        const [quantity, price] = lot.split(' BTC@').map(Number) as [number, number];
        return sum + quantity * (input.markPrice! - price);
      }, 0),
  };

  it.each(fields)('agrees on %s', (field) => {
    const { fifo } = example.expected as unknown as { fifo: Record<string, number | number[]> };
    const [actual, expected] = [answers[field]!(), fifo[field]!].map((value) => [value].flat()) as [
      number[],
      number[],
    ];
    expect(actual).toHaveLength(expected.length);
    expected.forEach((value, i) => {
      expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(example.tolerance);
    });
  });
});

describe('when the fee of a buy is paid in base', () => {
  it('opens a lot without the fee and books the fee at the price of the fill', () => {
    const metrics = match([fill('2024-01-01', 'buy', '1', 'BTC/USDT', '40000', '0.001 BTC')]);
    expect(metrics.lots).toEqual(['0.999 BTC@40000']);
    expect(metrics.fees).toBe('40');
    expect(metrics.tradingVolume).toBe('40000');
    expect(metrics.realizedPnl).toBe('0');
  });
});

describe('when the fee of a sell is paid in base', () => {
  it('also takes the fee from the lots', () => {
    const metrics = match([
      fill('2024-01-01', 'buy', '1', 'BTC/USDT', '100'),
      fill('2024-01-02', 'sell', '0.5', 'BTC/USDT', '200', '0.1 BTC'),
    ]);
    expect(metrics.lots).toEqual(['0.4 BTC@100']);
    expect(metrics).toMatchObject({ realizedPnl: '60', fees: '20', netPnl: '40' });
  });
});

describe('when a fee is paid in a third currency', () => {
  const marks = [mark('2024-01-01', 'BNB', '300'), mark('2024-01-02T10:00', 'BNB', '320', '1m')];
  const entries = [
    fill('2024-01-01T01:00', 'buy', '1', 'BNB/USDT', '310'),
    fill('2024-01-02T10:00', 'buy', '1', 'BTC/USDT', '40000', '0.1 BNB'),
  ];

  it('disposes of the fee at the minute price, under its own symbol', () => {
    const metrics = match(entries, marks);
    expect(metrics.lots).toEqual(['0.9 BNB@310', '1 BTC@40000']);
    expect(symbolOf(metrics, 'BTC/USDT')).toMatchObject({ fees: '32', realizedPnl: '0' });
    expect(symbolOf(metrics, 'BNB/USDT')).toMatchObject({ fees: '0', realizedPnl: '1', fillCount: 1 });
  });

  it('falls back to the day price', () => {
    expect(match(entries, marks.slice(0, 1)).fees).toBe('30');
  });

  it('books no value without a price, and reports that', () => {
    const metrics = match(entries);
    expect(metrics).toMatchObject({ fees: '0', realizedPnl: '0', unvaluedCount: 1 });
    expect(metrics.lots).toContain('0.9 BNB@310');
  });

  it('treats a rebate as a negative fee that opens a lot', () => {
    const metrics = match([fill('2024-01-01', 'buy', '1', 'BTC/USDT', '40000', '-0.1 BNB')], marks);
    expect(metrics.fees).toBe('-30');
    expect(metrics.lots).toContain('0.1 BNB@300');
  });
});

describe('when more is sold than was acquired', () => {
  it('reports the missing quantity and adds no profit', () => {
    const metrics = match([
      fill('2024-01-01', 'buy', '1', 'BTC/USDT', '100'),
      fill('2024-01-02', 'sell', '3', 'BTC/USDT', '150'),
    ]);
    expect(metrics.realizedPnl).toBe('50');
    expect(metrics.missingProceeds).toBe('300');
    expect(symbolOf(metrics, 'BTC/USDT')).toMatchObject({ missingQuantity: '2', missingProceeds: '300' });
  });
});

describe('when a fill is quoted in another asset', () => {
  it('disposes of the quote asset at its own price', () => {
    const marks = [mark('2024-01-02', 'BTC', '50000')];
    const metrics = match(
      [
        fill('2024-01-01', 'buy', '1', 'BTC/USDT', '40000'),
        fill('2024-01-02', 'buy', '4', 'ETH/BTC', '0.05'),
        fill('2024-01-03', 'sell', '4', 'ETH/USDT', '3000'),
      ],
      marks,
    );
    expect(symbolOf(metrics, 'BTC/USDT')?.realizedPnl).toBe('2000');
    expect(symbolOf(metrics, 'ETH/BTC')).toMatchObject({ tradingVolume: '10000', realizedPnl: '0' });
    expect(symbolOf(metrics, 'ETH/USDT')?.realizedPnl).toBe('2000');
    expect(metrics.lots).toEqual(['0.8 BTC@40000']);
  });
});

describe('when assets are deposited and withdrawn', () => {
  const marks = [mark('2024-01-01', 'BTC', '40000'), mark('2024-01-02', 'BTC', '45000')];

  it('opens a lot at the price of its time, and withdraws without a profit', () => {
    const metrics = match(
      [
        transfer('2024-01-01T10:00', 'deposit', '2 BTC'),
        transfer('2024-01-02T10:00', 'withdrawal', '1 BTC', { fee: '0.1 BTC' }),
        fill('2024-01-03', 'sell', '0.9', 'BTC/USDT', '50000'),
      ],
      marks,
    );
    expect(metrics.lots).toEqual([]);
    // 0.9 is sold at 50000, and the fee of 0.1 is disposed of at 45000.
    expect(metrics).toMatchObject({ realizedPnl: '9500', transferFees: '4500', fees: '0' });
  });

  it('does not know the cost of an asset without a mark', () => {
    const metrics = match([
      transfer('2024-01-01', 'deposit', '1 BTC'),
      fill('2024-01-02', 'sell', '1', 'BTC/USDT', '50000'),
    ]);
    expect(metrics.realizedPnl).toBe('0');
    expect(symbolOf(metrics, 'BTC/USDT')?.missingQuantity).toBe('1');
  });

  it('keeps cost and time of lots that move between own accounts', () => {
    const metrics = match(
      [
        fill('2024-01-01', 'buy', '1', 'BTC/USDT', '40000'),
        transfer('2024-01-02T10:00', 'withdrawal', '1 BTC', { account: 'a0' }),
        transfer('2024-01-02T10:30', 'deposit', '0.999 BTC', { account: 'a1' }),
        fill('2024-01-03', 'sell', '0.999', 'BTC/USDT', '50000'),
      ],
      marks,
    );
    expect(metrics.lots).toEqual([]);
    expect(metrics).toMatchObject({ realizedPnl: '9995', transferFees: '45' });
  });
});

describe('when cash moves without a trade', () => {
  it('books each kind under its own name', () => {
    const metrics = match(
      [
        cash('2024-01-01', 'fee', '-5 USDT'),
        cash('2024-01-01', 'rebate', '2 USDT'),
        cash('2024-01-01', 'funding', '-3 USDT'),
        cash('2024-01-01', 'interest', '-7 USDT'),
        cash('2024-01-01', 'other', '0.5 BNB'),
      ],
      [mark('2024-01-01', 'BNB', '300')],
    );
    expect(metrics).toMatchObject({
      fees: '3',
      fundingPnl: '-3',
      borrowInterest: '7',
      otherIncome: '150',
      netPnl: '-13',
    });
    expect(metrics.lots).toEqual(['0.5 BNB@300']);
  });
});
