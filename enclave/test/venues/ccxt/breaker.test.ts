import { describe, expect, it } from 'vitest';
import { EgressError, type EgressErrorCode } from '../../../src/egress/errors.ts';
import { type Breaker, createBreaker } from '../../../src/venues/ccxt/breaker.ts';
import { createBuckets } from '../../../src/venues/ccxt/buckets.ts';
import { transportOf } from '../../../src/venues/ccxt/transport.ts';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { binance } from '../../../src/venues/tables/binance/table.ts';
import { type Answer, sleeper, way } from './way.ts';

const HOST = 'api.venue.example';

/** What our `fetch` throws. */
function lost(code: EgressErrorCode): TypeError {
  return new TypeError('fetch failed', { cause: new EgressError(code, 'a test') });
}

/** Whether a call would be sent now. One that is not sent has the code of a venue that is down. */
function passes(breaker: Breaker, host = HOST): boolean {
  try {
    breaker.enter(host);
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(ExchangeError);
    expect(error).toMatchObject({ code: 'exchange_unavailable' });
    return false;
  }
}

function fail(breaker: Breaker, times: number): void {
  for (let at = 0; at < times; at++) breaker.note(HOST, true);
}

describe('a circuit breaker', () => {
  it('lets every call through until twenty in a row have failed', () => {
    const breaker = createBreaker({ now: () => 0 });
    fail(breaker, 19);
    expect([passes(breaker), passes(breaker)]).toEqual([true, true]);
    breaker.note(HOST, false);
    fail(breaker, 19);
    expect(passes(breaker)).toBe(true);
    fail(breaker, 1);
    expect(passes(breaker)).toBe(false);
    expect(passes(breaker, 'other.venue.example')).toBe(true);
  });

  it('lets one call through after 15 seconds, and no other until that one has ended', () => {
    const clock = { time: 0, now: () => clock.time };
    const breaker = createBreaker(clock);
    fail(breaker, 20);
    clock.time = 14_999;
    expect(passes(breaker)).toBe(false);
    clock.time = 15_000;
    expect([passes(breaker), passes(breaker)]).toEqual([true, false]);
    breaker.note(HOST, false);
    expect([passes(breaker), passes(breaker)]).toEqual([true, true]);
  });

  it('waits no longer for many calls that were under way together', () => {
    const clock = { time: 0, now: () => clock.time };
    const breaker = createBreaker(clock);
    fail(breaker, 500);
    clock.time = 15_000;
    expect([passes(breaker), passes(breaker)]).toEqual([true, false]);
  });

  it('does not wait for ever for a call that never tells how it ended', () => {
    const clock = { time: 0, now: () => clock.time };
    const breaker = createBreaker(clock);
    fail(breaker, 20);
    clock.time = 15_000;
    expect(passes(breaker)).toBe(true);
    clock.time = 30_000;
    expect(passes(breaker)).toBe(true);
  });

  it('waits twice as long after each such call that fails, up to five minutes', () => {
    const clock = { time: 0, now: () => clock.time };
    const breaker = createBreaker(clock);
    fail(breaker, 20);
    const spans: number[] = [];
    for (let round = 0; round < 7; round++) {
      const start = clock.time;
      while (!passes(breaker)) clock.time += 1_000;
      spans.push((clock.time - start) / 1_000);
      breaker.note(HOST, true);
    }
    expect(spans).toEqual([15, 30, 60, 120, 240, 300, 300]);
  });
});

describe('when a host of a venue is down', () => {
  const [SPOT, FUTURES] = [
    'https://api.binance.com/api/v3/account',
    'https://fapi.binance.com/fapi/v3/balance',
  ];

  function road(answer: () => Answer | Error) {
    const out = way(answer);
    const { clock, sleep } = sleeper();
    const fetch = transportOf(out.fetch, binance, createBuckets(binance.buckets, 1, clock, sleep), clock);
    const ask = (url: string) => fetch(url).then(String, (error: { code?: string }) => error.code ?? 'sent');
    return { ...out, clock, ask };
  }

  it.each<[string, () => Answer | Error]>([
    ['it answers 502', () => ({ status: 502, body: 'Bad Gateway' })],
    ['it cannot be reached', () => lost('egress_unreachable')],
    ['it does not answer', () => lost('egress_timeout')],
  ])('%s: calls are held back, and those to another host are not', async (_, answer) => {
    const { ask, sent, clock } = road(answer);
    for (let at = 0; at < 20; at++) await ask(SPOT);
    expect(sent).toHaveLength(20);
    expect(await ask(SPOT)).toBe('exchange_unavailable');
    expect(sent).toHaveLength(20);
    await ask(FUTURES);
    expect(sent).toHaveLength(21);
    clock.time += 15_000;
    await ask(SPOT);
    expect(sent).toHaveLength(22);
  });

  it.each<[string, () => Answer | Error]>([
    ['a refusal of the key', () => ({ status: 401, body: '{"code":-2015,"msg":"no"}' })],
    ['a limit', () => ({ status: 429 })],
    ['too many connections of our own', () => lost('egress_overloaded')],
    ['a certificate that is not the host’s', () => lost('egress_tls')],
  ])('%s says nothing about the host', async (_, answer) => {
    const { ask, sent } = road(answer);
    for (let at = 0; at < 30; at++) await ask(SPOT);
    expect(sent).toHaveLength(30);
  });
});
