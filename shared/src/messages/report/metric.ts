/** What the registry says of one metric of a report, and how entries are written. */
import * as z from 'zod';

/** What a number is in: a share or return (0.05 = 5 %), no unit, money of the reporting currency, or as named. */
export type MetricUnit = 'ratio' | 'statistic' | 'money' | 'count' | 'days' | 'seconds' | 'yesNo' | 'table';

/** What a metric tells of; a holder shows or withholds by these. */
export type MetricGroup =
  | 'return'
  | 'monthly'
  | 'daily'
  | 'risk'
  | 'drawdown'
  | 'benchmark'
  | 'exposure'
  | 'trades'
  | 'money';

/** Allow lists, each within the next: ratios alone; with tables that tell no money; everything. */
export const PROFILES = ['ratios', 'summary', 'full'] as const;
export type Profile = (typeof PROFILES)[number];

/** An entry of the registry. */
export interface ReportMetric<Shape extends z.ZodType = z.ZodType> {
  /** A few words for people. */
  readonly label: string;
  readonly unit: MetricUnit;
  readonly group: MetricGroup;
  /** What a report may say under the name. */
  readonly shape: Shape;
  /** One line; the formula stands in docs/metrics.md. */
  readonly definition: string;
  /** The smallest profile that shows it; the larger ones do too. */
  readonly profile: Profile;
}

const number = z.number().nullable();
const integer = z.number().int().nonnegative();
/** Exact decimal text; no exponent. */
export const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);

type Words = readonly [label: string, definition: string];

/** A return or share; null where it is undefined. */
export function ratio(group: MetricGroup, ...[label, definition]: Words) {
  return { label, unit: 'ratio', group, shape: number, definition, profile: 'ratios' } as const;
}

/** A number without a unit; null where it is undefined. */
export function statistic(group: MetricGroup, ...[label, definition]: Words) {
  return { label, unit: 'statistic', group, shape: number, definition, profile: 'ratios' } as const;
}

/** Something counted. */
export function count(group: MetricGroup, ...[label, definition]: Words) {
  return { label, unit: 'count', group, shape: integer, definition, profile: 'ratios' } as const;
}

/** Money of the reporting currency; always known. */
export function money(...[label, definition]: Words) {
  return { label, unit: 'money', group: 'money', shape: decimal, definition, profile: 'full' } as const;
}

/** Money of the reporting currency; null where something has no price. */
export function pricedMoney(...[label, definition]: Words) {
  const shape = decimal.nullable();
  return { label, unit: 'money', group: 'money', shape, definition, profile: 'full' } as const;
}
