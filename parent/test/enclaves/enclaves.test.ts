import { createHash } from 'node:crypto';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { type EnclaveChannel, type EnclaveLink, Enclaves } from '../../src/enclaves/enclaves.ts';
import { RelayError, relayError } from '../../src/errors.ts';

/** Session ids are random, so the test derives them with a hash. */
const sessionOf = (name: string) => createHash('sha256').update(name).digest('base64url');
const SESSION = sessionOf('s');

/** A numbered enclave that is reachable or not; `asked` lists the numbers of the enclaves that got a request. */
class Place implements EnclaveLink, EnclaveChannel {
  isReady = true;
  isAnswering = true;
  venues: readonly VenueHealth[] = [];
  dialled = 0;
  readonly index: number;

  constructor(index: number) {
    this.index = index;
  }

  connect(): Promise<EnclaveChannel> {
    this.dialled += 1;
    if (!this.isReady) return Promise.reject(relayError('enclave_unavailable', `${this.index} is away`, 1));
    return Promise.resolve(this);
  }

  request(): Promise<Uint8Array> {
    throw new Error('only those who ask write');
  }
}

function enclaves(count: number) {
  const places = Array.from({ length: count }, (_, index) => new Place(index));
  const asked: number[] = [];
  /** Sends a request. An enclave answers with its number unless `refusals` has an error for it. */
  const asking =
    (refusals: Readonly<Record<number, Error>> = {}) =>
    async (channel: EnclaveChannel) => {
      const { index } = channel as Place;
      asked.push(index);
      if (refusals[index]) throw refusals[index];
      return index;
    };
  return { places, asked, asking, pool: new Enclaves(places) };
}

const lost = relayError('session_lost', 'not here', null);
const refusal = (answered: Promise<unknown>) => codeOfRejection(answered, RelayError);

describe('when there are several enclaves', () => {
  it('a session always goes to the same one, and sessions are distributed', async () => {
    const { pool, asking } = enclaves(4);
    const of = async (name: string) => pool.ask(sessionOf(name), asking());
    const names = Array.from({ length: 400 }, (_, at) => `n${at}`);
    const first = await Promise.all(names.map(of));
    expect(await Promise.all(names.map(of))).toEqual(first);
    for (let index = 0; index < 4; index++) {
      expect(first.filter((answer) => answer === index).length).toBeGreaterThan(60);
    }
  });

  it('only the sessions of an unreachable one move, and they return with it', async () => {
    const { pool, places, asking } = enclaves(3);
    const names = Array.from({ length: 90 }, (_, at) => sessionOf(`m${at}`));
    const all = () => Promise.all(names.map((name) => pool.ask(name, asking())));
    const before = await all();
    places[1]!.isReady = false;
    const meanwhile = await all();
    expect(meanwhile.filter((index, at) => before[at] !== 1 && index !== before[at])).toEqual([]);
    expect(meanwhile).not.toContain(1);
    places[1]!.isReady = true;
    expect(await all()).toEqual(before);
  });

  it('requests without a session are distributed in rotation', async () => {
    const { pool, asking } = enclaves(3);
    const answers = [];
    for (let at = 0; at < 6; at++) answers.push(await pool.ask(null, asking()));
    expect(new Set(answers.slice(0, 3))).toEqual(new Set([0, 1, 2]));
    expect(answers.slice(3)).toEqual(answers.slice(0, 3));
  });

  it.each(['enclave_not_ready', 'unknown_handshake_key', 'session_lost'] as const)(
    'after %s another one is asked, and when all return it, it is the answer',
    async (code) => {
      const { pool, asked, asking } = enclaves(3);
      const refused = relayError(code, 'not here', null);
      const first = await pool.ask(SESSION, asking());
      asked.length = 0;
      expect(await pool.ask(SESSION, asking({ [first]: refused }))).not.toBe(first);
      expect(asked).toHaveLength(2);
      const all = { 0: refused, 1: refused, 2: refused };
      expect(await refusal(pool.ask(sessionOf('other'), asking(all)))).toBe(code);
      expect(asked).toHaveLength(5);
    },
  );

  it('an enclave that had a session in memory is asked first from then on, until the session ends', async () => {
    const { pool, asked, asking } = enclaves(3);
    const first = await pool.ask(SESSION, asking());
    const home = await pool.ask(SESSION, asking({ [first]: lost }));
    asked.length = 0;
    expect(await pool.ask(SESSION, asking())).toBe(home);
    expect(asked).toEqual([home]);
    pool.forget(SESSION);
    expect(await pool.ask(SESSION, asking())).toBe(first);
  });

  it('a session is not reported as lost while an enclave that may have it is unreachable', async () => {
    const { pool, places, asking } = enclaves(3);
    const all = { 0: lost, 1: lost, 2: lost };
    expect(await refusal(pool.ask(SESSION, asking(all)))).toBe('session_lost');
    places[2]!.isReady = false;
    expect(await refusal(pool.ask(SESSION, asking(all)))).toBe('enclave_unavailable');
  });

  it('a request that may have had an effect is never sent twice, for any error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom('state_conflict', 'internal', 'enclave_unavailable'), async (code) => {
        const { pool, asked, asking } = enclaves(3);
        const failed = relayError(code as 'internal', 'x', null);
        expect(await refusal(pool.ask(SESSION, asking({ 0: failed, 1: failed, 2: failed })))).toBe(code);
        expect(asked).toHaveLength(1);
      }),
    );
  });

  it('unreachable ones are not connected while another is reachable, and otherwise all are', async () => {
    const { pool, places, asked, asking } = enclaves(2);
    places[0]!.isReady = false;
    expect(await pool.ask(SESSION, asking())).toBe(1);
    expect(places[0]!.dialled).toBe(0);
    expect(pool.count).toEqual({ configured: 2, serving: 1 });
    expect(await pool.answer()).toBe(true);
    places[1]!.isReady = false;
    expect(await refusal(pool.ask(SESSION, asking()))).toBe('enclave_unavailable');
    expect(await pool.answer()).toBe(false);
    expect(places.every(({ dialled }) => dialled > 0)).toBe(true);
    expect(asked).toEqual([1]);
  });

  it('a request for all goes to every reachable one', async () => {
    const { pool, places, asked, asking } = enclaves(3);
    places[1]!.isReady = false;
    expect(await pool.askAll(asking())).toBe(0);
    expect(asked).toEqual([0, 2]);
    expect(await pool.askAll(asking({ 0: lost }))).toBe(2);
    expect(await refusal(pool.askAll(asking({ 0: lost, 2: lost })))).toBe('session_lost');
  });
});

describe('when an enclave hangs', () => {
  it('the others are asked, and it is asked only when there is no other', async () => {
    const { places, pool, asked, asking } = enclaves(2);
    places[0]!.isAnswering = false;
    for (const name of 'abcdefgh') await pool.ask(sessionOf(name), asking());
    expect(new Set(asked)).toEqual(new Set([1]));
    expect([pool.state, pool.count]).toEqual(['ok', { configured: 2, serving: 1 }]);
    places[1]!.isAnswering = false;
    expect([pool.state, pool.count]).toEqual(['silent', { configured: 2, serving: 0 }]);
    expect(await pool.ask(SESSION, asking())).toBeTypeOf('number');
    for (const place of places) place.isReady = false;
    expect(pool.state).toBe('absent');
  });
});
