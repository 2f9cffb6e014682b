import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, vi } from 'vitest';
import { endedBy } from '../../src/egress/ends.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Waits until `signal` aborts, while garbage is collected. @returns the reason of the abort */
async function endOf(signal: AbortSignal): Promise<unknown> {
  while (!signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
  }
  return signal.reason;
}

describe('when work has a time limit', () => {
  it('the signal aborts in time, even without other references to it', async () => {
    const others = new AbortController();
    const reason = await endedBy({ signals: [others.signal, undefined], timeoutMs: 20 }, endOf);
    expect(reason).toBeInstanceOf(DOMException);
    expect(reason).toHaveProperty('name', 'TimeoutError');
  });

  it('an abort is seen after the signal that caused it is gone', async () => {
    let source: AbortController | null = new AbortController();
    const ends = { signals: [source.signal] };
    const aborted = await endedBy(ends, async (signal) => {
      source?.abort('enough');
      source = null;
      ends.signals.length = 0;
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
      return [signal.aborted, signal.reason];
    });
    expect(aborted).toEqual([true, 'enough']);
  });

  it('an earlier abort is seen at once, and the first one counts', async () => {
    const second = new AbortController();
    const signals = [second.signal, AbortSignal.abort('first')];
    const reason = await endedBy({ signals, timeoutMs: 0 }, async (signal) => {
      second.abort('second');
      return signal.reason as unknown;
    });
    expect(reason).toBe('first');
  });
});

describe('when work is done', () => {
  it.each([
    ['well', () => Promise.resolve('done')],
    ['badly', () => Promise.reject(new Error('failed'))],
  ])('%s, no listener is left, and its result is returned', async (_, outcome) => {
    const source = new AbortController();
    let added = 0;
    const { signal } = source;
    vi.spyOn(signal, 'addEventListener').mockImplementation((...given) => {
      added += 1;
      EventTarget.prototype.addEventListener.apply(signal, given);
    });
    vi.spyOn(signal, 'removeEventListener').mockImplementation((...given) => {
      added -= 1;
      EventTarget.prototype.removeEventListener.apply(signal, given);
    });
    const timers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const given = outcome();
    let within: AbortSignal | undefined;
    const done = endedBy({ signals: [signal], timeoutMs: 60_000 }, (own) => {
      within = own;
      expect([added, timers()]).toEqual([1, before + 1]);
      return given;
    });
    expect(await Promise.allSettled([done])).toEqual(await Promise.allSettled([given]));
    expect([added, timers()]).toEqual([0, before]);
    source.abort();
    expect(within?.aborted).toBe(false);
  });
});
