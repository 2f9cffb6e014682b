import { TRANSPORT_ERROR_CODES, TransportError } from '@perf-aggregator/shared/wire/errors';
import { describe, expect, it } from 'vitest';
import type { EnclaveChannel } from '../../src/enclaves/enclaves.ts';
import { createPools } from '../../src/relay/pools.ts';
import { Relay } from '../../src/relay/relay.ts';
import { writeOf } from '../memory-store.ts';
import { A, ANSWER, asked, B, BODY, ok, only, refusal, relayTo, store } from './rig.ts';

describe('when the enclave answers', () => {
  it('its body is returned, and the enclave got the request unchanged', async () => {
    store.writes.set(A, writeOf(A, { version: 4 }));
    expect(await relayTo(() => ok()).ask('metrics', A, BODY)).toEqual(ANSWER);
    expect(asked).toEqual([{ operation: 'metrics', session: A, version: 4, body: BODY, state: null }]);
    expect(await relayTo(() => ok()).ask('quote', null, BODY)).toEqual(ANSWER);
    expect(asked[1]).toMatchObject({ session: null, version: null });
  });

  it('a session that is not stored is unknown, and the enclave is not asked', async () => {
    expect(await refusal(relayTo(() => ok()).ask('metrics', A, BODY))).toBe('session_unknown');
    expect(asked).toEqual([]);
  });

  it('the state that it lacks is sent, once', async () => {
    store.writes.set(A, writeOf(A, { version: 4, chunks: [ANSWER] }));
    const relay = relayTo((request) => (request.state ? ok() : { outcome: 'state_required' }));
    expect(await relay.ask('metrics', A, BODY)).toEqual(ANSWER);
    expect(asked[1]).toEqual({
      ...asked[0],
      state: { version: 4, blob: Uint8Array.of(1), chunks: [ANSWER] },
    });
    const never = relayTo(() => ({ outcome: 'state_required' }));
    expect(await refusal(never.ask('metrics', A, BODY))).toBe('frame_malformed');
    expect(asked).toHaveLength(4);
    expect(await refusal(never.ask('quote', null, BODY))).toBe('frame_malformed');
  });

  it('a session whose state has been erased meanwhile is unknown', async () => {
    store.writes.set(A, writeOf(A));
    const relay = relayTo(() => {
      store.writes.clear();
      return { outcome: 'state_required' };
    });
    expect(await refusal(relay.ask('metrics', A, BODY))).toBe('session_unknown');
  });

  it('its refusal is passed on completely', async () => {
    const failure = { code: 'sync_pending', retryAfterMs: 500, sealed: ANSWER } as const;
    const relay = relayTo(() => ({ outcome: 'failure', failure }));
    await expect(relay.ask('quote', null, BODY)).rejects.toThrow(
      expect.objectContaining({ code: 'sync_pending', failure }),
    );
  });
});

describe('when the enclave writes', () => {
  it('the write is stored before the answer is returned, with its end limited by the parent', async () => {
    const relay = relayTo(() => ok({ write: writeOf(A, { expiresAt: 9_999 }) }));
    expect(await relay.ask('submit', null, BODY)).toEqual(ANSWER);
    expect(store.writes.get(A)).toEqual(writeOf(A, { expiresAt: 5_000 }));
  });

  it('without a successful write there is no answer', async () => {
    store.failing = true;
    expect(await refusal(relayTo(() => ok({ write: writeOf(A) })).ask('submit', null, BODY))).toBe(
      'store_unavailable',
    );
    expect(store.writes.size).toBe(0);
  });

  it('a version that does not follow is a conflict', async () => {
    store.writes.set(A, writeOf(A, { version: 3 }));
    const relay = relayTo(() => ok({ write: writeOf(A, { baseVersion: 2, version: 3 }) }));
    await expect(relay.ask('renew', A, BODY)).rejects.toThrow(
      expect.objectContaining({ code: 'state_conflict' }),
    );
    expect(store.writes.get(A)?.version).toBe(3);
  });

  it('a write for another session than the requested one is refused, and not stored', async () => {
    store.writes.set(A, writeOf(A));
    const relay = relayTo(() => ok({ write: writeOf(B) }));
    expect(await refusal(relay.ask('renew', A, BODY))).toBe('frame_malformed');
    expect(store.writes.has(B)).toBe(false);
  });

  it('the end of a session erases it', async () => {
    store.writes.set(A, writeOf(A));
    await relayTo(() => ok({ erase: true })).ask('revoke', A, BODY);
    expect(store.erased).toEqual([A]);
    store.writes.set(A, writeOf(A));
    store.failing = true;
    expect(await refusal(relayTo(() => ok({ erase: true })).ask('revoke', A, BODY))).toBe(
      'store_unavailable',
    );
  });
});

