/** What a report states: the metrics, and everything that a cherry-picking trader would like to leave out. */
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import type { Environment } from '@perf-aggregator/shared/messages/environment';
import { REPORT_STATEMENT, type ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import {
  BENCHMARK_METRICS,
  type BenchmarkMetric,
  DISCLOSABLE_METRICS,
  type DisclosedMetrics,
} from '@perf-aggregator/shared/messages/report/metrics';
import type { KmsPolicyState } from '@perf-aggregator/shared/messages/user-data';
import { isoDay } from '@perf-aggregator/shared/time';
import type { PeriodMetrics } from '../reading/metrics.ts';
import type { Selection } from '../reading/selection.ts';
import type { Provenance } from '../sessions/formats/chunk.ts';
import { EMPTY_HEAD, type SessionState } from '../sessions/formats/state.ts';

const LIFETIME_S = 30 * 86_400;

/** The inputs of the claims. */
export interface ClaimsInput {
  readonly metrics: PeriodMetrics;
  /** The same account without a period. */
  readonly fullHistory: PeriodMetrics;
  readonly state: SessionState;
  /** The part of the session that the metrics are about. */
  readonly selection: Selection;
  readonly provenance: Readonly<Record<Provenance, number>>;
  readonly environment: Environment;
  readonly kmsPolicy: KmsPolicyState;
  readonly configSha256: Uint8Array;
  readonly softwareVersion: string;
  /** ms */
  readonly issuedAt: number;
  /** First instant and end (exclusive) of the period, ms. */
  readonly period: { readonly start: number; readonly end: number };
  readonly audience: string | null;
  readonly nonce: string | null;
}

/** The claims of a report, with all metrics. The holder chooses which metrics to disclose. */
export function toClaims(input: ClaimsInput): ReportClaims {
  const { metrics, fullHistory, state, selection } = input;
  const iat = Math.floor(input.issuedAt / 1_000);
  return {
    iat,
    exp: iat + LIFETIME_S,
    ...(input.audience === null ? {} : { aud: input.audience }),
    ...(input.nonce === null ? {} : { nonce: input.nonce }),
    environment: input.environment,
    period: { from: isoDay(input.period.start), to: isoDay(input.period.end - 1) },
    periodIsFullHistory: metrics.periodIsFullHistory,
    earliestActivity: metrics.earliestActivity,
    liveSince: state.createdAt,
    backfilledShare: metrics.backfilledShare ?? 0,
    fullHistoryReturn: fullHistory.totalReturn,
    fullHistoryMaxDrawdown: fullHistory.maxDrawdown,
    parameters: {
      currency: metrics.reportingCurrency,
      costBasis: selection.method,
      benchmark: metrics.benchmark?.name ?? null,
      riskFreeRateAnnual: metrics.riskFreeRateAnnual,
      minimumAcceptableReturnAnnual: metrics.minimumAcceptableReturnAnnual,
      managementFeeAnnual: metrics.compliance.managementFeeAnnual,
      periodsPerYear: metrics.periodsPerYear,
      filters: selection.account === null ? [] : [`account=${selection.account}`],
    },
    ...accountClaims(state, selection),
    ...qualityClaims(metrics),
    provenance: input.provenance,
    kmsPolicy: input.kmsPolicy,
    configSha256: encodeHex(input.configSha256),
    ledgerHead: state.ledgerHead === EMPTY_HEAD ? null : state.ledgerHead,
    asOf: metrics.asOf,
    software: { name: 'perf-aggregator', version: input.softwareVersion },
    statement: REPORT_STATEMENT,
    metrics: disclosable(metrics),
  };
}

/** Every metric under its one name. Nested metrics of the answer of `metrics` are flat here. */
function disclosable(metrics: PeriodMetrics): DisclosedMetrics {
  const { grossExposure, netExposure, longExposure, shortExposure } = metrics.exposure;
  const all: DisclosedMetrics = {
    ...metrics,
    ...benchmarkOf(metrics),
    ...{ grossExposure, netExposure, longExposure, shortExposure },
  };
  // A metric that the registry does not name is left out.
  return pick(all, DISCLOSABLE_METRICS);
}

function benchmarkOf({ benchmark }: PeriodMetrics): Pick<DisclosedMetrics, BenchmarkMetric> {
  return benchmark === null ? NO_BENCHMARK : pick(benchmark, BENCHMARK_METRICS);
}

const NO_BENCHMARK = Object.fromEntries(BENCHMARK_METRICS.map((name) => [name, null])) as Readonly<
  Record<BenchmarkMetric, null>
>;

function pick<T extends object, Name extends keyof T>(values: T, names: readonly Name[]): Pick<T, Name> {
  return Object.fromEntries(names.map((name) => [name, values[name]])) as Pick<T, Name>;
}

function accountClaims({ accounts }: SessionState, { account: only }: Selection) {
  const included = accounts.filter(({ access }) => only === null || access.account === only);
  const coverages = included.flatMap(({ coverage }) => (coverage ? [coverage] : []));
  return {
    accountsInSession: accounts.length,
    accountsIncluded: coverages.length,
    otherAccounts: 'notObservable' as const,
    venues: unique(included.map(({ access }) => access.venue)),
    productsRead: unique(coverages.flatMap(({ productsRead }) => productsRead)),
    productsNotRead: unique(coverages.flatMap(({ productsNotRead }) => productsNotRead)),
    keyPermissions: accounts.map(({ access, inspection }) => ({
      account: access.account,
      canTrade: inspection.canTrade,
      canWithdraw: inspection.canWithdraw,
    })),
    accountControl: 'apiKey' as const,
    coverage: coverages.map(({ account, venue, symbols, from, to, gaps, unavailable }) => ({
      account,
      venue,
      symbols: [...symbols],
      from,
      to,
      gaps: gaps.map((gap) => ({ ...gap })),
      unavailable: [...unavailable],
    })),
    scope: scopeOf(included),
  };
}

/** The scope of all included accounts together: what is missing of one is missing in the report. */
function scopeOf(included: SessionState['accounts']): ReportClaims['scope'] {
  const froms = included.flatMap(({ coverage }) => coverage?.scope.from ?? []);
  const missing = included.flatMap(({ access, coverage }) =>
    (coverage?.scope.missing ?? ['everything']).map((what) =>
      included.length === 1 ? what : `${access.account}: ${what}`,
    ),
  );
  return {
    from: froms.length === 0 ? null : Math.max(...froms),
    state: missing.length === 0 ? 'complete' : 'partial',
    missing,
  };
}

function qualityClaims(metrics: PeriodMetrics) {
  const { reconciliation, dataQuality } = metrics;
  return {
    reconciliation: {
      unexplainedShare: reconciliation.unexplainedShare,
      unclassifiedCreditsShare: dataQuality.unclassifiedCreditsShare,
      unmatchedTransfers: metrics.externalFlowCount,
      missingAcquisitions: metrics.symbols.filter(({ missingQuantity }) => missingQuantity !== '0').length,
    },
    adverseReturn: metrics.adverseReturn,
    illiquidPnlShare: metrics.illiquidPnlShare,
    largeFlowsUnvalued: dataQuality.largeFlowsUnvalued,
    dataQuality: qualityOf(dataQuality),
  };
}

/** The data quality that nobody can withhold and that no other claim states. */
function qualityOf(quality: PeriodMetrics['dataQuality']): ReportClaims['dataQuality'] {
  const { gapCount, stalePrices, unpricedAssets, unreadWalletDays, creditIncomeShare } = quality;
  const { positionMoves, offMarketFillShare, blockTradeShare, checkedFillShare, illiquidPnlShare } = quality;
  return {
    ...{ gapCount, stalePrices, unpricedAssets: [...unpricedAssets], unreadWalletDays, creditIncomeShare },
    ...{ positionMoves, offMarketFillShare, blockTradeShare, checkedFillShare, illiquidPnlShare },
  };
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
