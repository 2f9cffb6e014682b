/** A relay over a store in memory, created anew for each test, to an enclave that the test controls. */
import {
  decodeRequest,
  type EnclaveReply,
  type EnclaveRequest,
  encodeReply,
} from '@perf-aggregator/shared/wire/envelope';
import { beforeEach } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { type EnclaveChannel, Enclaves } from '../../src/enclaves/enclaves.ts';
import { RelayError } from '../../src/errors.ts';
import { createPools } from '../../src/relay/pools.ts';
import { Relay } from '../../src/relay/relay.ts';
import { MemoryStore, sessionOf } from '../memory-store.ts';

export const A = sessionOf('a');
export const B = sessionOf('b');
export const BODY = Uint8Array.of(7);
export const ANSWER = Uint8Array.of(8);
/** A successful reply. */
export const ok = (changes: Partial<Extract<EnclaveReply, { outcome: 'ok' }>> = {}): EnclaveReply => ({
  outcome: 'ok',
  body: ANSWER,
  write: null,
  erase: false,
  ...changes,
});

export let store: MemoryStore;
/** The requests that reached the enclave. */
export let asked: EnclaveRequest[];

beforeEach(() => {
  store = new MemoryStore();
  asked = [];
});

/** A single enclave behind `channel`. */
export const only = (channel: EnclaveChannel) =>
  new Enclaves([{ isReady: true, isAnswering: true, venues: [], connect: () => Promise.resolve(channel) }]);

/** A relay to an enclave that answers with `answer`. */
export function relayTo(answer: (request: EnclaveRequest) => EnclaveReply | Promise<EnclaveReply>): Relay {
  const channel: EnclaveChannel = {
    async request(message) {
      const request = decodeRequest(message);
      asked.push(request);
      return encodeReply(await answer(request));
    },
  };
  return new Relay({
    enclaves: only(channel),
    store,
    pools: createPools(1),
    clock: { now: () => 0 },
    maxSessionTtlMs: 5_000,
  });
}

/** The code of a refusal. */
export const refusal = (answered: Promise<unknown>) => codeOfRejection(answered, RelayError);

export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}
