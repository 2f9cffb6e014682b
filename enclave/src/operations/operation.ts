/** What every operation is: a request of the wire in, a reply of the wire out. */
import type { EnclaveReply, EnclaveRequest, StateWrite } from '@perf-aggregator/shared/wire/envelope';
import type { EnclaveContext } from '../context/context.ts';

/** One operation. @throws Refusal, StateRequired */
export type Handler = (context: EnclaveContext, request: EnclaveRequest) => Promise<EnclaveReply>;

/** A reply of success. */
export function ok(body: Uint8Array, write: StateWrite | null = null, erase = false): EnclaveReply {
  return { outcome: 'ok', body, write, erase };
}
