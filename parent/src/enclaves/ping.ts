/** Asks an enclave whether it answers, and how its venues are. The ping does not wait behind other requests. */
import { decodeReply, encodeRequest } from '@perf-aggregator/shared/wire/envelope';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import { decodePong, type Pong } from '@perf-aggregator/shared/wire/ping';
import type { EnclaveChannel } from './enclaves.ts';

const PING = encodeRequest({
  operation: 'ping',
  session: null,
  version: null,
  body: new Uint8Array(),
  state: null,
});

/**
 * Pings the enclave behind `channel`.
 * @throws TransportError `deadline_exceeded` after `timeoutMs`; `frame_malformed` for an answer that is not a pong
 */
export async function pingEnclave(channel: EnclaveChannel, timeoutMs: number): Promise<Pong> {
  const reply = decodeReply(await channel.request(PING, timeoutMs));
  if (reply.outcome === 'ok') return decodePong(reply.body);
  throw new TransportError('frame_malformed', 'the enclave does not know how to answer a ping');
}
