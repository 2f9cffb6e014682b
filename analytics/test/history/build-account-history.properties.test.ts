import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FillEntry, LedgerEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { toHistoryJson } from '../../src/history/account-history.ts';
import { buildAccountHistory, type HistoryInput } from '../../src/history/build-account-history.ts';
import { computeMetrics, type Metrics } from '../../src/metrics/account-metrics.ts';
import { anySteps } from '../book/any-account.ts';
import { countConflicts } from '../book/conflicts.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';

const START = at('2024-01-01');
const DAY = 86_400_000;
const DAYS = 40;
const ASSETS = ['BTC', 'ETH', 'BNB'] as const;

/** Decimal text with `decimals` digits after the point. */
const decimal = (min: number, max: number, decimals: number) =>
  fc.integer({ min: min * 10 ** decimals, max: max * 10 ** decimals }).map((units) => {
    const digits = String(units).padStart(decimals + 1, '0');
    return `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  });

const time = fc.integer({ min: 1, max: DAYS * DAY - 1 }).map((offset) => START + offset);

const anyFill = fc
  .tuple(
    time,
    fc.constantFrom('buy' as const, 'sell' as const),
    decimal(1, 9, 4),
    fc.constantFrom(...ASSETS),
    decimal(50, 150, 2),
    fc.constantFrom('USDT', 'BNB', 'base'),
    decimal(0, 1, 6),
  )
  .map(([when, side, quantity, asset, price, feeIn, fee]) =>
    fill(when, side, quantity, `${asset}/USDT`, price, `${fee} ${feeIn === 'base' ? asset : feeIn}`),
  );

const anyTransfer = fc
  .tuple(time, fc.constantFrom('deposit' as const, 'withdrawal' as const), decimal(1, 500, 2))
  .map(([when, direction, amount]) => transfer(when, direction, `${amount} USDT`));

const anyMarks = fc
  .array(decimal(50, 150, 2), {
    minLength: ASSETS.length * (DAYS + 1),
    maxLength: ASSETS.length * (DAYS + 1),
  })
  .map((prices) =>
    prices.map((price, i) =>
      mark(START + Math.floor(i / ASSETS.length) * DAY, ASSETS[i % ASSETS.length]!, price),
    ),
  );

/** Forty days. The first deposit is large enough for all later trades. */
const anyInput = fc
  .record({
    fills: fc.array(anyFill, { maxLength: 25 }),
    transfers: fc.array(anyTransfer, { maxLength: 3 }),
    marks: anyMarks,
  })
  .map(({ fills, transfers, marks }): HistoryInput & { fills: readonly FillEntry[] } => ({
    entries: [transfer(START, 'deposit', '100000 USDT'), ...fills, ...transfers],
    fills,
    marks,
    snapshots: [],
    reportingCurrency: 'USDT',
    asOf: START + DAYS * DAY,
  }));

function analyse(input: HistoryInput) {
  const history = buildAccountHistory(input);
  return { history: toHistoryJson(history), metrics: computeMetrics(history) };
}

const shuffled = <T>(items: readonly T[]) =>
  fc.shuffledSubarray([...items], { minLength: items.length, maxLength: items.length });

describe('when entries and marks arrive in another order, and more than once', () => {
  it('changes nothing', () => {
    const cases = anyInput.chain((input) =>
      fc.tuple(fc.constant(input), shuffled([...input.entries, ...input.entries]), shuffled(input.marks)),
    );
    fc.assert(
      fc.property(cases, ([input, entries, marks]) => {
        expect(JSON.stringify(analyse({ ...input, entries, marks }))).toBe(JSON.stringify(analyse(input)));
      }),
      { numRuns: 40 },
    );
  });
});

describe('when copies of entries and marks contradict each other', () => {
  it('the order of arrival does not matter, and every identity is counted once', () => {
    const cases = anySteps.chain((steps) => {
      const entries = steps.flatMap((step) => step.entries);
      const marks = steps.flatMap((step) => step.marks);
      const { snapshots, asOf } = steps.at(-1)!;
      const input = { entries, marks, snapshots, asOf, reportingCurrency: 'USDT' };
      return fc.tuple(fc.constant(input), shuffled([...entries, ...entries.slice(0, 5)]), shuffled(marks));
    });
    fc.assert(
      fc.property(cases, ([input, entries, marks]) => {
        const { history, metrics } = analyse(input);
        expect(analyse({ ...input, entries, marks })).toEqual({ history, metrics });
        expect(metrics.dataQuality.conflictCount).toBe(countConflicts(input.entries));
      }),
    );
  });

  it('the entry whose canonical JSON sorts last counts, and the mark that a price book selects', () => {
    const deposit = transfer(START, 'deposit', '7 BTC');
    const entries = [deposit, { ...deposit, amount: '5' }, { ...deposit, amount: '60' }];
    const close = mark(START + DAY, 'BTC', '2');
    const marks = [close, { ...close, price: '3' }, { ...close, price: '1' }];
    const input = { marks, snapshots: [], reportingCurrency: 'USDT', asOf: START + DAY };
    const { history } = analyse({ ...input, entries });
    expect(history.nav).toEqual(['21']);
    expect(history.dataQuality.conflictCount).toBe(1);
  });
});

/** Splits a fill into two fills of four and six tenths, including the fee, at the same instant and price. */
function split(entry: FillEntry): readonly LedgerEntry[] {
  const halve = (text: string) => {
    const [whole, fraction = ''] = text.split('.') as [string, string?];
    const units = BigInt(whole + fraction) * 10n;
    const write = (value: bigint) => {
      const digits = String(value).padStart(fraction.length + 2, '0');
      return `${digits.slice(0, -(fraction.length + 1))}.${digits.slice(-(fraction.length + 1))}`;
    };
    return [write((units * 4n) / 10n), write((units * 6n) / 10n)] as const;
  };
  const quantities = halve(entry.quantity);
  const fees = halve(entry.fee!.amount);
  return quantities.map((quantity, i) => ({
    ...entry,
    id: `${entry.id}${i}`,
    quantity,
    fee: { ...entry.fee!, amount: fees[i]! },
  }));
}

/** Metrics without the counts of fills. */
function withoutCounts(metrics: Metrics) {
  const symbols = metrics.symbols.map((symbol) => ({ ...symbol, fillCount: null }));
  const attribution = metrics.attribution.map((part) => ({ ...part, tradeCount: null }));
  return { ...metrics, symbols, attribution, fillCount: null };
}

describe('when every fill is split in two', () => {
  it('changes only the counts', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const orders = input.entries.map((entry) =>
          entry.kind === 'fill' ? { ...entry, orderId: `order ${entry.id}` } : entry,
        );
        const whole = analyse({ ...input, entries: orders });
        const parts = orders.flatMap((entry) => (entry.kind === 'fill' ? split(entry) : [entry]));
        const pieces = analyse({ ...input, entries: parts });
        expect(pieces.history.nav).toEqual(whole.history.nav);
        expect(pieces.history.returns).toEqual(whole.history.returns);
        expect(withoutCounts(pieces.metrics)).toEqual(withoutCounts(whole.metrics));
        expect(pieces.metrics.fillCount).toBe(2 * whole.metrics.fillCount);
      }),
      { numRuns: 40 },
    );
  });
});

/** `text` times 1000. */
function scale(text: string): string {
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  const digits = fraction.padEnd(3, '0');
  return `${whole}${digits.slice(0, 3)}${digits.length > 3 ? `.${digits.slice(3)}` : ''}`;
}

function scaleEntry(entry: LedgerEntry): LedgerEntry {
  if (entry.kind === 'transfer') return { ...entry, amount: scale(entry.amount) };
  if (entry.kind !== 'fill') return entry;
  const fee = entry.fee && { ...entry.fee, amount: scale(entry.fee.amount) };
  return { ...entry, quantity: scale(entry.quantity), fee };
}

describe('when every amount is a thousand times larger', () => {
  it('scales the values and keeps the returns', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const small = analyse(input);
        const large = analyse({ ...input, entries: input.entries.map(scaleEntry) });
        large.history.nav.forEach((nav, day) => {
          expect(Number(nav)).toBeCloseTo(1000 * Number(small.history.nav[day]), 3);
        });
        large.history.returns.forEach((value, day) => {
          const expected = small.history.returns[day]!;
          if (expected === null) expect(value).toBeNull();
          else expect(value).toBeCloseTo(expected, 13);
        });
        expect(large.history.dataQuality).toEqual(small.history.dataQuality);
      }),
      { numRuns: 40 },
    );
  });
});

describe('when months are linked', () => {
  it('gives the total return, and the profit agrees with the values and flows', () => {
    fc.assert(
      fc.property(anyInput, (input) => {
        const { metrics } = analyse(input);
        const linked = Object.values(metrics.monthlyReturns).reduce((product, r) => product * (1 + r), 1) - 1;
        expect(linked).toBeCloseTo(metrics.totalReturn!, 12);
        const { navEnd, deposits, withdrawals, absoluteProfit } = metrics;
        expect(Number(absoluteProfit)).toBeCloseTo(
          Number(navEnd) - Number(deposits) + Number(withdrawals),
          6,
        );
        expect(metrics.adverseReturn!).toBeLessThanOrEqual(metrics.totalReturn!);
      }),
      { numRuns: 40 },
    );
  });
});

describe('when every acquisition is known and everything is sold', () => {
  it('has realised the profit of the account, before fees (docs/metrics.md §6, the identity)', () => {
    const trades = fc.array(fc.tuple(decimal(1, 9, 4), decimal(50, 150, 2), decimal(50, 150, 2)), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(trades, (rounds) => {
        const entries: LedgerEntry[] = [
          transfer(START, 'deposit', '100000 USDT'),
          ...rounds.map(([quantity, price], i) =>
            fill(START + 1 + i, 'buy', quantity, 'BTC/USDT', price, '0.1 USDT'),
          ),
          ...rounds.map(([quantity, , price], i) =>
            fill(START + DAY + i, 'sell', quantity, 'BTC/USDT', price, '0.2 USDT'),
          ),
        ];
        const marks: Mark[] = [mark(START, 'BTC', '100')];
        const { metrics, history } = analyse({
          entries,
          marks,
          snapshots: [],
          reportingCurrency: 'USDT',
          asOf: START + 2 * DAY,
        });
        expect(history.openLots).toEqual([]);
        expect(metrics.netPnl).toBe(metrics.absoluteProfit);
      }),
      { numRuns: 60 },
    );
  });
});
