import {
  periodParameters,
  renewalContent,
  reportParameters,
  returnsParameters,
  tradesParameters,
} from '@perf-aggregator/shared/messages/request';
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
    [{ benchmark: 'BTC', account: 'a0', currency: 'EUR', method: 'average', period: 'ytd' }, true],
    [{ benchmark: 'btc' }, false],
    [{ benchmark: 'BTC/USDT' }, false],
    [{ currency: 'GBP' }, false],
    [{ method: 'FIFO' }, false],
    [{ period: '2d' }, false],
    [{ account: '' }, false],
    [{ window: 30 }, false],
    [{ colour: 'red' }, false],
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
    [{ window: 2, cursor: '2026-01-01', limit: 1, benchmark: 'BTC', riskFreeRateAnnual: 0.02 }, true],
    [{ limit: 1_000, window: 1_000, period: '90d', account: 'a1' }, true],
    [{ window: 1 }, false],
    [{ window: 1.5 }, false],
    [{ limit: 0 }, false],
    [{ limit: 1_001 }, false],
    [{ cursor: 'yesterday' }, false],
    [{ minimumAcceptableReturnAnnual: 0 }, false],
  ])('judges the days %j: %s', (value, isFit) => {
    expect(returnsParameters.safeParse(value).success).toBe(isFit);
  });

  it.each([
    [{ symbol: 'BTC/USDT:USDT', limit: 500, cursor: '1767225600000 binance a0 BTC/USDT 7' }, true],
    [{ method: 'lifo', currency: 'BTC', from: '2026-01-01' }, true],
    [{ symbol: '' }, false],
    [{ limit: 501 }, false],
    [{ cursor: 'binance' }, false],
    [{ cursor: '' }, false],
    [{ cursor: `1 ${'x'.repeat(511)}` }, false],
    [{ benchmark: 'BTC' }, false],
  ])('judges the trades %j: %s', (value, isFit) => {
    expect(tradesParameters.safeParse(value).success).toBe(isFit);
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
