/** The registry entry of one metric of a report, and functions that write entries. */
import * as z from 'zod';

/** The unit of a number: a share or return (0.05 = 5 %), no unit, money of the reporting currency, or as named. */
export type MetricUnit = 'ratio' | 'statistic' | 'money' | 'count' | 'days' | 'seconds' | 'yesNo' | 'table';

/** The subject of a metric. A holder discloses or withholds by these groups. */
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

/** Allow lists, each contained in the next: ratios alone; with tables that reveal no money; everything. */
export const PROFILES = ['ratios', 'summary', 'full'] as const;
export type Profile = (typeof PROFILES)[number];

/** An entry of the registry. */
export interface ReportMetric<Shape extends z.ZodType = z.ZodType> {
  /** A short name for people. */
  readonly label: string;
  readonly unit: MetricUnit;
  readonly group: MetricGroup;
  /** The shape of the value in a report. */
  readonly shape: Shape;
  /** One line. The formula is in docs/metrics.md. */
  readonly definition: string;
  /** The smallest profile that shows it. The larger ones show it too. */
  readonly profile: Profile;
}

const number = z.number().nullable();
const integer = z.number().int().nonnegative();
/** Exact decimal text without an exponent. */
export const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);

type Words = readonly [label: string, definition: string];

/** A return or share. Null where it is undefined. */
export function ratio(group: MetricGroup, ...[label, definition]: Words) {
  return { label, unit: 'ratio', group, shape: number, definition, profile: 'ratios' } as const;
}

/** A number without a unit. Null where it is undefined. */
export function statistic(group: MetricGroup, ...[label, definition]: Words) {
  return { label, unit: 'statistic', group, shape: number, definition, profile: 'ratios' } as const;
}

/** A count. */
export function count(group: MetricGroup, ...[label, definition]: Words) {
  return { label, unit: 'count', group, shape: integer, definition, profile: 'ratios' } as const;
}

/** Money of the reporting currency. Always known. */
export function money(...[label, definition]: Words) {
  return { label, unit: 'money', group: 'money', shape: decimal, definition, profile: 'full' } as const;
}

/** Money of the reporting currency. Null where something has no price. */
export function pricedMoney(...[label, definition]: Words) {
  const shape = decimal.nullable();
  return { label, unit: 'money', group: 'money', shape, definition, profile: 'full' } as const;
}
