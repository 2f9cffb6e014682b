/**
 * What a client seals for an open session (docs/protocol.md §4): queries and renewals, under the session's
 * request key. The operation stands in the additional data, so that none can stand in for another.
 */
import { z } from 'zod';
import { fromUtf8, utf8 } from '../bytes.ts';
import { decodeBase64Url, encodeBase64Url } from '../codec/base64.ts';
import type { CryptoBackend } from '../crypto/port.ts';
import { MAX_SESSION_TTL_S } from '../limits.ts';
import type { Random } from '../random.ts';
import { type BoxJson, boxFields, openBox, sealBox } from './box.ts';

/** A sealed request as JSON carries it. */
export interface SealedRequest extends BoxJson {
  readonly v: 1;
}

/** Schema of {@link SealedRequest}, its binary fields decoded. */
export const sealedRequest = z.strictObject({ v: z.literal(1), ...boxFields });

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

/** Parameters of the operations that compute over a period. Days are UTC, both ends included. */
export const periodParameters = z.strictObject({
  from: isoDay.optional(),
  to: isoDay.optional(),
  riskFreeRateAnnual: z.number().min(-0.5).max(1).optional(),
  minimumAcceptableReturnAnnual: z.number().min(-0.5).max(1).optional(),
});
export type PeriodParameters = z.infer<typeof periodParameters>;

/** Parameters of `report`: the period, and whom the report is for. */
export const reportParameters = z.strictObject({
  ...periodParameters.shape,
  /** Audience: stands in the report, and a verifier may demand it. */
  aud: z.string().min(1).max(256).optional(),
  /** A verifier's challenge, echoed in the report. */
  nonce: z.string().min(8).max(128).optional(),
});
export type ReportParameters = z.infer<typeof reportParameters>;

/** Content of a sealed renewal. */
export const renewalContent = z.strictObject({
  /** Rises with every renewal of a session, so that none can be played again. */
  counter: z.number().int().positive(),
  /** Seconds from now that the session should live. */
  ttl: z.number().int().min(60).max(MAX_SESSION_TTL_S),
});
export type RenewalContent = z.infer<typeof renewalContent>;
