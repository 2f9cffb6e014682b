/** The report of a small account. All its numbers are consistent. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { REPORT_STATEMENT, type ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import type { DisclosedMetrics } from '@perf-aggregator/shared/messages/report/metrics';
import { MADE_AT } from '../../nitro-builder.ts';

const DAY_MS = 86_400_000;

/** SHA-256 of the configuration. */
export const CONFIG = new Uint8Array(32).fill(7);

/** Times of issue and expiry in seconds since the epoch. */
export const IAT = MADE_AT / 1_000;
export const EXP = IAT + 30 * 86_400;

/** Of three returns over four days, the second over two: mean 1/16, sample deviation √(57/3200). */
const deviation = Math.sqrt(57 / 3200);
/** In version 1 each counts as one day: mean 1/12, sample deviation √(19/1200). */
const deviationOfVersion1 = Math.sqrt(19 / 1200);
const riskFree = 1.05 ** (1 / 365) - 1;

/** The metrics that may be disclosed. */
export const METRICS = {
  totalReturn: 0.254,
  annualizedReturn: 1.254 ** (365 / 4) - 1,
  bestPeriodReturn: 0.2,
  worstPeriodReturn: -0.05,
  observationCount: 3,
  coveredPeriods: 4,
  monthlyReturns: { '2025-12': 0.1, '2026-01': 0.14 },
  yearly: { '2025': 0.1, '2026': 0.14 },
  periodReturns: [0.1, null, -0.05, 0.2],
  volatilityAnnualized: deviation * Math.sqrt(365),
  sharpeRatio: ((1 / 16 - riskFree) / deviation) * Math.sqrt(365),
  historicalVar95: 0.04,
  historicalVar99: 0.05,
  expectedShortfall95: 0.045,
  expectedShortfall99: 0.05,
  parametricVar95: 0.12,
  parametricVar99: 0.21,
  parametricEs95: 0.18,
  parametricEs99: 0.25,
  maxDrawdown: 0.05,
  currentDrawdown: 0,
  absoluteProfit: '254.1',
  navStart: '1000',
  navEnd: '1354.1',
  deposits: '150',
  withdrawals: '50',
  netExternalFlow: '100',
  fees: '5.5',
  realizedPnl: '250.1',
  fundingPnl: '10.5',
  borrowInterest: '1',
  netPnl: '254.1',
} as const satisfies Partial<DisclosedMetrics>;

const { coveredPeriods: _, ...sameInVersion1 } = METRICS;
/** The metrics of the same account in version 1. */
export const METRICS_OF_VERSION_1 = {
  ...sameInVersion1,
  annualizedReturn: 1.254 ** (365 / 3) - 1,
  volatilityAnnualized: deviationOfVersion1 * Math.sqrt(365),
  sharpeRatio: ((1 / 12 - riskFree) / deviationOfVersion1) * Math.sqrt(365),
};

/** All other claims. They cannot be withheld. */
export const CLAIMS: Omit<ReportClaims, 'metrics' | 'aud' | 'nonce'> = {
  iat: IAT,
  exp: EXP,
  environment: 'simulated',
  period: { from: '2025-12-31', to: '2026-01-03' },
  periodIsFullHistory: true,
  earliestActivity: MADE_AT - 15 * DAY_MS,
  liveSince: MADE_AT - 10 * DAY_MS,
  backfilledShare: 0.5,
  fullHistoryReturn: METRICS.totalReturn,
  fullHistoryMaxDrawdown: METRICS.maxDrawdown,
  parameters: {
    currency: 'USDT',
    costBasis: 'fifo',
    benchmark: null,
    riskFreeRateAnnual: 0.05,
    minimumAcceptableReturnAnnual: 0,
    managementFeeAnnual: 0,
    periodsPerYear: 365,
    filters: [],
  },
  accountsInSession: 1,
  accountsIncluded: 1,
  otherAccounts: 'notObservable',
  venues: ['binance'],
  productsRead: ['spot'],
  productsNotRead: ['margin'],
  keyPermissions: [{ account: 'a0', canTrade: 'no', canWithdraw: 'no' }],
  accountControl: 'apiKey',
  coverage: [
    {
      ...{ account: 'a0', venue: 'binance', symbols: ['BTC/USDT'], gaps: [], unavailable: [] },
      from: MADE_AT - 15 * DAY_MS,
      to: MADE_AT,
    },
  ],
  scope: { from: null, state: 'complete', missing: [] },
  reconciliation: {
    unexplainedShare: 0,
    unclassifiedCreditsShare: 0,
    unmatchedTransfers: 0,
    missingAcquisitions: 0,
  },
  adverseReturn: null,
  illiquidPnlShare: 0,
  largeFlowsUnvalued: 0,
  dataQuality: {
    gapCount: 0,
    stalePrices: 0,
    unpricedAssets: [],
    unreadWalletDays: 0,
    creditIncomeShare: 0,
    positionMoves: 0,
    offMarketFillShare: 0.1,
    blockTradeShare: 0,
    checkedFillShare: 0.9,
    illiquidPnlShare: 0,
  },
  provenance: { fetched: 2, sealed: 0 },
  kmsPolicy: 'locked',
  configSha256: encodeHex(CONFIG),
  ledgerHead: 'cd'.repeat(32),
  asOf: MADE_AT,
  software: { name: 'perf-aggregator', version: '1.2.3' },
  statement: REPORT_STATEMENT,
};
