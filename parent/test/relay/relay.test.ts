import { MAX_IN_FLIGHT } from '@perf-aggregator/shared/limits';
import {
  decodeRequest,
  type EnclaveReply,
  type EnclaveRequest,
  encodeReply,
} from '@perf-aggregator/shared/wire/envelope';
import { TRANSPORT_ERROR_CODES, TransportError } from '@perf-aggregator/shared/wire/errors';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { type EnclaveChannel, Enclaves } from '../../src/enclaves/enclaves.ts';
import { RelayError } from '../../src/errors.ts';
import { createPools, POOL_LIMITS } from '../../src/relay/pools.ts';
import { Relay } from '../../src/relay/relay.ts';
import { MemoryStore, sessionOf, writeOf } from '../memory-store.ts';

const A = sessionOf('a');
const B = sessionOf('b');
const BODY = Uint8Array.of(7);
const ANSWER = Uint8Array.of(8);
const ok = (changes: Partial<Extract<EnclaveReply, { outcome: 'ok' }>> = {}): EnclaveReply => ({
  outcome: 'ok',
  body: ANSWER,
  write: null,
  erase: false,
  ...changes,
});

let store: MemoryStore;
let asked: EnclaveRequest[];

beforeEach(() => {
  store = new MemoryStore();
  asked = [];
});

const only = (channel: EnclaveChannel) =>
  new Enclaves([{ isReady: true, isAnswering: true, venues: [], connect: () => Promise.resolve(channel) }]);

/** A relay to an enclave that answers as `answer` says. */
function relayTo(answer: (request: EnclaveRequest) => EnclaveReply | Promise<EnclaveReply>): Relay {
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

const refusal = (answered: Promise<unknown>) => codeOfRejection(answered, RelayError);

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise((resolve) => setImmediate(resolve));
}

