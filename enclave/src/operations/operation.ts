/** The shape of every operation: a request of the wire in, a reply of the wire out. */
import type { EnclaveReply, EnclaveRequest, StateWrite } from '@perf-aggregator/shared/wire/envelope';
import type { EnclaveContext } from '../context/context.ts';

/** The call that an operation answers. */
export interface Call {
  /** Aborts when no caller waits for the answer any more. Made when it is first read. */
  readonly signal: AbortSignal;
}

/** One operation. @throws Refusal, StateRequired; the reason of the call's signal */
export type Handler = (context: EnclaveContext, request: EnclaveRequest, call: Call) => Promise<EnclaveReply>;

/** A reply of success. */
export function ok(body: Uint8Array, write: StateWrite | null = null, erase = false): EnclaveReply {
  return { outcome: 'ok', body, write, erase };
}
