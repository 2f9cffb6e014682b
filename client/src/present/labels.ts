/** Labels of metrics, as in the registry of reports. A metric has the same label wherever it is shown. */
import { type DisclosableMetric, REPORT_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import { percent, statistic } from './format.ts';
import type { Rows } from './table.ts';

/** The label of a metric, in a few words. */
export function labelOf(name: DisclosableMetric): string {
  return REPORT_METRICS[name].label;
}

/** Names of the metrics whose value is a number or null. */
export type NumberMetric = {
  [Name in DisclosableMetric]: (typeof REPORT_METRICS)[Name]['unit'] extends 'ratio' | 'statistic'
    ? Name
    : never;
}[DisclosableMetric];

/** A metric in its unit. Null is shown as a dash. */
export function numberRow(name: NumberMetric, value: number | null): readonly [name: string, value: string] {
  return [labelOf(name), REPORT_METRICS[name].unit === 'ratio' ? percent(value) : statistic(value)];
}

/** {@link numberRow} for each name. */
export function numberRows<Name extends NumberMetric>(
  metrics: Readonly<Record<Name, number | null>>,
  ...names: readonly Name[]
): Rows {
  return names.map((name) => numberRow(name, metrics[name]));
}
