import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressLimiters, createLimiter } from '../../../src/venues/ccxt/limiter.ts';

function world(): { clock: { now(): number }; sleep: (ms: number) => Promise<void>; waits: number[] } {
  let time = 1_000_000;
  const waits: number[] = [];
  return {
    clock: { now: () => time },
    sleep: (ms) => {
      waits.push(ms);
      time += ms;
      return Promise.resolve();
    },
    waits,
  };
}

describe('when calls are limited', () => {
  it('lets a burst through and then calls at the rate', async () => {
    const { clock, sleep, waits } = world();
    const limiter = createLimiter({ capacity: 3, perMinute: 600 }, clock, sleep);
    for (let i = 0; i < 6; i++) await limiter.take(1, Number.MAX_SAFE_INTEGER);
    expect(waits).toEqual([100, 100, 100]);
  });

  it('refuses a call that would miss the deadline, and charges nothing for it', async () => {
    const { clock, sleep, waits } = world();
    const limiter = createLimiter({ capacity: 1, perMinute: 60 }, clock, sleep);
    await limiter.take(1, clock.now());
    await expect(limiter.take(1, clock.now() + 500)).rejects.toMatchObject({ code: 'exchange_rate_limited' });
    await limiter.take(1, clock.now() + 1_000);
    expect(waits).toEqual([1_000]);
  });

  it('delays calls that were already waiting when the venue ordered a pause', async () => {
    let time = 0;
    const wake: (() => void)[] = [];
    const limiter = createLimiter({ capacity: 1, perMinute: 60 }, { now: () => time }, (ms) => {
      const until = time + ms;
      return new Promise((resolve) => {
        wake.push(() => {
          time = Math.max(time, until);
          resolve();
        });
      });
    });
    await limiter.take(1, 60_000);
    const [late, patient] = [limiter.take(1, 5_000), limiter.take(1, 60_000).then(() => time)];
    limiter.pauseUntil(7_000);
    for (let i = 0; i < 5; i++) {
      wake.shift()?.();
      await Promise.resolve();
      await Promise.resolve();
      if (i === 0) await expect(late).rejects.toMatchObject({ code: 'exchange_rate_limited' });
    }
    expect(await patient).toBe(7_000);
  });

  it('waits for the end of a pause that the venue ordered', async () => {
    const { clock, sleep, waits } = world();
    const limiter = createLimiter({ capacity: 10, perMinute: 60 }, clock, sleep);
    limiter.pauseUntil(clock.now() + 7_000);
    limiter.pauseUntil(clock.now() + 3_000);
    await limiter.take(1, Number.MAX_SAFE_INTEGER);
    expect(waits).toEqual([7_000]);
  });

  it('allows at most burst and rate together within a minute', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 200 }), async (costs) => {
        const { clock, sleep } = world();
        const limiter = createLimiter({ capacity: 100, perMinute: 300 }, clock, sleep);
        const log: { at: number; cost: number }[] = [];
        for (const cost of costs) {
          await limiter.take(cost, Number.MAX_SAFE_INTEGER);
          log.push({ at: clock.now(), cost });
        }
        for (const { at } of log) {
          const inMinute = log.filter((entry) => entry.at >= at && entry.at < at + 60_000);
          expect(inMinute.reduce((total, entry) => total + entry.cost, 0)).toBeLessThanOrEqual(400 + 1);
        }
      }),
    );
  });
});

