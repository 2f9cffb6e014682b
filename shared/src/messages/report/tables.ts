/** Shapes of the tables that a report may disclose. */
import * as z from 'zod';
import { decimal } from './metric.ts';

const number = z.number().nullable();
const instant = z.number().int();
const count = z.number().int().nonnegative();

/** Returns by month, `YYYY-MM`. */
export const monthly = z.record(z.string().regex(/^\d{4}-\d\d$/), z.number());
/** Returns by calendar year, `YYYY`. */
export const yearly = z.record(z.string().regex(/^\d{4}$/), z.number());
/** The return of each day of the period. Null where there is none. */
export const daily = z.array(number).readonly();

/** Episodes below a peak, the deepest first. */
export const drawdowns = z
  .array(
    z.strictObject({
      peakTime: instant,
      troughTime: instant,
      /** Null: not yet. */
      recoveryTime: instant.nullable(),
      depth: z.number(),
      durationDays: z.number().nonnegative(),
    }),
  )
  .readonly();

/** Trading by symbol. */
export const symbols = z
  .array(
    z.strictObject({
      symbol: z.string(),
      tradingVolume: decimal,
      fees: decimal,
      transferFees: decimal,
      fillCount: count,
      realizedPnl: decimal,
      fundingPnl: decimal,
      borrowInterest: decimal,
      otherIncome: decimal,
      withdrawnGain: decimal,
      netPnl: decimal,
      missingProceeds: decimal,
      unvaluedCount: count,
      missingQuantity: decimal,
    }),
  )
  .readonly();

const span = z.strictObject({
  span: z.string(),
  partial: z.boolean(),
  grossReturn: number,
  netReturn: number,
  benchmarkReturn: number,
  annualized: z.boolean(),
  navEnd: decimal.nullable(),
});

/** The allocator's table (docs/metrics.md §10). */
export const compliance = z.strictObject({
  reportingCurrency: z.string(),
  inceptionTime: instant.nullable(),
  endTime: instant.nullable(),
  years: z.array(span).readonly(),
  sinceInception: span.nullable(),
  threeYearDeviation: number,
  benchmarkThreeYearDeviation: number,
  leverageMax: number,
  leverageMean: number,
  valuation: z.string(),
  largeFlows: z.string(),
  managementFeeAnnual: z.number(),
  riskFreeRateAnnual: z.number(),
  riskFreeRateSource: z.enum(['asked', 'default']),
});
