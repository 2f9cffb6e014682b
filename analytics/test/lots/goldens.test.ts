import { describe, expect, it } from 'vitest';
import { formatMoney, toNumber, ZERO } from '../../src/amount/decimal.ts';
import { COST_METHODS, type CostMethod } from '../../src/lots/method.ts';
import { lotsCases, workedExamples } from '../goldens.ts';
import { amount, averageEntryPrice, play, type WrittenTrade } from './trades.ts';

interface GoldenLots {
  readonly realizedPnl: string;
  readonly openQuantity: string;
  readonly openCost: string;
  readonly averageEntryPrice: string;
  readonly missingQuantity: string;
  readonly perTradePnl: readonly (string | null)[];
  readonly fees: string;
  readonly netPnl: string;
}

describe.each(lotsCases)('when the trades are golden case $id', ({ trades, spot, expected }) => {
  it.each(COST_METHODS)('every number agrees to 12 decimals: %s', (method) => {
    const golden = (expected as unknown as Record<CostMethod, GoldenLots>)[method];
    const { position, closings, realizedPnl, fees, missingQuantity } = play(trades, { method, spot });
    expect({
      realizedPnl: formatMoney(realizedPnl),
      openQuantity: formatMoney(position.quantity),
      openCost: formatMoney(position.cost),
      averageEntryPrice: averageEntryPrice(position),
      missingQuantity: formatMoney(missingQuantity),
      perTradePnl: closings.map((closing) => closing && formatMoney(closing.realizedPnl)),
      fees: formatMoney(fees),
      netPnl: formatMoney(realizedPnl.minus(fees)),
    }).toEqual(golden);
  });
});

interface ExampleInput {
  readonly trades: readonly WrittenTrade[];
  readonly method?: CostMethod;
  readonly feesInCostBasis?: boolean;
  readonly markPrice?: number;
  /** The fees of the whole list, where its trades have no fees of their own. */
  readonly feesTotal?: number;
}

type ExampleNumbers = Readonly<Record<string, number | readonly (number | null)[]>>;

/** The names of the published numbers of a trade list, and how the test computes them. */
const PUBLISHED: Readonly<
  Record<string, (played: ReturnType<typeof play>, input: ExampleInput) => number | (number | null)[]>
> = {
  realizedPnl: ({ realizedPnl }) => toNumber(realizedPnl),
  unrealizedPnl: ({ position }, { markPrice }) => toNumber(position.unrealizedPnl(amount(markPrice!))),
  netRealizedPnl: ({ realizedPnl, fees }) => toNumber(realizedPnl.minus(fees)),
  netPnl: (played, input) => profitOf(played, input) - (input.feesTotal ?? toNumber(played.fees)),
  grossPnl: profitOf,
  cumulativeNetPnl: ({ closings }, { trades }) =>
    cumulative(
      closings.map((closing, i) => (closing ? toNumber(closing.realizedPnl) : 0) - Number(trades[i]!.fee)),
    ),
  fees: ({ fees }) => toNumber(fees),
  quantity: ({ position }) => toNumber(position.quantity),
  remainingCost: ({ position }) => toNumber(position.cost),
  matchedCost: ({ closings }) => sum(closings.map((closing) => closing?.matchedCost ?? ZERO)),
  averageEntryPrice: ({ position, after }) =>
    after.length > 3
      ? after.map((state) => Number(averageEntryPrice(state)))
      : Number(averageEntryPrice(position)),
  perTradePnl: ({ closings }) => closings.map((closing) => closing && toNumber(closing.realizedPnl)),
  perSalePnl: ({ closings }) =>
    closings.flatMap((closing) => (closing ? [toNumber(closing.realizedPnl)] : [])),
  perTradeMatchedCost: ({ closings }) =>
    closings.flatMap((closing) => (closing ? [toNumber(closing.matchedCost)] : [])),
  cumulativeRealizedAfterEachSell: ({ closings }) =>
    cumulative(closings.flatMap((closing) => (closing ? [toNumber(closing.realizedPnl)] : []))),
};

function profitOf({ position, realizedPnl }: ReturnType<typeof play>, { markPrice }: ExampleInput): number {
  const unrealized = markPrice === undefined ? ZERO : position.unrealizedPnl(amount(markPrice));
  return toNumber(realizedPnl.plus(unrealized));
}

const sum = (amounts: readonly { toString(): string }[]) =>
  amounts.reduce<number>((total, value) => total + Number(value.toString()), 0);

function cumulative(values: readonly number[]): number[] {
  let total = 0;
  return values.map((value) => (total += value));
}

const examples = workedExamples.filter(({ input }) => 'trades' in input);

describe.each(examples)('when the trades are the published example $id', (example) => {
  const input = example.input as unknown as ExampleInput;
  const expected = example.expected as unknown as Readonly<Record<string, ExampleNumbers | number>>;
  const byMethod = COST_METHODS.filter((method) => method in expected);
  const cases = byMethod.length > 0 ? byMethod : [input.method ?? ('fifo' as const)];

  it.each(cases)('the results agree with the published numbers: %s', (method) => {
    const { feesInCostBasis = false } = input;
    const played = play(input.trades, { method, spot: false, feesInCostBasis });
    const numbers = (byMethod.length > 0 ? expected[method] : expected) as ExampleNumbers;
    for (const [field, value] of Object.entries(numbers)) {
      const compute = PUBLISHED[field];
      expect(compute, field).toBeTypeOf('function');
      expectNear(compute!(played, input), value, example.tolerance, field);
    }
  });
});

function expectNear(actual: unknown, expected: unknown, tolerance: number, field: string): void {
  if (Array.isArray(expected)) {
    expect(actual, field).toHaveLength(expected.length);
    for (const [i, one] of expected.entries()) {
      if (one !== null) expectNear((actual as unknown[])[i], one, tolerance, field);
    }
  } else {
    expect(Math.abs((actual as number) - (expected as number)), field).toBeLessThanOrEqual(tolerance);
  }
}
