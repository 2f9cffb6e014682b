/**
 * The report (docs/protocol.md §6): the names of its claims, and the claims that nobody can withhold.
 *
 * It is an SD-JWT (RFC 9901). What a trader would like to leave out is in the open part. Only the members of `metrics`
 * are selectively disclosable. A verifier refuses a report without the open claims.
 */
import * as z from 'zod';
import { ENVIRONMENTS } from '../environment.ts';
import { KMS_POLICY_STATES } from '../user-data.ts';
import { disclosedMetrics, disclosedMetricsOfVersion1 } from './metrics.ts';

/**
 * JOSE headers of reports, by the version of the bundle. They are pinned: a verifier accepts no other. Evidence outlives
 * releases, so a version that was published is judged for ever. Version 2 is a draft: only the build that issued one
 * need read it.
 */
export const REPORT_HEADERS = {
  1: { alg: 'EdDSA', typ: 'perf-report+sd-jwt' },
  2: { alg: 'EdDSA', typ: 'perf-report.v2-draft+sd-jwt' },
} as const;
/** The version of a report's bundle. */
export type ReportVersion = keyof typeof REPORT_HEADERS;
/** The version that an enclave issues. */
export const REPORT_VERSION = 2;

/** The sentence that every report carries. */
export const REPORT_STATEMENT =
  'Describes only the accounts listed; does not show who controlled them, whether other accounts, hedges or ' +
  'sessions exist, or whether this one was chosen after the fact.';

const instant = z.number().int().nonnegative();
const day = z.iso.date();
const ratio = z.number().nullable();
/** 0..1 */
const share = z.number().min(0).max(1).nullable();
const count = z.number().int().nonnegative();
const permission = z.enum(['yes', 'no', 'unknown']);
const gap = z.strictObject({ stream: z.string(), from: instant, to: instant });

const coverage = z.strictObject({
  account: z.string(),
  venue: z.string(),
  symbols: z.array(z.string()),
  from: instant.nullable(),
  to: instant,
  gaps: z.array(gap),
  unavailable: z.array(z.string()),
});

/** What was read of everything that could have moved the accounts (docs/metrics.md §1.3). */
const scope = z.strictObject({
  /** The latest instant before which a needed stream has nothing any more, ms. Null: all reach to the beginning. */
  from: instant.nullable(),
  state: z.enum(['complete', 'partial']),
  /** What was not read, or is not explained; each with its account where the report has several. */
  missing: z.array(z.string()),
});

const claimsOfVersion1 = z.strictObject({
  /** Seconds since the epoch (RFC 7519). */
  iat: z.number().int(),
  exp: z.number().int(),
  aud: z.string().optional(),
  nonce: z.string().optional(),
  /** `simulated`: not AWS hardware. `sandbox`: a venue's test system. */
  environment: z.enum(ENVIRONMENTS),
  /** UTC days, both included. */
  period: z.strictObject({ from: day, to: day }),
  periodIsFullHistory: z.boolean(),
  /** Instant of the first entry of any account, ms. Null without entries. */
  earliestActivity: instant.nullable(),
  /** The instant since which this session has watched, ms. */
  liveSince: instant,
  /** Share of the period's days that had ended when the session began, 0..1. */
  backfilledShare: z.number().min(0).max(1),
  fullHistoryReturn: ratio,
  fullHistoryMaxDrawdown: ratio,
  parameters: z.strictObject({
    currency: z.string(),
    costBasis: z.enum(['fifo', 'lifo', 'hifo', 'average']),
    benchmark: z.string().nullable(),
    riskFreeRateAnnual: z.number(),
    minimumAcceptableReturnAnnual: z.number(),
    managementFeeAnnual: z.number(),
    periodsPerYear: z.number(),
    filters: z.array(z.string()),
  }),
  accountsInSession: z.number().int(),
  accountsIncluded: z.number().int(),
  otherAccounts: z.literal('notObservable'),
  venues: z.array(z.string()),
  productsRead: z.array(z.string()),
  productsNotRead: z.array(z.string()),
  keyPermissions: z.array(
    z.strictObject({ account: z.string(), canTrade: permission, canWithdraw: permission }),
  ),
  /** How the holder proved control of the accounts: with a key of them, and nothing more. */
  accountControl: z.literal('apiKey'),
  coverage: z.array(coverage),
  reconciliation: z.strictObject({
    /** Value that the entries cannot explain against the live balances, as a share of it. */
    unexplainedShare: ratio,
    unclassifiedCreditsShare: ratio,
    unmatchedTransfers: z.number().int(),
    missingAcquisitions: z.number().int(),
  }),
  adverseReturn: ratio,
  /** How much of the period's profit rests on marks of holdings too large for their markets. Null: not known. */
  illiquidPnlShare: share,
  largeFlowsUnvalued: count,
  /** Of the whole history, whatever the period. */
  dataQuality: z.strictObject({
    /** Returns that cover days without a valuation. */
    gapCount: count,
    stalePrices: count,
    unpricedAssets: z.array(z.string()),
    /** Days that end with money in an unread wallet. */
    unreadWalletDays: count,
    /** Rebates and other credits that count as income, as a share of the last NAV. */
    creditIncomeShare: ratio,
    /** Fills outside the range of their minute, booked at its mark. */
    positionMoves: count,
    /** Shares of the traded value: of such fills, of block trades, of fills whose minute was compared at all. */
    offMarketFillShare: share,
    blockTradeShare: share,
    checkedFillShare: share,
    illiquidPnlShare: share,
  }),
  /** Entries that the signing process fetched itself, and entries that came back from sealed storage. */
  provenance: z.strictObject({ fetched: z.number().int(), sealed: z.number().int() }),
  kmsPolicy: z.enum(KMS_POLICY_STATES),
  /** Hex. */
  configSha256: z.string().regex(/^[0-9a-f]{64}$/),
  /** Hash of the ledger, hex. */
  ledgerHead: z.string().nullable(),
  asOf: instant,
  software: z.strictObject({ name: z.literal('perf-aggregator'), version: z.string() }),
  statement: z.literal(REPORT_STATEMENT),
  metrics: disclosedMetricsOfVersion1,
});

/**
 * Schemas of the claims by version: the claims that no holder can withhold (docs/design.md §10), and `metrics` with the
 * disclosed ones.
 */
export const REPORT_CLAIMS = {
  1: claimsOfVersion1,
  2: z.strictObject({ ...claimsOfVersion1.shape, scope, metrics: disclosedMetrics }),
} as const;
/** Claims of a report as an enclave issues it, with the disclosed metrics. */
export type ReportClaims = z.infer<(typeof REPORT_CLAIMS)[typeof REPORT_VERSION]>;
/** Claims of a report of any version. */
export type AnyReportClaims = Omit<ReportClaims, 'scope'> & Partial<Pick<ReportClaims, 'scope'>>;

/** A report and the attestation document that the hardware made for it. */
export const reportBundle = z.strictObject({
  version: z.union([z.literal(1), z.literal(2)]),
  /** Compact SD-JWT: issuer-signed JWT and disclosures, each followed by `~`. */
  sdJwt: z.string().max(4 * 1024 * 1024),
  /** Base64 of a COSE_Sign1 document. */
  attestation: z.string().max(32 * 1024),
});
export type ReportBundle = z.infer<typeof reportBundle>;
