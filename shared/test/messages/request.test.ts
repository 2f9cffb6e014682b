import { periodParameters, renewalContent, reportParameters } from '@perf-aggregator/shared/messages/request';
import { describe, expect, it } from 'vitest';

describe('when parameters are read', () => {
  it.each([
    [{}, true],
    [{ from: '2024-01-01', to: '2024-12-31' }, true],
    [{ from: '2024-02-30' }, false],
    [{ from: '2024-1-1' }, false],
    [{ from: 1_700_000_000_000 }, false],
    [{ riskFreeRateAnnual: 0.04, minimumAcceptableReturnAnnual: -0.5 }, true],
    [{ riskFreeRateAnnual: 1.01 }, false],
    [{ riskFreeRateAnnual: '0.04' }, false],
    [{ benchmark: 'BTC' }, false],
  ])('judges the period %j: %s', (value, isFit) => {
    expect(periodParameters.safeParse(value).success).toBe(isFit);
    expect(reportParameters.safeParse(value).success).toBe(isFit);
  });

  it.each([
    [{ aud: 'allocator', nonce: '12345678' }, true],
    [{ aud: '' }, false],
    [{ nonce: '1234567' }, false],
    [{ nonce: 'n'.repeat(129) }, false],
    [{ disclose: [] }, false],
  ])('judges the report %j: %s', (value, isFit) => {
    expect(reportParameters.safeParse(value).success).toBe(isFit);
  });

  it.each([
    [{ counter: 1, ttl: 60 }, true],
    [{ counter: 0, ttl: 60 }, false],
    [{ counter: 1.5, ttl: 60 }, false],
    [{ counter: 1, ttl: 59 }, false],
    [{ counter: 1, ttl: 604_801 }, false],
    [{ counter: 1 }, false],
    [{ counter: 1, ttl: 60, more: 1 }, false],
  ])('judges the renewal %j: %s', (value, isFit) => {
    expect(renewalContent.safeParse(value).success).toBe(isFit);
  });
});
