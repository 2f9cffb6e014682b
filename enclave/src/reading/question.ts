/** A question about the accounts of a session. It is opened once, with its selection, and passed on as one value. */
import { fromUtf8 } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { decodeQuery, openRequest, type SelectionParameters } from '@perf-aggregator/shared/messages/request';
import { textOfIssues } from '@perf-aggregator/shared/schema-issues';
import type { EnclaveRequest } from '@perf-aggregator/shared/wire/envelope';
import type { ReadOperation } from '@perf-aggregator/shared/wire/operations';
import type * as z from 'zod';
import type { EnclaveContext } from '../context/context.ts';
import { Refusal, SealedRefusal } from '../errors.ts';
import type { Session } from '../sessions/session.ts';
import { type Asked, refuse, refusePending } from './asked.ts';
import { type Selection, selectedAccounts, selectionOf } from './selection.ts';

const RETRY_MS = 500;
/** So many missing parts are named in a refusal. */
const MAX_NAMED = 5;

/** What was asked, and the history that it selects. */
export interface Question<Parameters, Operation extends ReadOperation = ReadOperation>
  extends Asked<Operation> {
  readonly parameters: Parameters;
  readonly selection: Selection;
}

/**
 * Opens the question in a request. It is sealed in `q` when the body is not empty. Otherwise it has the defaults.
 * @throws StateRequired; Refusal as the vault's; `query_unreadable`; `sync_pending` with sealed progress;
 *   `query_refused` with a sealed reason: the parameters do not fit, or a venue refuses
 */
export function openQuestion<Parameters extends SelectionParameters, Operation extends ReadOperation>(
  context: EnclaveContext,
  request: EnclaveRequest,
  operation: Operation,
  schema: z.ZodType<Parameters>,
): Question<Parameters, Operation> {
  const session = context.vault.find(request);
  const asSealed = request.body.length === 0 ? {} : openQuery(session, request);
  const asked = { context, session, operation, asSealed };
  const parsed = schema.safeParse(asSealed);
  if (!parsed.success) {
    const faults = textOfIssues(parsed.error, 'parameters');
    throw refuse(asked, new SealedRefusal('parameters_malformed', faults));
  }
  requireComplete(asked);
  const parameters = parsed.data;
  return { ...asked, parameters, selection: sealing(asked, () => selectionOf(session.state, parameters)) };
}

/** The same question with other parameters. The selection does not change. */
export function withParameters<Parameters, Operation extends ReadOperation>(
  question: Question<unknown, Operation>,
  parameters: Parameters,
): Question<Parameters, Operation> {
  return { ...question, parameters };
}

/** The result of `work`. A reason that is for the client only is sealed. @throws Refusal `query_refused` */
export function sealing<T>(asked: Asked, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof SealedRefusal ? refuse(asked, error) : error;
  }
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

function requireComplete(asked: Asked): void {
  const { accounts } = asked.session.state;
  const unread = accounts.filter(({ complete }) => !complete);
  if (unread.length === 0) return;
  // A limit of the venue passes by itself.
  const failed = unread.find(({ failure }) => failure !== null && failure !== 'exchange_rate_limited');
  if (failed) {
    const message = `${failed.access.account} (${failed.access.venue}) cannot be read`;
    throw refuse(asked, { code: failed.failure!, message });
  }
  throw refusePending(asked, progressOf(asked), RETRY_MS);
}

/** Whether reading goes on after a failure, so that waiting helps. */
function mayPass(failure: string | null): boolean {
  return failure === null || failure === 'exchange_rate_limited' || failure === 'exchange_unavailable';
}

/** How far the accounts of a session have been read. */
function progressOf({ session }: Asked) {
  const { accounts } = session.state;
  const progress = accounts.reduce((sum, account) => sum + account.progress, 0) / accounts.length;
  return { progress, entries: session.ledger.entries.length };
}

/**
 * Requires that everything that could have moved the selected accounts was read (docs/metrics.md §1.3).
 * @throws Refusal `sync_pending` while the first reading is under way, `query_refused` where a part cannot be read; the
 *   sealed reason of both is `history_incomplete`
 */
export function requireWhole(question: Question<unknown>): void {
  const accounts = selectedAccounts(question.session.state, question.selection);
  const partial = accounts.filter(({ coverage }) => coverage?.scope.state !== 'complete');
  if (partial.length === 0) return;
  const missing = partial.flatMap(({ access, coverage }) =>
    (coverage?.scope.missing ?? []).map((what) => `${access.account}: ${what}`),
  );
  const rest = missing.length > MAX_NAMED ? ` and ${missing.length - MAX_NAMED} more` : '';
  const named = missing.slice(0, MAX_NAMED).join('; ') + rest;
  const message = `not everything that moved the accounts was read (${named}); allowPartial reports it all the same`;
  const reason = new SealedRefusal('history_incomplete', message);
  const isUnderWay = partial.some(({ progress, failure }) => progress < 1 && mayPass(failure));
  throw isUnderWay
    ? refusePending(question, progressOf(question), RETRY_MS, reason)
    : refuse(question, reason);
}
