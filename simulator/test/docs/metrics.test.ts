/** docs/metrics.md defines, by its name, every number that an answer or a report may contain. */
import { readFileSync } from 'node:fs';
import { buildAccountHistory, computeMetrics } from '@perf-aggregator/analytics';
import { REPORT_CLAIMS } from '@perf-aggregator/shared/messages/report/claims';
import { DISCLOSABLE_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import { describe, expect, it } from 'vitest';

const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');
const told = new Set([...page.matchAll(/`([A-Za-z0-9]+)(?:\["[^`]*"\])?`/g)].map(([, name]) => name!));
const metrics = computeMetrics(
  buildAccountHistory({
    ...{ reportingCurrency: 'USDT', method: 'fifo', entries: [], marks: [], snapshots: [], asOf: 0 },
  }),
);
/** Names that need no definition, and tables whose members are defined one by one. */
const PLAIN = [
  'reportingCurrency',
  'undefinedReasons',
  'exposure',
  'correlation',
  'reconciliation',
  'benchmark',
];

describe('when docs/metrics.md defines the numbers', () => {
  it.each([
    ['of a report', DISCLOSABLE_METRICS],
    ['of an answer', Object.keys(metrics)],
    ['of exposure', Object.keys(metrics.exposure)],
    ['of reconciliation', Object.keys(metrics.reconciliation)],
    ['of the compliance table', Object.keys(metrics.compliance)],
    ['of the quality of data', Object.keys(REPORT_CLAIMS[2].shape.dataQuality.shape)],
    [
      'of a report in the open',
      ['fullHistoryReturn', 'fullHistoryMaxDrawdown', 'adverseReturn', 'backfilledShare'],
    ],
    ['of what cannot be explained', Object.keys(REPORT_CLAIMS[2].shape.reconciliation.shape)],
  ])('every name %s is defined', (_, names) => {
    expect(names.length).toBeGreaterThan(3);
    // The amount of a ratio in money is defined together with the ratio.
    const ratios = names.map((name) => name.replace(/Amount$/, ''));
    expect(ratios.filter((name) => !told.has(name) && !PLAIN.includes(name))).toEqual([]);
  });
});
