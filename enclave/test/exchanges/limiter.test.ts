import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLimiter } from '../../src/exchanges/limiter.ts';

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
  it('lets a burst through and then one by one at the rate', async () => {
    const { clock, sleep, waits } = world();
    const limiter = createLimiter({ capacity: 3, perMinute: 600 }, clock, sleep);
    for (let i = 0; i < 6; i++) await limiter.take(1, Number.MAX_SAFE_INTEGER);
    expect(waits).toEqual([100, 100, 100]);
  });

  it('refuses what could not be served before the deadline, and charges nothing for it', async () => {
    const { clock, sleep, waits } = world();
    const limiter = createLimiter({ capacity: 1, perMinute: 60 }, clock, sleep);
    await limiter.take(1, clock.now());
    await expect(limiter.take(1, clock.now() + 500)).rejects.toMatchObject({ code: 'exchange_rate_limited' });
    await limiter.take(1, clock.now() + 1_000);
    expect(waits).toEqual([1_000]);
  });

  it('holds back who was waiting already when the venue ordered a pause', async () => {
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

  it('waits out a pause that the venue ordered', async () => {
    const { clock, sleep, waits } = world();
    const limiter = createLimiter({ capacity: 10, perMinute: 60 }, clock, sleep);
    limiter.pauseUntil(clock.now() + 7_000);
    limiter.pauseUntil(clock.now() + 3_000);
    await limiter.take(1, Number.MAX_SAFE_INTEGER);
    expect(waits).toEqual([7_000]);
  });

  it('never lets more through in a minute than burst and rate together', async () => {
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
