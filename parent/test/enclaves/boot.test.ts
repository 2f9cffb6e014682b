import {
  type BootReply,
  decodeBootRequest,
  encodeBootReply,
  type GenesisRecord,
} from '@perf-aggregator/shared/wire/boot';
import { decodeRequest, type EnclaveReply, encodeReply } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { bootEnclave } from '../../src/enclaves/boot.ts';
import type { EnclaveChannel } from '../../src/enclaves/enclaves.ts';
import { RelayError } from '../../src/errors.ts';
import { MemoryStore } from '../memory-store.ts';

const CREDENTIALS = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: 't', expiration: 5 };
const DEPLOYMENT = { keyArn: 'arn:key', roleArn: 'arn:role' };
const credentials = () => Promise.resolve(CREDENTIALS);
const boot = (channel: EnclaveChannel, store: MemoryStore) =>
  bootEnclave(channel, { store, credentials, deployment: DEPLOYMENT, sharers: 2 });

/** An enclave that draws `drawn` and serves after it was given a record. The records are added to `given`. */
function enclave(drawn: GenesisRecord, given: (GenesisRecord | null)[]): EnclaveChannel {
  return answering((genesis) => {
    given.push(genesis);
    return genesis ? { phase: 'serving', genesis: null } : { phase: 'attested', genesis: drawn };
  });
}

function answering(answer: (genesis: GenesisRecord | null) => BootReply | EnclaveReply): EnclaveChannel {
  return {
    request(message) {
      const { operation, body } = decodeRequest(message);
      expect(operation).toBe('boot');
      const { genesis, ...asked } = decodeBootRequest(body);
      expect(asked).toEqual({ credentials: CREDENTIALS, deployment: DEPLOYMENT, sharers: 2 });
      const reply = answer(genesis);
      const wire: EnclaveReply =
        'outcome' in reply
          ? reply
          : { outcome: 'ok', body: encodeBootReply(reply), write: null, erase: false };
      return Promise.resolve(encodeReply(wire));
    },
  };
}

const recordOf = (byte: number): GenesisRecord => ({
  blob: Uint8Array.of(byte),
  evidence: Uint8Array.of(byte),
});

describe('when an enclave is booted', () => {
  it('the first one draws a record, which is stored, and is booted from the stored record', async () => {
    const store = new MemoryStore();
    const given: (GenesisRecord | null)[] = [];
    await boot(enclave(recordOf(1), given), store);
    expect(given).toEqual([null, recordOf(1)]);
    expect(store.genesisRecord).toEqual(recordOf(1));
  });

  it('every later one gets the stored record at once', async () => {
    const store = new MemoryStore();
    store.genesisRecord = recordOf(1);
    const given: (GenesisRecord | null)[] = [];
    await boot(enclave(recordOf(2), given), store);
    expect(given).toEqual([recordOf(1)]);
  });

  it('when two parents boot at once, both serve from the first record', async () => {
    const store = new MemoryStore();
    const given: (GenesisRecord | null)[][] = [[], []];
    await Promise.all(given.map((list, index) => boot(enclave(recordOf(index + 1), list), store)));
    expect(given).toEqual([
      [null, recordOf(1)],
      [null, recordOf(1)],
    ]);
  });
});

describe('when an enclave does not start', () => {
  const refusal = (link: EnclaveChannel) => codeOfRejection(boot(link, new MemoryStore()), RelayError);

  it('its public code is passed on', async () => {
    const failure = { code: 'genesis_mismatch', retryAfterMs: null, sealed: null } as const;
    expect(await refusal(answering(() => ({ outcome: 'failure', failure })))).toBe('genesis_mismatch');
  });

  it('an enclave that requests state, or does not serve, is refused', async () => {
    expect(await refusal(answering(() => ({ outcome: 'state_required' })))).toBe('frame_malformed');
    expect(await refusal(answering(() => ({ phase: 'draining', genesis: null })))).toBe('enclave_not_ready');
    expect(await refusal(answering(() => ({ phase: 'attested', genesis: recordOf(1) })))).toBe(
      'enclave_not_ready',
    );
  });
});
