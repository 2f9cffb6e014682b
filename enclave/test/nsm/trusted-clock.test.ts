import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { deferred } from '../../../shared/test/deferred.ts';
import { NsmError } from '../../src/nsm/errors.ts';
import { type ClockReading, keepTime, TrustedClock } from '../../src/nsm/trusted-clock.ts';

const START = Date.UTC(2026, 10, 23, 1, 2, 3, 4);

/** An unsigned document in the form of AWS. */
function documentOf(timestamp: number): Uint8Array {
  const payload = encodeCbor({
    module_id: 'i-0-enc0',
    digest: 'SHA384',
    timestamp,
    pcrs: new Map([[0, new Uint8Array(48).fill(1)]]),
    certificate: Uint8Array.of(1),
    cabundle: [Uint8Array.of(1)],
    public_key: null,
    user_data: null,
    nonce: null,
  });
  return encodeCbor([decodeHex('a1013822'), {}, payload, new Uint8Array(96)]);
}

/**
 * A simulation with a true time, a guest clock and a timer. The guest clock runs at `guestRate` and starts `guestOff`
 * ms wrong. The timer runs at `timerRate`. A document takes `before` ms until it is created, and `after` ms to arrive.
 */
function world({ guestOff = 0, guestRate = 1, timerRate = 1 } = {}) {
  const state = { elapsed: 0, before: 0, after: 0, fails: false, asked: 0 };
  const attest = async () => {
    state.asked++;
    if (state.fails) throw new NsmError('nsm_failed', 'no answer');
    state.elapsed += state.before;
    const document = documentOf(START + Math.round(state.elapsed));
    state.elapsed += state.after;
    return document;
  };
  const sources = {
    nsm: { attest },
    monotonic: () => 5_000 + state.elapsed * timerRate,
    guest: { now: () => START + guestOff + Math.round(state.elapsed * guestRate) },
  };
  return { state, sources };
}

describe('when the clock is set by the module', () => {
  it('it starts at the time of the document, and advances with the timer', async () => {
    const { state, sources } = world({ guestOff: -3_600_000 });
    const { clock } = await TrustedClock.start(sources);
    expect(clock.now()).toBe(START);
    state.elapsed += 1234.9;
    expect(clock.now()).toBe(START + 1234);
    expect(state.asked).toBe(1);
  });

  it.each([
    [-7_200_000, -7_200_000],
    [0, 0],
    [6_000, 6_000],
  ])('a guest that is %d ms ahead is reported as such', async (guestOff, told) => {
    const { sources } = world({ guestOff });
    const { reading } = await TrustedClock.start(sources);
    expect(reading).toEqual({ guestAheadMs: told, driftMs: 0, roundTripMs: 0 });
  });

  it('the error of a slow document is at most half of its round trip', async () => {
    for (const [before, after] of [
      [400, 0],
      [200, 200],
      [0, 400],
    ] as const) {
      const { state, sources } = world();
      Object.assign(state, { before, after });
      const { clock, reading } = await TrustedClock.start(sources);
      expect(reading.roundTripMs).toBe(400);
      expect(Math.abs(clock.now() - (START + state.elapsed))).toBeLessThanOrEqual(200);
      expect(Math.abs(reading.guestAheadMs)).toBeLessThanOrEqual(200);
    }
  });

  it('a document that takes too long is ignored', async () => {
    const { state, sources } = world();
    state.before = 2_001;
    expect(await codeOfRejection(TrustedClock.start(sources), NsmError)).toBe('nsm_failed');
  });

  it('a document that cannot be read is ignored', async () => {
    const { sources } = world();
    const nsm = { attest: async () => Uint8Array.of(0x84) };
    expect(await codeOfRejection(TrustedClock.start({ ...sources, nsm }), NsmError)).toBe(
      'nsm_response_malformed',
    );
  });
});

describe('when the clock is set again', () => {
  it('a slow timer is corrected and reported', async () => {
    const { state, sources } = world({ timerRate: 0.999 });
    const { clock } = await TrustedClock.start(sources);
    state.elapsed += 100_000;
    expect(clock.now()).toBe(START + 99_900);
    expect(await clock.set()).toEqual({ guestAheadMs: 0, driftMs: -100, roundTripMs: 0 });
    expect(clock.now()).toBe(START + 100_000);
  });

  it('after a fast timer the clock stands until the time has caught up, and never goes back', async () => {
    const { state, sources } = world({ timerRate: 1.001 });
    const { clock } = await TrustedClock.start(sources);
    state.elapsed += 100_000;
    expect(clock.now()).toBe(START + 100_100);
    expect((await clock.set()).driftMs).toBe(100);
    expect(clock.now()).toBe(START + 100_100);
    state.elapsed += 50;
    expect(clock.now()).toBe(START + 100_100);
    state.elapsed += 1_000;
    expect(clock.now()).toBe(START + 101_051);
  });

  it('it continues unchanged when the module does not answer, or is too slow', async () => {
    const { state, sources } = world();
    const { clock } = await TrustedClock.start(sources);
    state.fails = true;
    expect(await codeOfRejection(clock.set(), NsmError)).toBe('nsm_failed');
    Object.assign(state, { fails: false, after: 3_000 });
    expect(await codeOfRejection(clock.set(), NsmError)).toBe('nsm_failed');
    state.elapsed += 10;
    expect(clock.now()).toBe(START + 3_010);
  });
});

/** Waits until all promises that need no timer are resolved or rejected. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** A timekeeper with a manual timer: `tick` fires it. */
function keeping(set: () => Promise<ClockReading>) {
  const seen: unknown[] = [];
  let task: (() => void) | undefined;
  let interval = 0;
  const stop = keepTime(
    { set },
    {
      intervalMs: 300_000,
      every: (ms, run) => {
        interval = ms;
        task = run;
        return () => {
          task = undefined;
        };
      },
      onReading: (reading) => seen.push(reading),
      onError: (error) => seen.push(error),
    },
  );
  return { seen, stop, interval, tick: () => task?.() };
}

describe('when time is kept', () => {
  const reading = { guestAheadMs: 1, driftMs: 2, roundTripMs: 3 };

  it('each reading and each failure is reported, and a failure does not stop the timekeeper', async () => {
    const refused = new NsmError('nsm_failed', 'no answer');
    const answers = [async () => reading, () => Promise.reject(refused), async () => reading];
    const { seen, tick, interval } = keeping(() => answers[seen.length]!());
    for (const _ of answers) {
      tick();
      await settled();
    }
    expect(interval).toBe(300_000);
    expect(seen).toEqual([reading, refused, reading]);
  });

  it('a module that does not answer is not asked twice at once', async () => {
    const answer = deferred<ClockReading>();
    let asked = 0;
    const { seen, tick } = keeping(() => {
      asked++;
      return answer.promise;
    });
    tick();
    tick();
    expect(asked).toBe(1);
    answer.resolve(reading);
    await settled();
    expect(seen).toEqual([reading]);
    tick();
    expect(asked).toBe(2);
  });

  it('it stops when requested', () => {
    let asked = 0;
    const { stop, tick } = keeping(async () => {
      asked++;
      return reading;
    });
    stop();
    tick();
    expect(asked).toBe(0);
  });
});
