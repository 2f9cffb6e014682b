/** Reads the fixtures. The types cover only the members that tests use. */
import { readFileSync } from 'node:fs';
import type { Frequency } from '../src/series/calendar-series.ts';

export interface GoldenCase {
  readonly id: string;
  readonly periodsPerYear: number;
  readonly start: string;
  readonly frequency: Frequency;
  readonly returns: readonly (number | null)[];
  readonly benchmarkReturns?: readonly (number | null)[];
  readonly expected: Readonly<Record<string, unknown>>;
  /** Results of other libraries, by the name of the function. */
  readonly empyrical: Readonly<Record<string, unknown>>;
  readonly quantstats: Readonly<Record<string, unknown>>;
  readonly performanceAnalyticsR?: Readonly<Record<string, unknown>>;
}

export interface MatrixCase {
  readonly id: string;
  readonly kind: 'matrix';
  readonly returns: Readonly<Record<string, readonly (number | null)[]>>;
  readonly weights: Readonly<Record<string, number>>;
  readonly expected: {
    readonly correlation: readonly (readonly (number | null)[])[];
    readonly hhi: number;
    readonly effectivePositions: number;
    readonly top1Weight: number;
    readonly top3Weight: number;
  };
}

/** A case of reference.json. The script reference.py computed it with exact fractions. */
export interface ReferenceCase {
  readonly id: string;
  readonly frequency: Frequency;
  readonly start: string;
  readonly riskFreeRateAnnual: number;
  readonly returns: readonly (number | null)[];
  readonly expected: Readonly<Record<string, unknown>>;
  readonly benchmarkReturns?: readonly (number | null)[];
  readonly expectedOfBenchmark?: Readonly<Record<string, unknown>>;
}

export interface CashFlowCase {
  readonly id: string;
  readonly kind: 'cashFlow';
  readonly start: string;
  readonly days: number;
  readonly navs: readonly number[];
  readonly flows: readonly { readonly day: number; readonly amount: number }[];
  readonly expected: Readonly<Record<string, number>> & {
    readonly firstFiveSubReturns: readonly number[];
  };
}

export interface LotsCase {
  readonly id: string;
  readonly kind: 'lots';
  readonly spot: boolean;
  readonly trades: readonly {
    readonly side: 'buy' | 'sell';
    readonly quantity: string;
    readonly price: string;
    readonly fee: string;
  }[];
  readonly expected: { readonly fifo: Readonly<Record<string, string>> & LotsPerTrade };
}

interface LotsPerTrade {
  readonly perTradePnl: readonly (string | null)[];
}

/** A series of confidence-golden.json. */
export interface ConfidenceCase {
  readonly returns: readonly number[];
  readonly periodsPerYear: number;
  readonly expected: {
    readonly sharpeRatio: number;
    readonly sharpeRatioStandardError: number;
    readonly probabilisticSharpeRatio: number;
    readonly n: number;
    readonly [field: string]: unknown;
  };
}

interface CapacityCase {
  readonly input: {
    readonly 'rows [own value, market value of the day without own, daily sigma]': readonly (readonly [
      number,
      number,
      number,
    ])[];
    readonly netPnl: number;
  };
  readonly expected: Readonly<Record<string, number>>;
}

export interface WorkedExample {
  readonly id: string;
  readonly topic: string;
  readonly tolerance: number;
  readonly input: Readonly<Record<string, never>>;
  readonly expected: Readonly<Record<string, never>>;
}

function read<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8')) as T;
}

const golden = read<{
  readonly cases: readonly GoldenCase[];
  readonly extraCases: readonly (CashFlowCase | LotsCase | MatrixCase)[];
}>('golden.json');

export const goldenCases = golden.cases;
export const cashFlowCases = golden.extraCases.filter((c): c is CashFlowCase => c.kind === 'cashFlow');
export const lotsCases = golden.extraCases.filter((c): c is LotsCase => c.kind === 'lots');
export const matrixCases = golden.extraCases.filter((c): c is MatrixCase => c.kind === 'matrix');
export const workedExamples = read<{ readonly examples: readonly WorkedExample[] }>(
  'worked-examples.json',
).examples;
export const referenceCases = read<{ readonly cases: readonly ReferenceCase[] }>('reference.json').cases;
export const confidenceGoldens = read<
  Readonly<Record<'A' | 'B' | 'C', ConfidenceCase>> & { readonly capacity: CapacityCase }
>('confidence-golden.json');
