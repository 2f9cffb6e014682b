/** How much larger an account could be before its own orders cost it its profit (docs/metrics.md §3.1). */
import { InputError } from '../errors.ts';
import { finiteOr, type Outcome, type UndefinedReason } from '../outcome.ts';

/** What an account traded on one UTC day at one venue in one symbol. Values in the reporting currency. */
export interface TradedDay {
  /** Own traded value, not negative. */
  readonly ownValue: number;
  /** Value that everybody else traded there that day, not negative. Null: not known. */
  readonly marketValue: number | null;
  /** Sample deviation of the symbol's 20 daily returns before the day, not negative. Null: there are fewer than 20. */
  readonly dailySigma: number | null;
}

/** How much was traded, and what it earned. */
export interface CapacityInput {
  readonly rows: readonly TradedDay[];
  /** Net profit of the same period, reporting currency. Null: not known. */
  readonly netPnl: number | null;
}

/** The capacity metrics. */
export interface Capacity {
  /** The share of a day's volume that 95 % of the own value stays at or below. */
  readonly participation95: Outcome;
  /** How many times larger the account may be before 5 % of its value trades above 1 % of a day's volume. */
  readonly capacityMultiple: Outcome;
  /** Mean cost of the market's answer to the own orders, per unit of value traded. An order of size. */
  readonly impactPerTraded: Outcome;
  /** How many times larger the account may be before added impact eats the profit. */
  readonly breakEvenMultiple: Outcome;
}

interface Row {
  readonly value: number;
  /** u, own value over that of the others. Infinity: not known, or nobody else traded. */
  readonly participation: number;
  /** sigma sqrt(u). Infinity: one of the two is not known. */
  readonly impact: number;
}

/** One part in this many may be unknown: 5 % of the value. */
const PARTS = 20;
/** Share of a day's volume that counts as unnoticed. */
const UNNOTICED = 0.01;

/**
 * All fields of {@link Capacity}. The impact is that of the square-root law with coefficient 1 (Almgren et al. 2005,
 * Toth et al. 2011; Donier & Bonart 2015 for bitcoin). Where up to 5 % of the value has no volume, it counts as traded
 * at an unlimited share. Where up to 5 % has no volume or no deviation, its impact counts as the largest that is known.
 * Beyond that there is no value: `unknownValue` for volumes, `tooFewObservations` for deviations, `zeroDenominator`
 * where nobody else traded. `belowReference` without a profit, `noData` if nothing was traded. Not checked: that rows
 * are one for each day, venue and symbol.
 * @throws InputError `analytics_parameter_invalid` for a number that is negative or not finite
 */
export function capacity({ rows: days, netPnl }: CapacityInput): Capacity {
  checkDays(days, netPnl);
  const traded = days.filter(({ ownValue }) => ownValue > 0);
  const rows = traded.map(toRow);
  const undefinedBecause = unknownVolume(traded);
  const participation95 = undefinedBecause ?? participationOf(rows);
  const impactPerTraded = undefinedBecause ?? impactOf(rows, traded);
  return {
    participation95,
    capacityMultiple:
      typeof participation95 === 'number'
        ? finiteOr(UNNOTICED / participation95, 'noConvergence')
        : participation95,
    impactPerTraded,
    breakEvenMultiple: breakEven(impactPerTraded, sumOf(rows), netPnl),
  };
}

function checkDays(days: readonly TradedDay[], netPnl: number | null): void {
  const sizes = days.flatMap(({ ownValue, marketValue, dailySigma }) => [
    ownValue,
    marketValue ?? 0,
    dailySigma ?? 0,
  ]);
  if (sizes.every((size) => size >= 0 && size < Number.POSITIVE_INFINITY) && Number.isFinite(netPnl ?? 0))
    return;
  throw new InputError(
    'analytics_parameter_invalid',
    'a traded value, a deviation or a profit is not a number',
  );
}

function toRow({ ownValue: value, marketValue, dailySigma }: TradedDay): Row {
  const participation = marketValue === null ? Number.POSITIVE_INFINITY : value / marketValue;
  const isKnown = participation < Number.POSITIVE_INFINITY && dailySigma !== null;
  return {
    value,
    participation,
    impact: isKnown ? dailySigma * Math.sqrt(participation) : Number.POSITIVE_INFINITY,
  };
}

function unknownVolume(traded: readonly TradedDay[]): UndefinedReason | undefined {
  if (traded.length === 0) return 'noData';
  const unknown = traded.filter(({ marketValue }) => marketValue === null);
  const total = traded.reduce((sum, { ownValue }) => sum + ownValue, 0);
  const missing = unknown.reduce((sum, { ownValue }) => sum + ownValue, 0);
  return PARTS * missing > total ? 'unknownValue' : undefined;
}

function participationOf(rows: readonly Row[]): Outcome {
  const ascending = rows.toSorted((a, b) => a.participation - b.participation);
  const total = sumOf(ascending);
  let held = 0;
  const last = ascending.find(({ value }) => {
    held += value;
    return PARTS * held >= (PARTS - 1) * total;
  });
  return finiteOr(last!.participation, 'zeroDenominator');
}

function impactOf(rows: readonly Row[], traded: readonly TradedDay[]): Outcome {
  const isUnknown = ({ impact }: Row) => impact === Number.POSITIVE_INFINITY;
  const total = sumOf(rows);
  if (PARTS * sumOf(rows.filter(isUnknown)) > total) {
    return traded.some(({ dailySigma }) => dailySigma === null) ? 'tooFewObservations' : 'zeroDenominator';
  }
  const largest = rows.reduce((most, row) => (isUnknown(row) ? most : Math.max(most, row.impact)), 0);
  const cost = rows.reduce((sum, { value, impact }) => sum + value * Math.min(impact, largest), 0);
  return finiteOr(cost / total, 'noConvergence');
}

function breakEven(impactPerTraded: Outcome, total: number, netPnl: number | null): Outcome {
  if (typeof impactPerTraded !== 'number') return impactPerTraded;
  if (netPnl === null) return 'unknownValue';
  if (netPnl <= 0) return 'belowReference';
  if (impactPerTraded === 0) return 'zeroDenominator';
  return finiteOr((1 + netPnl / (impactPerTraded * total)) ** 2, 'noConvergence');
}

function sumOf(rows: readonly Row[]): number {
  return rows.reduce((sum, { value }) => sum + value, 0);
}
