/** What a client asked about its session, and how it gets the answer: sealed, and bound to the request. */
import type { AccountNumbers } from '@perf-aggregator/analytics';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { Answers } from '@perf-aggregator/shared/messages/answers/answers';
import { type JsonBytes, sealReplyBytes } from '@perf-aggregator/shared/messages/reply';
import type { EnclaveContext } from '../context/context.ts';
import { Refusal } from '../errors.ts';
import { publicHead, type Session } from '../sessions/session.ts';
import { replyJson } from './reply-json.ts';

/** The answers of this enclave's operations. */
export type AccountAnswers = Answers<AccountNumbers>;
/** An operation with a sealed answer. */
export type Answered = keyof AccountAnswers;

/** What was asked, about which session, and which enclave answers. */
export interface Asked<Operation extends Answered = Answered> {
  readonly context: EnclaveContext;
  readonly session: Session;
  readonly operation: Operation;
  /** Parameters as the client sealed them: the reply repeats them. */
  readonly asSealed: unknown;
}

/** Why the request is refused, for the client only. */
interface Reason {
  readonly code: string;
  readonly message: string;
}

/** JSON of the sealed reply with `answer`. */
export function sealAnswer<Operation extends Answered>(
  asked: Asked<Operation>,
  answer: AccountAnswers[Operation] | JsonBytes<AccountAnswers[Operation]>,
): Uint8Array {
  return seal(asked, answer, null);
}

/** Refuses with `query_refused`. The reason is sealed. */
export function refuse(asked: Asked, { code, message }: Reason): Refusal {
  return new Refusal('query_refused', 'refused for a sealed reason', {
    sealed: seal(asked, null, { code, message }),
  });
}

/** How far the first reading of the accounts is. */
interface Progress {
  readonly progress: number;
  readonly entries: number;
}

const PENDING: Reason = { code: 'sync_pending', message: 'the account is still being read' };

/** Refuses with `sync_pending`, and the progress so far. @param reason - for the client, where it is another one */
export function refusePending(
  asked: Asked,
  progress: Progress,
  retryAfterMs: number,
  { code, message }: Reason = PENDING,
): Refusal {
  const sealed = seal(asked, progress, { code, message });
  return new Refusal('sync_pending', PENDING.message, { retryAfterMs, sealed });
}

function seal({ context, session, operation, asSealed }: Asked, result: unknown, refusal: Reason | null) {
  const { id, version, responseKey } = session.state;
  const reply = {
    operation,
    parameters: asSealed,
    as_of: context.clock.now(),
    ledger_head: publicHead(session.state),
    result,
    refusal,
  };
  const header = { session_id: id, sequence: version };
  return replyJson(sealReplyBytes(crypto, context.random, responseKey, header, reply));
}
