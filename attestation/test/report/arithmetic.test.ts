import type { ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { checkArithmetic } from '../../src/report/arithmetic.ts';
import { ReportError } from '../../src/report/errors.ts';

type Metrics = Record<string, unknown>;

/** The few claims that the arithmetic uses. */
function claimsOf(metrics: Metrics, more: Partial<ReportClaims> = {}): ReportClaims {
  const base = {
    periodIsFullHistory: false,
    fullHistoryReturn: null,
    fullHistoryMaxDrawdown: null,
    dataQuality: { checkedFillShare: null, offMarketFillShare: null, illiquidPnlShare: null },
    accountsInSession: 1,
    accountsIncluded: 1,
    parameters: { periodsPerYear: 365, riskFreeRateAnnual: 0.05 },
  };
  return { ...base, metrics, ...more } as unknown as ReportClaims;
}

const refusal = (metrics: Metrics, more?: Partial<ReportClaims>) =>
  codeOf(() => checkArithmetic(claimsOf(metrics, more)), ReportError);

describe('when numbers are consistent', () => {
  it('the result names the comparisons', () => {
    const metrics = {
      periodReturns: [0.1, null, -0.5, 0.2],
      monthlyReturns: { '2026-01': 0.1, '2026-02': -0.4 },
      totalReturn: -0.34,
      maxDrawdown: 0.5,
    };
    const full = { periodIsFullHistory: true, fullHistoryReturn: -0.34, fullHistoryMaxDrawdown: 0.5 };
    expect(checkArithmetic(claimsOf(metrics, full)).split('; ')).toHaveLength(5);
  });

  it('ratios, tails and money are compared too', () => {
    const metrics = {
      periodReturns: [0.1, null, -0.05, 0.2],
      observationCount: 3,
      bestPeriodReturn: 0.2,
      worstPeriodReturn: -0.05,
      totalReturn: 0.254,
      annualizedReturn: 1.254 ** (365 / 3) - 1,
      // Mean 1/12, deviation sqrt(19/1200).
      volatilityAnnualized: Math.sqrt((19 / 1200) * 365),
      sharpeRatio: ((1 / 12 - (1.05 ** (1 / 365) - 1)) / Math.sqrt(19 / 1200)) * Math.sqrt(365),
      historicalVar95: 0.03,
      expectedShortfall95: 0.03,
      navStart: '0',
      navEnd: '123456789012345.678901234567',
      deposits: '23456789012345.678901234567',
      withdrawals: '0',
      absoluteProfit: '100000000000000',
    };
    expect(checkArithmetic(claimsOf(metrics)).split('; ')).toEqual([
      'daily returns chain to the total',
      'daily returns are counted',
      'best day',
      'worst day',
      'daily returns give the volatility',
      'daily returns give the Sharpe ratio',
      'the total, annualised',
      'expectedShortfall95 is at least historicalVar95',
      'profit adds up',
    ]);
  });

  it('a withheld or undefined metric is not compared', () => {
    const nothing = 'nothing disclosed that could be recomputed';
    expect(checkArithmetic(claimsOf({}))).toBe(nothing);
    expect(checkArithmetic(claimsOf({ totalReturn: 0.1 }))).toBe(nothing);
    expect(checkArithmetic(claimsOf({ totalReturn: null, periodReturns: [0.1], maxDrawdown: null }))).toBe(
      nothing,
    );
    expect(checkArithmetic(claimsOf({ totalReturn: 0.1, periodReturns: [] }))).toBe(nothing);
    expect(checkArithmetic(claimsOf({ totalReturn: 0.1 }, { fullHistoryReturn: 0.2 }))).toBe(nothing);
  });

  it('an account that lost everything has no chain of returns', () => {
    expect(
      checkArithmetic(claimsOf({ periodReturns: [-1, 0.5], totalReturn: -1, maxDrawdown: 1 })),
    ).toContain('nothing');
  });

  it('rounding of doubles is no contradiction, for any returns', () => {
    const returns = fc.array(fc.double({ min: -0.5, max: 1, noNaN: true }), { minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(returns, (periodReturns) => {
        // The test links the returns with logarithms, unlike the code under test.
        const totalReturn = Math.expm1(periodReturns.reduce((sum, value) => sum + Math.log1p(value), 0));
        expect(checkArithmetic(claimsOf({ periodReturns, totalReturn }))).toContain('daily');
        const wrong = totalReturn + 1e-6 * Math.max(1, Math.abs(totalReturn));
        expect(refusal({ periodReturns, totalReturn: wrong })).toBe('arithmetic_invalid');
      }),
    );
  });
});

describe('when numbers contradict each other', () => {
  it.each<[string, Metrics, Partial<ReportClaims>]>([
    ['days and total', { periodReturns: [0.1, 0.1], totalReturn: 0.2 }, {}],
    ['months and total', { monthlyReturns: { '2026-01': 0.1 }, totalReturn: 0.2 }, {}],
    ['days and drawdown', { periodReturns: [0.1, -0.2, 0.3], maxDrawdown: 0.1 }, {}],
    ['a first loss and no drawdown', { periodReturns: [-0.2, 0.3], maxDrawdown: 0 }, {}],
    ['total and full history', { totalReturn: 0.1 }, { periodIsFullHistory: true, fullHistoryReturn: 0.2 }],
    [
      'drawdown and full history',
      { maxDrawdown: 0.1 },
      { periodIsFullHistory: true, fullHistoryMaxDrawdown: 0.2 },
    ],
    ['years and total', { yearly: { '2026': 0.1 }, totalReturn: 0.2 }, {}],
    ['days and their count', { periodReturns: [0.1, null], observationCount: 2 }, {}],
    ['days and the best', { periodReturns: [0.1, 0.2], bestPeriodReturn: 0.3 }, {}],
    ['days and the worst', { periodReturns: [0.1, -0.2], worstPeriodReturn: -0.1 }, {}],
    ['days and volatility', { periodReturns: [0.1, -0.2], volatilityAnnualized: 4 }, {}],
    ['days and Sharpe ratio', { periodReturns: [0.1, -0.05], sharpeRatio: 9 }, {}],
    ['total and annualised return', { totalReturn: 0.1, observationCount: 365, annualizedReturn: 0.11 }, {}],
    ['a shortfall below its VaR', { historicalVar95: 0.03, expectedShortfall95: 0.02 }, {}],
    ['a normal shortfall below its VaR', { parametricVar99: 0.03, parametricEs99: 0.02 }, {}],
    ['a VaR of 99 % below that of 95 %', { historicalVar95: 0.03, historicalVar99: 0.02 }, {}],
    ['a current drawdown above the largest', { currentDrawdown: 0.3, maxDrawdown: 0.2 }, {}],
    [
      'value, flows and profit',
      { navStart: '100', navEnd: '150', deposits: '40', withdrawals: '0', absoluteProfit: '50' },
      {},
    ],
    ['flows and their sum', { deposits: '40', withdrawals: '10', netExternalFlow: '40' }, {}],
    [
      'realised and net profit',
      { realizedPnl: '10', fundingPnl: '1', fees: '2', borrowInterest: '0.5', netPnl: '9' },
      {},
    ],
    ['accounts', {}, { accountsIncluded: 2 }],
    ['a total that is not finite', { periodReturns: [0.1], totalReturn: Number.POSITIVE_INFINITY }, {}],
  ])('%s are refused', (_, metrics, more) => {
    expect(refusal(metrics, more)).toBe('arithmetic_invalid');
  });
});

describe('when a return covers several days', () => {
  /** A scope makes claims of version 2. */
  const OF_VERSION_2 = { scope: { from: null, state: 'complete', missing: [] } } as const;
  // Three returns over five days, 0.05 a day.
  const variance = ((0.1 - 0.05) ** 2 + (0.05 - 0.1) ** 2 / 2) / 2;
  const spanned = {
    periodReturns: [0.1, null, 0.05, null, 0.1],
    observationCount: 3,
    coveredPeriods: 5,
    volatilityAnnualized: Math.sqrt(variance * 365),
    sharpeRatio: ((0.05 - (1.05 ** (1 / 365) - 1)) / Math.sqrt(variance)) * Math.sqrt(365),
    totalReturn: 1.1 * 1.05 * 1.1 - 1,
    annualizedReturn: (1.1 * 1.05 * 1.1) ** (365 / 5) - 1,
    bestPeriodReturn: 0.1,
    worstPeriodReturn: 0.05,
  };
  const told = (metrics: Metrics) => checkArithmetic(claimsOf(metrics, OF_VERSION_2 as never));

  it('the numbers of version 2 go by the days that it covers', () => {
    expect(told(spanned).split('; ')).toEqual([
      ...['daily returns chain to the total', 'daily returns are counted'],
      ...['the days that they cover are counted', 'best day', 'worst day'],
      ...[
        'daily returns give the volatility',
        'daily returns give the Sharpe ratio',
        'the total, annualised',
      ],
    ]);
  });

  it.each<[keyof typeof spanned, number]>([
    ['coveredPeriods', 3],
    ['observationCount', 5],
    ['volatilityAnnualized', 0.001],
    ['sharpeRatio', 99],
    ['annualizedReturn', 1.2705 ** (365 / 3) - 1],
    ['bestPeriodReturn', 0.2],
  ])('another %s contradicts them', (name, value) => {
    expect(codeOf(() => told({ ...spanned, [name]: value }), ReportError)).toBe('arithmetic_invalid');
  });

  it('in version 1 each counts as one day, and what they cover is not read', () => {
    expect(codeOf(() => checkArithmetic(claimsOf(spanned)), ReportError)).toBe('arithmetic_invalid');
    const ofVersion1 = {
      totalReturn: 0.1,
      observationCount: 365,
      coveredPeriods: 700,
      annualizedReturn: 0.1,
    };
    expect(checkArithmetic(claimsOf(ofVersion1))).toBe('the total, annualised');
  });

  it('days before the first return are covered by none', () => {
    expect(told({ periodReturns: [null, null, 0.1, 0.2], coveredPeriods: 2 })).toBe(
      'the days that they cover are counted',
    );
  });

  it('where no day is disclosed, the stated number counts', () => {
    const stated = { totalReturn: 0.1, coveredPeriods: 365, annualizedReturn: 0.1 };
    expect(told(stated)).toBe('the total, annualised');
    const { coveredPeriods: _, ...withheld } = stated;
    expect(told(withheld)).toBe('nothing disclosed that could be recomputed');
  });
});
