/** Tests which requests wait, which are given up, and that no kind takes the places of another. */
import { MAX_IN_FLIGHT } from '@perf-aggregator/shared/limits';
import { decodeRequest, type EnclaveReply, encodeReply } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import type { EnclaveChannel } from '../../src/enclaves/enclaves.ts';
import { createPools, POOL_LIMITS } from '../../src/relay/pools.ts';
import { Relay } from '../../src/relay/relay.ts';
import { sessionOf, writeOf } from '../memory-store.ts';
import { A, ANSWER, asked, B, BODY, ok, only, refusal, relayTo, store, until } from './rig.ts';

describe('when the caller is gone', () => {
  /** An enclave that answers when the test says so, and records aborted requests. */
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

  it.each(['metrics', 'report', 'submit'] as const)('%s is aborted at the enclave', async (operation) => {
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

  it('a revocation is not aborted, because its caller wanted the end of the session', async () => {
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

  it('a revocation overtakes a synchronisation, and ends it and every other request at once', async () => {
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
    // No request starts while the session is being ended.
    expect(await refusal(relay.ask('summary', A, BODY, { source: 's' }))).toBe('session_unknown');
    await until(() => answers.length === 4);
    answers[3]!(ok({ erase: true }));
    await revoked;
    for (const answer of answers) answer(ok());
    expect(await other).toEqual(ANSWER);
    expect(store.erased).toEqual([A]);
  });

  it('an answer that arrives together with the end is not returned', async () => {
    store.writes.set(A, writeOf(A, { version: 1 }));
    let answer: (reply: EnclaveReply) => void = () => undefined;
    // An enclave that ignores aborts.
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

  it('a failed revocation leaves the session unchanged', async () => {
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
  it('concurrent questions send its state once, and wait for it', async () => {
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

  it('after a failed opening the next question tries again', async () => {
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

  it('it has its own places: questions to open sessions do not wait for it', async () => {
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

describe('when synchronisations send states', () => {
  it('they use their own places, and none of those for questions', async () => {
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
  it('no kind of work takes the places of another, and each is refused separately', async () => {
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

  it('a source that an enclave refused is not forwarded to it again before the retry time', async () => {
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

  it('all pools together leave room on a connection', () => {
    const places = Object.values(POOL_LIMITS).reduce((sum, limits) => sum + limits.places, 0);
    expect(places).toBeLessThan(MAX_IN_FLIGHT - 16);
  });
});
