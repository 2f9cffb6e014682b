/** JSON files for `analyze`: one object. Its members tell its kind. Members that are not named here are ignored. */
import { type Amount, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import { COST_METHODS } from '@perf-aggregator/analytics/lots/method';
import type { ListedTrade } from '@perf-aggregator/analytics/matching/trade-list';
import { FREQUENCIES, type Frequency } from '@perf-aggregator/analytics/series/calendar-series';
import { type ParseError, parseTree } from 'jsonc-parser';
import * as z from 'zod';
import { AnalyzeError } from './errors.ts';
import type { AnalyzeInput, MatrixInput, NavsInput, ReturnsInput, TradesInput } from './input.ts';
import { readDecimal, readInstant } from './values.ts';

const decimal = z.union([z.string(), z.number()]).transform((value, context): Amount => {
  const amount = readDecimal(value);
  if (amount === null) context.addIssue({ code: 'custom', message: 'not a decimal number' });
  return amount ?? ZERO;
});

const instant = z.union([z.string(), z.int()]).transform((value, context): number => {
  const time = typeof value === 'number' ? value : readInstant(value);
  if (time === null) context.addIssue({ code: 'custom', message: 'not a date or time' });
  return time ?? 0;
});

const rate = z.number().gt(-1);
const returns = z.array(z.number().nullable());
const frequency = z.enum(FREQUENCIES as readonly [Frequency, ...Frequency[]]);

const settings = {
  riskFreeRateAnnual: rate.optional(),
  minimumAcceptableReturnAnnual: rate.optional(),
};

const grid = {
  frequency: frequency.default('D'),
  periodsPerYear: z.number().positive().nullish(),
  start: instant.nullish(),
};

const returnsFile = z.object({ ...settings, ...grid, returns, benchmarkReturns: returns.nullish() });

const navsFile = z.object({
  ...settings,
  ...grid,
  navs: z.array(decimal.nullable()),
  flows: z.array(z.object({ day: z.int().min(1), amount: decimal })).default([]),
});

const positive = decimal.refine((amount) => amount.isPositive(), 'not above 0');
const notNegative = decimal.refine((amount) => !amount.isNegative(), 'below 0');

const trade = z.object({
  symbol: z.string().optional(),
  side: z.enum(['buy', 'sell']),
  quantity: positive,
  price: notNegative,
  fee: decimal.nullish(),
  feeCurrency: z.string().nullish(),
  time: instant.nullish(),
  orderId: z.string().nullish(),
});

const tradesFile = z.object({
  trades: z.array(trade),
  method: z.enum(COST_METHODS).optional(),
  spot: z.boolean().optional(),
  inverse: z.boolean().optional(),
  contractSize: positive.optional(),
  feesInCostBasis: z.boolean().optional(),
  markPrice: positive.optional(),
});

const matrixFile = z.object({
  returns: z.record(z.string(), returns),
  weights: z.record(z.string(), z.number()).nullish(),
});

/**
 * Reads a file of one of these shapes: `returns` (a list), `navs`, `trades`, or `returns` (a list for each asset).
 * @throws AnalyzeError `analyze_malformed` with line and column, or the path of what is wrong; `analyze_unrecognized`
 */
export function readJson(text: string): AnalyzeInput {
  const value = parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw unrecognized();
  if ('trades' in value) return toTrades(check(tradesFile, value));
  if ('navs' in value) return toNavs(check(navsFile, value));
  if (!('returns' in value)) throw unrecognized();
  return Array.isArray(value.returns)
    ? toReturns(check(returnsFile, value))
    : toMatrix(check(matrixFile, value));
}

function toReturns(file: z.output<typeof returnsFile>): ReturnsInput {
  const { returns: own, benchmarkReturns = null } = file;
  if (benchmarkReturns !== null && benchmarkReturns.length !== own.length) {
    throw new AnalyzeError('analyze_malformed', 'benchmarkReturns: not as many as returns');
  }
  return { kind: 'returns', ...toSettings(file), ...toGrid(file), returns: own, benchmarkReturns };
}

function toNavs(file: z.output<typeof navsFile>): NavsInput {
  const periods = file.navs.length - 1;
  for (const [i, { day }] of file.flows.entries()) {
    if (day > periods) {
      throw new AnalyzeError(
        'analyze_malformed',
        `flows[${i}].day: the record has ${Math.max(0, periods)} periods`,
      );
    }
  }
  const flows = file.flows.map(({ day, amount }) => ({ period: day, amount }));
  return { kind: 'navs', ...toSettings(file), ...toGrid(file), navs: file.navs, flows };
}

function toTrades({ trades, ...options }: z.output<typeof tradesFile>): TradesInput {
  let last = 0;
  const listed = trades.map((one, i): ListedTrade => {
    const time = one.time ?? last;
    if (time < last)
      throw new AnalyzeError('analyze_malformed', `trades[${i}].time: before the trade above it`);
    last = time;
    return {
      symbol: one.symbol ?? '',
      side: one.side,
      quantity: one.quantity,
      price: one.price,
      fee: one.fee ?? ZERO,
      feeCurrency: one.feeCurrency ?? null,
      time,
      orderId: one.orderId ?? null,
    };
  });
  // A list without a symbol is one position. The position may be short unless the file says spot.
  const spot = options.spot ?? (trades.some(({ symbol }) => symbol !== undefined) ? undefined : false);
  return { kind: 'trades', trades: listed, ...defined({ ...options, spot }) };
}

function toMatrix(file: z.output<typeof matrixFile>): MatrixInput {
  const lengths = new Set(Object.values(file.returns).map(({ length }) => length));
  if (lengths.size > 1) throw new AnalyzeError('analyze_malformed', 'returns: not as many of each asset');
  return { kind: 'matrix', returns: file.returns, weights: file.weights ?? null };
}

const toSettings = ({
  riskFreeRateAnnual,
  minimumAcceptableReturnAnnual,
}: z.output<typeof returnsFile> | z.output<typeof navsFile>) =>
  defined({ riskFreeRateAnnual, minimumAcceptableReturnAnnual });

function toGrid(file: z.output<typeof returnsFile> | z.output<typeof navsFile>) {
  return {
    frequency: file.frequency,
    start: file.start ?? null,
    ...(file.periodsPerYear == null ? {} : { periodsPerYear: file.periodsPerYear }),
  };
}

function check<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new AnalyzeError(
    'analyze_malformed',
    `${pathOf(issue?.path ?? [])}: ${issue?.message ?? 'malformed'}`,
  );
}

function pathOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const errors: ParseError[] = [];
    parseTree(text, errors, { disallowComments: true });
    const before = text.slice(0, errors[0]?.offset ?? text.length).split('\n');
    const where = `line ${before.length}, column ${before.at(-1)!.length + 1}`;
    throw new AnalyzeError('analyze_malformed', `${where}: not JSON`, cause);
  }
}

function unrecognized(): AnalyzeError {
  return new AnalyzeError(
    'analyze_unrecognized',
    'the file holds none of returns (a list, or one for each asset), navs, trades',
  );
}

/** The members that are present. An absent member stays absent; it does not become undefined. */
function defined<T extends object>(members: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}
