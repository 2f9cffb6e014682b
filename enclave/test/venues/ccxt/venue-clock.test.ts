import { describe, expect, it } from 'vitest';
import { createVenueClock } from '../../../src/venues/ccxt/venue-clock.ts';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { sleeper } from './way.ts';

const refusal = () => Promise.reject(new ExchangeError('exchange_clock', 'the time of the request'));

/** A venue whose clock is `ahead` of ours. It answers after `lagMs`, half of it on the way there. */
function ahead(ms: number, lagMs = 0) {
  const { clock } = sleeper();
  const time = createVenueClock(clock);
  const asked: number[] = [];
  const ask = () => {
    asked.push(clock.now());
    clock.time += lagMs;
    return Promise.resolve(clock.now() - lagMs / 2 + ms);
  };
  const attempts: number[] = [];
  const attempt = () => {
    attempts.push(time.now());
    return Math.abs(time.now() - (clock.now() + ms)) < 1_000 ? Promise.resolve('ok') : refusal();
  };
  return { clock, time, ask, asked, attempt, attempts };
}

describe('when the venue refuses the time of a request', () => {
  it.each([10_000, -10_000, 59_999])('%i ms: its own time is asked for once and then used', async (ms) => {
    const { clock, time, ask, asked, attempt, attempts } = ahead(ms);
    expect(await time.correcting(attempt, ask)).toBe('ok');
    expect(attempts).toEqual([clock.now(), clock.now() + ms]);
    expect(await time.correcting(attempt, ask)).toBe('ok');
    expect([attempts.length, asked.length]).toEqual([3, 1]);
    expect(time.now()).toBe(clock.now() + ms);
  });

  it('the way to the venue and back counts half', async () => {
    const { clock, time, ask, attempt } = ahead(10_000, 600);
    await time.correcting(attempt, ask);
    expect(time.now()).toBe(clock.now() + 10_000);
  });

  it('a clock that is a minute away is not followed', async () => {
    const { clock, time, ask, attempt, attempts } = ahead(60_000);
    await expect(time.correcting(attempt, ask)).rejects.toMatchObject({ code: 'exchange_clock' });
    expect(attempts).toHaveLength(1);
    expect(time.now()).toBe(clock.now());
  });

  it('a second refusal ends the call', async () => {
    const { time, ask, asked } = ahead(10_000);
    await expect(time.correcting(refusal, ask)).rejects.toMatchObject({ code: 'exchange_clock' });
    expect(asked).toHaveLength(1);
  });

  it('another fault is not its concern', async () => {
    const { time, ask, asked } = ahead(0);
    const down = () => Promise.reject(new ExchangeError('exchange_unavailable', 'down'));
    await expect(time.correcting(down, ask)).rejects.toMatchObject({ code: 'exchange_unavailable' });
    expect(asked).toEqual([]);
  });
});
