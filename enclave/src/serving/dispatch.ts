/** Bytes in, bytes out. Passes one message of the wire to its operation, and turns every outcome into a reply. */
import { CodedError } from '@perf-aggregator/shared/errors';
import {
  decodeRequest,
  type EnclaveReply,
  type EnclaveRequest,
  encodeReply,
} from '@perf-aggregator/shared/wire/envelope';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import type { Failure } from '@perf-aggregator/shared/wire/failure';
import type { Operation } from '@perf-aggregator/shared/wire/operations';
import { encodePong, type Pong } from '@perf-aggregator/shared/wire/ping';
import { boot } from '../boot/boot.ts';
import type { BootContext } from '../boot/lifecycle.ts';
import { Refusal } from '../errors.ts';
import { metrics } from '../operations/metrics.ts';
import { type Call, type Handler, ok } from '../operations/operation.ts';
import { quote } from '../operations/quote.ts';
import { renew } from '../operations/renew.ts';
import { report } from '../operations/report.ts';
import { returns } from '../operations/returns.ts';
import { revoke } from '../operations/revoke.ts';
import { submit } from '../operations/submit.ts';
import { summary } from '../operations/summary.ts';
import { sync } from '../operations/sync.ts';
import { trades } from '../operations/trades.ts';
import { StateRequired } from '../sessions/vault.ts';

/** The operations of an enclave that has its keys. */
const HANDLERS: Readonly<Record<Exclude<Operation, 'boot' | 'ping'>, Handler>> = {
  quote,
  submit,
  metrics,
  summary,
  returns,
  trades,
  report,
  renew,
  revoke,
  sync,
};

/** A call whose caller waits for ever. */
const FOR_EVER: Call = { signal: new AbortController().signal };

/** Answers one message of the wire. Never rejects: a failure is a reply. */
export async function dispatch(
  context: BootContext,
  message: Uint8Array,
  call: Call = FOR_EVER,
): Promise<Uint8Array> {
  let request: EnclaveRequest;
  try {
    request = decodeRequest(message);
  } catch {
    return encodeReply(fail({ code: 'frame_malformed', retryAfterMs: null, sealed: null }));
  }
  try {
    const work = () => answer(context, request, call);
    return encodeReply(await context.bytesUnderWay.during(message.length, work));
  } catch (error) {
    return encodeReply(toReply(context, request.operation, error));
  }
}

async function answer(context: BootContext, request: EnclaveRequest, call: Call): Promise<EnclaveReply> {
  if (request.operation === 'boot') return boot(context, request);
  if (request.operation === 'ping') return ok(encodePong(pong(context)));
  return HANDLERS[request.operation](context.lifecycle.serving(), request, call);
}

/** An enclave without keys has not asked any venue yet. */
function pong({ lifecycle }: BootContext): Pong {
  const { phase } = lifecycle;
  return { phase, venues: lifecycle.isServing ? lifecycle.serving().exchanges.health() : [] };
}

function toReply(context: BootContext, operation: Operation, error: unknown): EnclaveReply {
  // Nobody reads this reply.
  if (isAbort(error)) return fail({ code: 'deadline_exceeded', retryAfterMs: null, sealed: null });
  if (error instanceof StateRequired) return { outcome: 'state_required' };
  if (error instanceof Refusal) {
    return fail({ code: error.code, retryAfterMs: error.retryAfterMs, sealed: error.sealed });
  }
  if (error instanceof TransportError && error.code === 'frame_malformed') {
    return fail({ code: 'frame_malformed', retryAfterMs: null, sealed: null });
  }
  // An error message may quote its input. So the operator gets only the class and the code.
  const name = error instanceof Error ? error.name : typeof error;
  context.log('internal_error', { operation, name, code: error instanceof CodedError ? error.code : 'none' });
  return fail({ code: 'internal', retryAfterMs: null, sealed: null });
}

function isAbort(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function fail(failure: Failure): EnclaveReply {
  return { outcome: 'failure', failure };
}