describe('when submissions and synchronisations share an address', () => {
  const LIMITS = { capacity: 1_500, perMinute: 6_000 };
  const EVER = Number.MAX_SAFE_INTEGER;

  it('each may use the whole rate while the other is idle, except for the guaranteed part', async () => {
    const { clock, sleep, waits } = world();
    const { sync } = createAddressLimiters(LIMITS, clock, sleep);
    await sync.take(1_400, EVER);
    expect(waits).toEqual([]);
    await sync.take(100, EVER);
    expect(waits).toEqual([1_000]);

    const other = world();
    const { admission } = createAddressLimiters(LIMITS, other.clock, other.sleep);
    await admission.take(700, EVER);
    await admission.take(100, EVER);
    expect(other.waits).toEqual([]);
    // The common bucket has no surplus left: submissions get one fifth of the rate, for any load by others.
    await admission.take(20, EVER);
    expect(other.waits).toEqual([1_000]);
  });

  it('a flood of submissions leaves synchronisations four fifths of the rate', async () => {
    const { clock, sleep } = world();
    const { sync, admission } = createAddressLimiters(LIMITS, clock, sleep);
    for (const bucket of [admission, sync]) await bucket.take(700, EVER);
    const start = clock.now();
    const done = { sync: 0, admission: 0 };
    while (clock.now() - start < 60_000) {
      // The kind that gets a token earlier takes it.
      for (const kind of ['admission', 'sync'] as const) {
        try {
          await { sync, admission }[kind].take(20, clock.now());
          done[kind] += 20;
        } catch {
          await sleep(10);
        }
      }
    }
    expect(done.sync).toBeGreaterThan(4_700);
    expect(done.admission).toBeGreaterThan(1_100);
    expect(done.sync + done.admission).toBeLessThanOrEqual(6_000 + 1_500);
  });

  it('a submission never waits behind later reservations of synchronisations', async () => {
    const { clock } = world();
    const never = () => new Promise<void>(() => undefined);
    const { sync, admission } = createAddressLimiters(LIMITS, clock, never);
    void sync.take(1_400, EVER);
    for (let index = 0; index < 50; index++) void sync.take(20, EVER);
    await admission.take(100, clock.now());
    const late = admission.take(20, clock.now() + 999);
    await expect(late).rejects.toMatchObject({ code: 'exchange_rate_limited' });
  });

  it('a pause of the venue applies to both', async () => {
    const { clock, sleep, waits } = world();
    const limiters = createAddressLimiters(LIMITS, clock, sleep);
    limiters.pauseUntil(clock.now() + 5_000);
    await limiters.admission.take(1, EVER);
    expect(waits).toEqual([5_000]);
    limiters.pauseUntil(clock.now() + 5_000);
    await expect(limiters.admission.take(1, clock.now() + 4_999)).rejects.toMatchObject({
      code: 'exchange_rate_limited',
    });
    await limiters.sync.take(1, EVER);
    expect(waits).toEqual([5_000, 5_000]);
  });

  it('a caller that a pause rejects returns its tokens too', async () => {
    let time = 0;
    const limiters = createAddressLimiters(LIMITS, { now: () => time }, (ms) => {
      time += ms;
      limiters.pauseUntil(time + 10_000);
      return Promise.resolve();
    });
    await limiters.sync.take(1_400, EVER);
    await expect(limiters.sync.take(100, 5_000)).rejects.toMatchObject({ code: 'exchange_rate_limited' });
    time += 10_000;
    // All tokens that accumulated meanwhile are there: 11 seconds at 100 a second.
    await limiters.sync.take(1_100, time);
  });

  it('a caller that gives up returns its reservation in both buckets', async () => {
    const { clock } = world();
    const controller = new AbortController();
    const asleep = (_: number, signal?: AbortSignal) =>
      new Promise<void>((_resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as Error));
      });
    const { sync, admission } = createAddressLimiters(LIMITS, clock, asleep);
    await sync.take(1_400, EVER);
    await admission.take(100, EVER);
    const waiting = [admission.take(60, EVER, controller.signal), sync.take(60, EVER, controller.signal)];
    controller.abort();
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    // The same waits as without the two callers: 20 tokens a second for one, 100 less the share of the first for the
    // other.
    await expect(admission.take(20, clock.now() + 999)).rejects.toMatchObject({
      code: 'exchange_rate_limited',
    });
    void admission.take(20, clock.now() + 1_000);
    await expect(sync.take(20, clock.now() + 1_399)).rejects.toMatchObject({
      code: 'exchange_rate_limited',
    });
    const aborted = sync.take(20, EVER, controller.signal);
    await expect(aborted).rejects.toThrow(expect.objectContaining({ name: 'AbortError' }));
    void sync.take(20, clock.now() + 1_400);
  });
});
