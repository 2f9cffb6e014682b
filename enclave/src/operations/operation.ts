/** What every operation is: a request of the wire in, a reply of the wire out. */
import { fromUtf8 } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { sealReplyBytes } from '@perf-aggregator/shared/messages/reply';
import { decodeQuery, openRequest } from '@perf-aggregator/shared/messages/request';
import type { EnclaveReply, EnclaveRequest, StateWrite } from '@perf-aggregator/shared/wire/envelope';
import type * as z from 'zod';
import type { EnclaveContext } from '../context.ts';
import { Refusal, SealedRefusal } from '../errors.ts';
import { publicHead, type Session } from '../sessions/session.ts';
import { replyJson } from './reply-json.ts';

/** One operation. @throws Refusal, StateRequired */
export type Handler = (context: EnclaveContext, request: EnclaveRequest) => Promise<EnclaveReply>;

/** A reply of success. */
export function ok(body: Uint8Array, write: StateWrite | null = null, erase = false): EnclaveReply {
  return { outcome: 'ok', body, write, erase };
}

/** What a sealed reply answers to. */
export interface Asked {
  readonly operation: string;
  readonly parameters: unknown;
}

/** JSON of a sealed reply with `result`. */
export function sealResult(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  result: unknown,
): Uint8Array {
  return seal(context, session, asked, { result, refusal: null });
}

/** JSON of a sealed reply that says why not, and what is known so far. */
export function sealRefusal(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  refusal: { readonly code: string; readonly message: string },
  result: unknown = null,
): Uint8Array {
  return seal(context, session, asked, { result, refusal });
}

/**
 * The parameters of a read: sealed in `q` when the body is not empty, defaults otherwise.
 * @throws Refusal `query_unreadable`; `query_refused` with a sealed reason
 */
export function readParameters<T>(
  context: EnclaveContext,
  session: Session,
  request: EnclaveRequest,
  schema: z.ZodType<T>,
): { readonly asked: Asked; readonly parameters: T } {
  const content = request.body.length === 0 ? {} : openQuery(session, request);
  const asked = { operation: request.operation, parameters: content };
  const parsed = schema.safeParse(content);
  if (parsed.success) return { asked, parameters: parsed.data };
  const fields = parsed.error.issues.map(
    (issue) => `${issue.path.join('.') || 'parameters'}: ${issue.message}`,
  );
  throw refuseSealed(context, session, asked, new SealedRefusal('parameters_malformed', fields.join('; ')));
}

/** `query_refused` with the reason sealed. */
export function refuseSealed(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  reason: { readonly code: string; readonly message: string },
): Refusal {
  const sealed = sealRefusal(context, session, asked, { code: reason.code, message: reason.message });
  return new Refusal('query_refused', 'refused for a sealed reason', { sealed });
}

function openQuery(session: Session, request: EnclaveRequest): unknown {
  const { id: sessionId, requestKey } = session.state;
  try {
    const sealed = decodeQuery(fromUtf8(request.body));
    return openRequest(crypto, { requestKey, sessionId, operation: request.operation }, sealed);
  } catch (cause) {
    throw new Refusal('query_unreadable', 'the sealed query does not open', { cause });
  }
}

function seal(
  context: EnclaveContext,
  session: Session,
  asked: Asked,
  answer: {
    readonly result: unknown;
    readonly refusal: { readonly code: string; readonly message: string } | null;
  },
): Uint8Array {
  const { id, version, responseKey } = session.state;
  const header = { session_id: id, sequence: version };
  const reply = {
    ...asked,
    as_of: context.clock.now(),
    ledger_head: publicHead(session.state),
    ...answer,
  };
  return replyJson(sealReplyBytes(crypto, context.random, responseKey, header, reply));
}
