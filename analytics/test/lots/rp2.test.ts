/**
 * Compares every lot row, its cost and its gain with the ledgers of rp2, with fees in the cost basis. The fixtures
 * describe its rules.
 */
import { describe, expect, it } from 'vitest';
import { type Amount, toNumber, ZERO } from '../../src/amount/decimal.ts';
import type { CostMethod } from '../../src/lots/method.ts';
import { type ClosedPart, Position, type Trade } from '../../src/lots/position.ts';
import { type Rp2Case, rp2Cases } from './rp2-ledgers.ts';
import { amount } from './trades.ts';

/** One event of a ledger, as trades of this library. */
interface Event {
  readonly time: number;
  readonly row: number;
  readonly trades: readonly Omit<Trade, 'time'>[];
}

interface Row {
  readonly event: number;
  readonly amount: number;
  readonly acquired: string;
  readonly cost: number;
  readonly proceeds: number;
}

const optional = (value: string | undefined): Amount => (value === undefined ? ZERO : amount(value));

function eventsOf({ transactions }: Rp2Case): readonly Event[] {
  const events: Event[] = [
    ...transactions.in.map((t) => ({
      time: Date.parse(t.timestamp),
      row: t.row,
      trades: [purchase(t), ...disposal(optional(t.crypto_fee), ZERO, amount(t.spot_price))],
    })),
    ...transactions.out.map((t) => ({
      time: Date.parse(t.timestamp),
      row: t.row,
      trades: disposal(amount(t.crypto_out_no_fee), amount(t.crypto_fee), amount(t.spot_price)),
    })),
    ...transactions.intra.map((t) => ({
      time: Date.parse(t.timestamp),
      row: t.row,
      trades: disposal(amount(t.crypto_sent).minus(amount(t.crypto_received)), ZERO, optional(t.spot_price)),
    })),
  ];
  return events.toSorted((a, b) => a.time - b.time || a.row - b.row);
}

/** The cost includes all fees. A fee in the asset is bought at the spot price and then disposed of. */
function purchase(t: Rp2Case['transactions']['in'][number]): Omit<Trade, 'time'> {
  const [quantity, price] = [amount(t.crypto_in), amount(t.spot_price)];
  const inAsset = optional(t.crypto_fee).times(price);
  const paid =
    t.fiat_in_with_fee === undefined
      ? quantity.times(price).plus(optional(t.fiat_fee))
      : amount(t.fiat_in_with_fee);
  return { side: 'buy', quantity, price, fee: paid.minus(quantity.times(price)).plus(inAsset) };
}

/** The fee is disposed of as well and earns nothing. */
function disposal(quantity: Amount, fee: Amount, price: Amount): readonly Omit<Trade, 'time'>[] {
  const all = quantity.plus(fee);
  return all.isPositive() ? [{ side: 'sell', quantity: all, price, fee: fee.times(price) }] : [];
}

function rowsOf(rp2: Rp2Case, method: CostMethod): readonly Row[] {
  const position = new Position({ method, spot: true, feesInCostBasis: true });
  const rows: Row[] = [];
  for (const { time, trades } of eventsOf(rp2)) {
    const visit = (part: ClosedPart) => rows.push(toRow(part, time));
    for (const trade of trades) position.trade({ ...trade, time }, visit);
  }
  return rows;
}

function toRow({ quantity, openTime, openValue, closeValue }: ClosedPart, event: number): Row {
  return {
    event,
    amount: toNumber(quantity),
    acquired: new Date(openTime).toISOString().slice(0, 10),
    cost: toNumber(openValue!),
    proceeds: toNumber(closeValue!),
  };
}

describe.each(rp2Cases)('when the ledger is $name', (rp2) => {
  it.each(['fifo', 'lifo', 'hifo'] as const)('every lot row agrees: %s', (method) => {
    const expected = rp2.expected[method].lots
      .filter(({ acquired }) => acquired !== null)
      .map((row) => ({
        event: Date.parse(row.eventTimestamp),
        amount: Number(row.amount),
        acquired: row.acquired!.replace(/(\d+)\/(\d+)\/(\d+)/, '$3-$1-$2'),
        cost: Number(row.costBasis),
        proceeds: Number(row.proceeds),
      }));
    expect(rowsOf(rp2, method).map(rounded).toSorted(byText)).toEqual(expected.map(rounded).toSorted(byText));
  });
});

/** The ledgers store their numbers as doubles. */
const rounded = (row: Row) => ({
  ...row,
  amount: row.amount.toPrecision(11),
  cost: row.cost.toPrecision(11),
  proceeds: row.proceeds.toPrecision(11),
});

const byText = (a: object, b: object) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1);