describe('when several requests run at the same time', () => {
  /** An enclave whose answers wait until the test releases them, in the order of the requests. */
  function gated() {
    const gates: (() => void)[] = [];
    const relay = relayTo(
      (request) =>
        new Promise((resolve) => {
          const write =
            request.operation === 'sync'
              ? writeOf(request.session!, { baseVersion: request.version!, version: request.version! + 1 })
              : null;
          gates.push(() => resolve(ok({ write })));
        }),
    );
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    return { relay, gates, settle };
  }

  it('changes of one session run in turn, each on the state of the one before', async () => {
    store.writes.set(A, writeOf(A));
    const { relay, gates, settle } = gated();
    const both = [relay.ask('sync', A, BODY), relay.ask('sync', A, BODY)];
    await settle();
    expect(asked).toHaveLength(1);
    gates[0]!();
    await both[0];
    await settle();
    expect(asked.map(({ version }) => version)).toEqual([1, 2]);
    gates[1]!();
    await both[1];
    expect(store.writes.get(A)?.version).toBe(3);
  });

  it('reads and other sessions do not wait', async () => {
    for (const session of [A, B]) store.writes.set(session, writeOf(session));
    const { relay, gates, settle } = gated();
    const all = [relay.ask('sync', A, BODY), relay.ask('metrics', A, BODY), relay.ask('sync', B, BODY)];
    await settle();
    expect(asked).toHaveLength(3);
    for (const open of gates) open();
    await Promise.all(all);
  });

  it('after a failed turn the next one runs', async () => {
    store.writes.set(A, writeOf(A));
    let fails = true;
    const relay = relayTo(() => {
      if (!fails) return ok();
      fails = false;
      throw new TransportError('channel_closed', 'gone');
    });
    const [first, second] = [relay.ask('sync', A, BODY), relay.ask('sync', A, BODY)];
    expect(await refusal(first!)).toBe('enclave_unavailable');
    expect(await second).toEqual(ANSWER);
  });
});

describe('when the connection to the enclave fails', () => {
  const special: Partial<Record<string, string>> = {
    deadline_exceeded: 'deadline_exceeded',
    channel_overloaded: 'overloaded',
    message_too_large: 'request_too_large',
    frame_malformed: 'frame_malformed',
  };

  it.each(TRANSPORT_ERROR_CODES)('%s has its public code', async (code) => {
    const relay = relayTo(() => {
      throw new TransportError(code, 'x');
    });
    expect(await refusal(relay.ask('quote', null, BODY))).toBe(special[code] ?? 'enclave_unavailable');
  });

  it('an unreadable answer is malformed, and any other error is internal', async () => {
    const linkOf = (request: EnclaveChannel['request']) =>
      new Relay({
        enclaves: only({ request }),
        store,
        pools: createPools(1),
        clock: { now: () => 0 },
        maxSessionTtlMs: 1,
      });
    expect(await refusal(linkOf(() => Promise.resolve(Uint8Array.of(0xff))).ask('quote', null, BODY))).toBe(
      'frame_malformed',
    );
    expect(await refusal(linkOf(() => Promise.reject(new Error('x'))).ask('quote', null, BODY))).toBe(
      'internal',
    );
  });
});
