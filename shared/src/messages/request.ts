/**
 * What a client seals for an open session (docs/protocol.md §4): queries and renewals, under the session's request key.
 * The additional data names the operation, so that no request can be used for another operation.
 */
import * as z from 'zod';
import { fromUtf8, utf8 } from '../bytes.ts';
import { decodeBase64Url, encodeBase64Url } from '../codec/base64.ts';
import type { CryptoBackend } from '../crypto/port.ts';
import { MAX_SESSION_TTL_S } from '../limits.ts';
import type { Random } from '../random.ts';
import { sealedRequest } from '../wire/sealed.ts';
import { type BoxJson, openBox, sealBox } from './box.ts';

export { sealedRequest };

/** A sealed request in JSON. */
export interface SealedRequest extends BoxJson {
  readonly v: 1;
}

/** The keys and names that a request is bound to. */
export interface RequestBinding {
  readonly requestKey: Uint8Array;
  readonly sessionId: string;
  readonly operation: string;
}

/** Seals `content` for one operation of one session. */
export function sealRequest(
  crypto: CryptoBackend,
  random: Random,
  binding: RequestBinding,
  content: unknown,
): SealedRequest {
  const box = sealBox(crypto, random, binding.requestKey, utf8(JSON.stringify(content)), associated(binding));
  return { v: 1, ...box };
}

/**
 * Opens a sealed request.
 * @throws CryptoError `aead_open_failed`; SyntaxError when the content is not JSON
 */
export function openRequest(
  crypto: CryptoBackend,
  binding: RequestBinding,
  sealed: z.infer<typeof sealedRequest>,
): unknown {
  return JSON.parse(fromUtf8(openBox(crypto, binding.requestKey, sealed, associated(binding))));
}

/** The `q` parameter of a sealed query: base64url of its JSON. */
export function encodeQuery(sealed: SealedRequest): string {
  return encodeBase64Url(utf8(JSON.stringify(sealed)));
}

/**
 * The sealed query in a `q` parameter.
 * @throws CodecError `base64_malformed`, SyntaxError, ZodError
 */
export function decodeQuery(q: string): z.infer<typeof sealedRequest> {
  return sealedRequest.parse(JSON.parse(fromUtf8(decodeBase64Url(q))));
}

function associated(binding: RequestBinding) {
  return { v: 1, session_id: binding.sessionId, operation: binding.operation };
}

const isoDay = z.iso.date();
const annualRate = z.number().min(-0.5).max(1);

/** Periods by name. docs/protocol.md §4 defines each. */
export const QUERY_PERIODS = ['1d', '7d', '30d', '90d', 'ytd', '1y', 'all'] as const;
/** Currencies that an answer may be in. */
export const QUERY_CURRENCIES = ['USD', 'USDT', 'EUR', 'BTC'] as const;
/** Which lots a disposal uses first. */
export const QUERY_METHODS = ['fifo', 'lifo', 'hifo', 'average'] as const;

/** Which history is selected, and which days of it. Days are UTC, with both ends included. */
const selectionFields = {
  from: isoDay.optional(),
  to: isoDay.optional(),
  /** Used instead of `from`: counts back from `to`, or from the last day. */
  period: z.enum(QUERY_PERIODS).optional(),
  /** Only the entries of this account of the session. */
  account: z.string().min(1).max(16).optional(),
  /** Default: the session's. */
  currency: z.enum(QUERY_CURRENCIES).optional(),
  /** Default: fifo. */
  method: z.enum(QUERY_METHODS).optional(),
};
const benchmark = z
  .string()
  .regex(/^[A-Z0-9]{1,20}$/, 'not the name of an asset')
  .optional();

/** The selected part of a session. */
export interface SelectionParameters {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly period?: (typeof QUERY_PERIODS)[number] | undefined;
  readonly account?: string | undefined;
  readonly currency?: (typeof QUERY_CURRENCIES)[number] | undefined;
  readonly method?: (typeof QUERY_METHODS)[number] | undefined;
}

/** Parameters of the operations that compute over a period. */
export const periodParameters = z.strictObject({
  ...selectionFields,
  /** An asset that the session's marks price. */
  benchmark,
  riskFreeRateAnnual: annualRate.optional(),
  minimumAcceptableReturnAnnual: annualRate.optional(),
  /** Share of assets a year. It reduces the net returns of the compliance table. */
  managementFeeAnnual: z.number().min(0).max(0.5).optional(),
});
export type PeriodParameters = z.infer<typeof periodParameters>;

/** Days that one page of `returns` holds: default and maximum. */
export const RETURNS_PAGE = { default: 366, max: 1_000 } as const;

/** Parameters of `returns`. */
export const returnsParameters = z.strictObject({
  ...selectionFields,
  benchmark,
  riskFreeRateAnnual: annualRate.optional(),
  /** Days with a return in each rolling window. Without it there are no rolling metrics. */
  window: z.number().int().min(2).max(1_000).optional(),
  /** `nextCursor` of the page before. Its day is the first of this page. */
  cursor: isoDay.optional(),
  limit: z.number().int().min(1).max(RETURNS_PAGE.max).optional(),
});
export type ReturnsParameters = z.infer<typeof returnsParameters>;

/** Round trips that one page of `trades` holds: default and maximum. */
export const TRADES_PAGE = { default: 100, max: 500 } as const;

/** Parameters of `trades`. */
export const tradesParameters = z.strictObject({
  ...selectionFields,
  symbol: z.string().min(1).max(64).optional(),
  /** `nextCursor` of the page before. This page begins after it. */
  cursor: z
    .string()
    .max(512)
    .regex(/^\d{1,15} ./, 'not a cursor')
    .optional(),
  limit: z.number().int().min(1).max(TRADES_PAGE.max).optional(),
});
export type TradesParameters = z.infer<typeof tradesParameters>;

/** Parameters of `report`: the period, and the report's audience. */
export const reportParameters = z.strictObject({
  ...periodParameters.shape,
  /** Audience. It is in the report, and a verifier may require it. */
  aud: z.string().min(1).max(256).optional(),
  /** A verifier's challenge. The report repeats it. */
  nonce: z.string().min(8).max(128).optional(),
  /** Whether a report may be made although not everything that moved the accounts was read. The report says so. */
  allowPartial: z.boolean().optional(),
});
export type ReportParameters = z.infer<typeof reportParameters>;

/** Content of a sealed renewal. */
export const renewalContent = z.strictObject({
  /** Rises with every renewal of a session, so that no renewal can be replayed. */
  counter: z.number().int().positive(),
  /** How long the session should live from now, seconds. */
  ttl: z.number().int().min(60).max(MAX_SESSION_TTL_S),
});
export type RenewalContent = z.infer<typeof renewalContent>;