describe('when the enclave answers', () => {
  it('its body comes back and the request was what was asked', async () => {
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

  it('state that it lacks is brought, once', async () => {
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

  it('state that has gone meanwhile is an unknown session', async () => {
    store.writes.set(A, writeOf(A));
    const relay = relayTo(() => {
      store.writes.clear();
      return { outcome: 'state_required' };
    });
    expect(await refusal(relay.ask('metrics', A, BODY))).toBe('session_unknown');
  });

  it('its refusal comes through whole', async () => {
    const failure = { code: 'sync_pending', retryAfterMs: 500, sealed: ANSWER } as const;
    const relay = relayTo(() => ({ outcome: 'failure', failure }));
    await expect(relay.ask('quote', null, BODY)).rejects.toThrow(
      expect.objectContaining({ code: 'sync_pending', failure }),
    );
  });
});

describe('when the enclave writes', () => {
  it('the write is stored before the answer is given, its end bounded by ours', async () => {
    const relay = relayTo(() => ok({ write: writeOf(A, { expiresAt: 9_999 }) }));
    expect(await relay.ask('submit', null, BODY)).toEqual(ANSWER);
    expect(store.writes.get(A)).toEqual(writeOf(A, { expiresAt: 5_000 }));
  });

  it('a store that fails means no answer', async () => {
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

  it('another session than the one asked about is refused, and not stored', async () => {
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

describe('when several requests are under way', () => {
  /** An enclave whose answers wait until they are let go, in the order of the requests. */
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

  it('changes of one session take turns, each on the state of the one before', async () => {
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

  it('a turn that fails lets the next one in', async () => {
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

describe('when the way to the enclave fails', () => {
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

  it('an answer that cannot be read is malformed, and any other error is internal', async () => {
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

describe('when whoever asked is gone', () => {
  /** An enclave that answers when it is told, and notes who gave up. */
  function waiting() {
    const givenUp: string[] = [];
    const answers: ((reply: EnclaveReply) => void)[] = [];
    const channel: EnclaveChannel = {
      request: (message, _timeout, signal) => {
        const { operation } = decodeRequest(message);
        return new Promise((resolve, reject) => {
          answers.push((reply) => resolve(encodeReply(reply)));
          signal?.addEventListener('abort', () => {
            givenUp.push(operation);
            reject(signal.reason as Error);
          });
        });
      },
    };
    const relay = new Relay({
      enclaves: only(channel),
      store,
      pools: createPools(1),
      clock: { now: () => 0 },
      maxSessionTtlMs: 5_000,
    });
    return { relay, givenUp, answers };
  }

  it.each(['metrics', 'report', 'submit'] as const)('%s is given up at the enclave', async (operation) => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    const { relay, givenUp, answers } = waiting();
    const controller = new AbortController();
    const session = operation === 'submit' ? null : A;
    const asked = relay.ask(operation, session, BODY, { source: 's', signal: controller.signal });
    await until(() => answers.length === 1);
    controller.abort();
    await expect(asked).rejects.toBe(controller.signal.reason);
    expect(givenUp).toEqual([operation]);
  });

  it('the end of a session is not: whoever asked for it meant it', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    const { relay, givenUp, answers } = waiting();
    const controller = new AbortController();
    const asked = relay.ask('revoke', A, BODY, { source: 's', signal: controller.signal });
    await until(() => answers.length === 1);
    controller.abort();
    answers[0]!(ok({ erase: true }));
    expect(await asked).toEqual(ANSWER);
    expect([givenUp, store.erased]).toEqual([[], [A]]);
  });

  it('a revocation overtakes a synchronisation, and ends it and every answer at once', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    store.writes.set(B, writeOf(B, { version: 1 }));
    const { relay, givenUp, answers } = waiting();
    const running = [
      relay.ask('sync', A, BODY),
      relay.ask('renew', A, BODY, { source: 's' }),
      relay.ask('metrics', A, BODY, { source: 's' }),
    ];
    const codes = Promise.all(running.map(refusal));
    const other = relay.ask('metrics', B, BODY, { source: 's' });
    // The renewal waits for the synchronisation.
    await until(() => answers.length === 3);
    const revoked = relay.ask('revoke', A, BODY, { source: 's' });
    expect(await codes).toEqual(['session_unknown', 'session_unknown', 'session_unknown']);
    expect([...givenUp].sort()).toEqual(['metrics', 'sync']);
    // While it is being ended nothing begins.
    expect(await refusal(relay.ask('summary', A, BODY, { source: 's' }))).toBe('session_unknown');
    await until(() => answers.length === 4);
    answers[3]!(ok({ erase: true }));
    await revoked;
    for (const answer of answers) answer(ok());
    expect(await other).toEqual(ANSWER);
    expect(store.erased).toEqual([A]);
  });

  it('an answer that came with the end is not given', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    let answer: (reply: EnclaveReply) => void = () => undefined;
    // An enclave that heeds no abort.
    const relay = relayTo(({ operation }) =>
      operation === 'revoke'
        ? ok({ erase: true })
        : new Promise<EnclaveReply>((resolve) => {
            answer = resolve;
          }),
    );
    const read = refusal(relay.ask('metrics', A, BODY, { source: 's' }));
    await until(() => asked.length === 1);
    await relay.ask('revoke', A, BODY, { source: 's' });
    answer(ok());
    expect(await read).toBe('session_unknown');
  });

  it('a revocation that fails leaves the session as it was', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    const relay = relayTo(({ operation }) =>
      operation === 'revoke'
        ? { outcome: 'failure', failure: { code: 'enclave_not_ready', retryAfterMs: 1, sealed: null } }
        : ok(),
    );
    expect(await refusal(relay.ask('revoke', A, BODY))).toBe('enclave_not_ready');
    expect(await relay.ask('metrics', A, BODY)).toEqual(ANSWER);
  });
});

describe('when a session is opened', () => {
  it('several questions bring its state once, and wait for it', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    let isOpen = false;
    const relay = relayTo(async ({ state }) => {
      if (isOpen) return ok();
      if (!state) return { outcome: 'state_required' };
      await new Promise((resolve) => setTimeout(resolve, 10));
      isOpen = true;
      return ok();
    });
    const questions = ['metrics', 'summary', 'returns', 'trades'] as const;
    const answers = questions.map((name) => relay.ask(name, A, BODY, { source: 's' }));
    expect(await Promise.all(answers)).toEqual(questions.map(() => ANSWER));
    expect(asked.filter(({ state }) => state !== null)).toHaveLength(1);
  });

  it('an opening that fails is tried by the next', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    let brought = 0;
    const relay = relayTo(({ state }) => {
      if (!state) return { outcome: 'state_required' };
      brought += 1;
      if (brought > 1) return ok();
      return { outcome: 'failure', failure: { code: 'internal', retryAfterMs: null, sealed: null } };
    });
    const [first, second] = [1, 2].map(() => relay.ask('metrics', A, BODY, { source: 's' }));
    expect(await refusal(first!)).toBe('internal');
    expect(await second).toEqual(ANSWER);
  });

  it('it takes places of its own: answers from open sessions do not wait for it', async () => {
    const cold = Array.from({ length: 20 }, (_, index) => sessionOf(String.fromCharCode(65 + index)));
    for (const session of [...cold, B]) store.writes.set(session, writeOf(session, { version: 1 }));
    let opening = 0;
    const relay = relayTo(({ session, state }) => {
      if (session === B) return ok();
      if (!state) return { outcome: 'state_required' };
      opening += 1;
      return new Promise<never>(() => undefined);
    });
    for (const session of cold) void relay.ask('metrics', session, BODY, { source: 'many' });
    expect(await relay.ask('metrics', B, BODY, { source: 'other' })).toEqual(ANSWER);
    expect(opening).toBe(POOL_LIMITS.cold.places);
  });
});

describe('when synchronisations bring states', () => {
  it('they take their own places, and none of those for questions', async () => {
    const { places } = POOL_LIMITS.cold;
    const sessions = Array.from({ length: places }, (_, index) => sessionOf(String.fromCharCode(65 + index)));
    for (const session of [...sessions, B]) store.writes.set(session, writeOf(session, { version: 1 }));
    const relay = relayTo(({ session, state }) => {
      if (!state) return { outcome: 'state_required' };
      return session === B ? ok() : new Promise<never>(() => undefined);
    });
    for (const session of sessions) void relay.ask('sync', session, BODY);
    await new Promise((resolve) => setImmediate(resolve));
    expect(await relay.ask('metrics', B, BODY, { source: 's' })).toEqual(ANSWER);
  });
});

describe('when an enclave answers slowly', () => {
  it('no kind of work takes the places of another, and each is refused by itself', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    const relay = relayTo(({ operation }) =>
      operation === 'quote' ? ok() : new Promise<never>(() => undefined),
    );
    const { places, waiting } = POOL_LIMITS.submit;
    for (let index = 0; index < places + waiting; index++) {
      void relay.ask('submit', null, BODY, { source: 'flood' }).catch(() => undefined);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(relay.refusalOf('submit', 'flood')).toEqual({ code: 'overloaded', retryAfterMs: 1_000 });
    expect(relay.refusalOf('submit', 'other')).toBeNull();
    expect(relay.refusalOf('quote', 'flood')).toBeNull();
    expect(await refusal(relay.ask('submit', null, BODY, { source: 'flood' }))).toBe('overloaded');
    expect(await relay.ask('quote', null, BODY, { source: 'flood' })).toEqual(ANSWER);
  });

  it('a source that an enclave sent away is not carried to it again until then', async () => {
    const clock = { time: 0, now: () => clock.time };
    const failure = { code: 'rate_limited', retryAfterMs: 500, sealed: null } as const;
    const channel = { request: () => Promise.resolve(encodeReply({ outcome: 'failure', failure })) };
    const relay = new Relay({
      ...{ enclaves: only(channel), store, pools: createPools(1), clock, maxSessionTtlMs: 1 },
    });
    expect(await refusal(relay.ask('submit', null, BODY, { source: 's' }))).toBe('rate_limited');
    clock.time = 100;
    expect(relay.refusalOf('submit', 's')).toEqual({ code: 'rate_limited', retryAfterMs: 400 });
    expect([relay.refusalOf('submit', 'other'), relay.refusalOf('quote', 's')]).toEqual([null, null]);
    clock.time = 500;
    expect(relay.refusalOf('submit', 's')).toBeNull();
  });

  it('pools together leave room on a connection', () => {
    const places = Object.values(POOL_LIMITS).reduce((sum, limits) => sum + limits.places, 0);
    expect(places).toBeLessThan(MAX_IN_FLIGHT - 16);
  });
});
