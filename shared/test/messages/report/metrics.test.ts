import { readFileSync } from 'node:fs';
import {
  BENCHMARK_METRICS,
  DISCLOSABLE_METRICS,
  disclosedMetrics,
  metricsOfProfile,
  REPORT_METRICS,
  reportMetric,
} from '@perf-aggregator/shared/messages/report/metrics';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { pageOf } from '../../../../scripts/report-metrics.mjs';

/** Tells whether a metric contains money: its JSON Schema has the pattern of exact decimals, which only money uses. */
function tellsMoney(name: (typeof DISCLOSABLE_METRICS)[number]): boolean {
  const schema = JSON.stringify(z.toJSONSchema(reportMetric(name).shape));
  return schema.includes(JSON.stringify('^-?\\d+(?:\\.\\d+)?$'));
}

describe('when the registry of report metrics is read', () => {
  it('the page has the same contents', () => {
    const page = readFileSync(new URL('../../../../docs/report-metrics.md', import.meta.url), 'utf8');
    expect(page).toBe(pageOf(REPORT_METRICS));
  });

  it('every entry has a unique label, and a description of one line that ends with a full stop', () => {
    const labels = DISCLOSABLE_METRICS.map((name) => reportMetric(name).label);
    expect(new Set(labels).size).toBe(labels.length);
    for (const name of DISCLOSABLE_METRICS) {
      expect(reportMetric(name).definition).toMatch(/^[A-Z0-9][^\n|]{4,90}\.$/);
    }
  });

  it('every metric has a known shape', () => {
    for (const name of DISCLOSABLE_METRICS) {
      const { shape } = reportMetric(name);
      expect([name, shape.safeParse({ any: 'thing' }).success]).toEqual([name, false]);
      expect([name, shape.safeParse(undefined).success]).toEqual([name, false]);
    }
  });

  it('each profile contains the smaller ones, and only the full one contains money', () => {
    const [ratios, summary, full] = (['ratios', 'summary', 'full'] as const).map(metricsOfProfile);
    expect(full).toEqual(DISCLOSABLE_METRICS);
    expect(summary).toEqual(expect.arrayContaining([...ratios!]));
    expect(summary!.length).toBeGreaterThan(ratios!.length);
    expect(summary!.filter(tellsMoney)).toEqual([]);
    expect(DISCLOSABLE_METRICS.filter(tellsMoney).length).toBeGreaterThan(15);
    expect(ratios!.filter((name) => reportMetric(name).unit === 'table')).toEqual([]);
  });

  it('the benchmark has thirteen metrics, all in its group', () => {
    expect(BENCHMARK_METRICS).toHaveLength(13);
    const group = DISCLOSABLE_METRICS.filter((name) => reportMetric(name).group === 'benchmark');
    expect(group).toEqual(BENCHMARK_METRICS);
  });
});

describe('when disclosed metrics are read', () => {
  it('any of them are accepted, each in its shape', () => {
    const some = {
      totalReturn: -0.1,
      sharpeRatio: null,
      navEnd: '12.50',
      monthlyReturns: { '2026-01': 0.1 },
      periodReturns: [0.1, null],
    };
    expect(disclosedMetrics.parse(some)).toEqual(some);
    expect(disclosedMetrics.parse({})).toEqual({});
  });

  it.each([
    ['an unknown name', { totalReturns: 1 }],
    ['text for a ratio', { totalReturn: '1' }],
    ['a number for money', { navEnd: 12.5 }],
    ['money with an exponent', { navEnd: '1e3' }],
    ['a count below 0', { fillCount: -1 }],
    ['a month that is none', { monthlyReturns: { '2026': 0.1 } }],
    ['a drawdown with more', { drawdowns: [{ depth: 1 }] }],
    ['undefined', { totalReturn: undefined }],
  ])('%s is refused', (_, metrics) => {
    expect(disclosedMetrics.safeParse(metrics).success).toBe(false);
  });
});
