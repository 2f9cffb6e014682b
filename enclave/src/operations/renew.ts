/** `renew`: moves the end of a session, if its owner sealed this wish and has not sealed it before. */
import { crypto } from '@perf-aggregator/shared/crypto';
import {
  openRequest,
  type RenewalContent,
  renewalContent,
  sealedRequest,
} from '@perf-aggregator/shared/messages/request';
import { textOfIssues } from '@perf-aggregator/shared/schema-issues';
import { parseJson } from '@perf-aggregator/shared/wire/envelope';
import type { EnclaveContext } from '../context/context.ts';
import { Refusal, SealedRefusal } from '../errors.ts';
import { refuse, sealAnswer } from '../reading/asked.ts';
import type { SessionState } from '../sessions/formats/state.ts';
import type { Session } from '../sessions/session.ts';
import { type Handler, ok } from './operation.ts';

export const renew: Handler = async (context, request) => {
  const session = context.vault.find(request);
  const renewal = openRenewal(context, session, request.body);
  if (renewal.counter <= session.state.renewals) {
    throw new Refusal('renewal_replayed', 'the counter of a renewal must rise');
  }
  const state: SessionState = {
    ...session.state,
    version: session.state.version + 1,
    renewals: renewal.counter,
    expiresAt: context.clock.now() + renewal.ttl * 1_000,
  };
  // Due at once: a session whose end moved is read up to date. So no scheduled read is lost.
  const { session: next, write } = context.vault.write(
    session,
    state,
    { entries: [], marks: [] },
    context.clock.now(),
  );
  const asked = { context, session: next, operation: 'renew', asSealed: renewal } as const;
  return ok(sealAnswer(asked, { expires_at: state.expiresAt }), write);
};

function openRenewal(context: EnclaveContext, session: Session, body: Uint8Array): RenewalContent {
  const { id: sessionId, requestKey } = session.state;
  let content: unknown;
  try {
    const sealed = sealedRequest.parse(parseJson(body));
    content = openRequest(crypto, { requestKey, sessionId, operation: 'renew' }, sealed);
  } catch (cause) {
    throw new Refusal('query_unreadable', 'the sealed renewal does not open', { cause });
  }
  const parsed = renewalContent.safeParse(content);
  if (parsed.success) return parsed.data;
  const asked = { context, session, operation: 'renew', asSealed: content } as const;
  throw refuse(asked, new SealedRefusal('parameters_malformed', textOfIssues(parsed.error, 'renewal')));
}
