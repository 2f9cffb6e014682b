import { describe, expect, it } from 'vitest';
import { type Buckets, createBuckets } from '../../../src/venues/ccxt/buckets.ts';
import type { VenueAccount } from '../../../src/venues/port.ts';
import type { Bucket } from '../../../src/venues/table.ts';
import { sleeper } from './way.ts';

const BUCKETS: Readonly<Record<string, Bucket>> = {
  address: { scope: 'address', capacity: 150, perMinute: 600 },
  own: { scope: 'account', capacity: 10, perMinute: 60 },
};
const EVER = Number.MAX_SAFE_INTEGER;

function account(apiKey: string): VenueAccount {
  return { account: 'a0', venue: 'binance', accountType: 'spot', apiKey, apiSecret: 's', sandbox: false };
}

function world(sharers = 1) {
  const { clock, sleep, waits } = sleeper();
  const buckets = createBuckets(BUCKETS, sharers, clock, sleep);
  const take = (...given: Parameters<Buckets['take']>) => buckets.take(...given);
  const pauseUntil = (...given: Parameters<Buckets['pauseUntil']>) => buckets.pauseUntil(...given);
  return { clock, waits, take, pauseUntil };
}

describe('when a call takes from several buckets', () => {
  it('accounts share those of the address and have their own of an account', async () => {
    const { take, waits } = world();
    await take({ own: 10, address: 1 }, 'sync', account('one'), EVER);
    await take({ own: 10, address: 1 }, 'sync', account('two'), EVER);
    expect(waits).toEqual([]);
    await take({ own: 1, address: 1 }, 'sync', account('one'), EVER);
    expect(waits).toEqual([1_000]);
    await take({ address: 137 }, 'sync', account('two'), EVER);
    await take({ address: 10 }, 'sync', account('three'), EVER);
    // Two tokens are left of the address, and ten come in a second.
    expect(waits).toEqual([1_000, 800]);
  });

  it('processes behind one address have their share each', async () => {
    const { take, waits } = world(2);
    await take({ address: 70 }, 'sync', account('one'), EVER);
    await take({ address: 5 }, 'sync', account('one'), EVER);
    expect(waits).toEqual([1_000]);
  });

  it('a pause counts for the buckets that it names', async () => {
    const { take, pauseUntil, clock, waits } = world();
    pauseUntil(clock.now() + 5_000, ['another']);
    await take({ address: 1 }, 'sync', account('one'), EVER);
    expect(waits).toEqual([]);
    pauseUntil(clock.now() + 5_000, ['address']);
    await take({ address: 1 }, 'background', account('one'), EVER);
    expect(waits).toEqual([5_000]);
    pauseUntil(clock.now() + 3_000, null);
    await take({ address: 1 }, 'admission', account('one'), EVER);
    expect(waits).toEqual([5_000, 3_000]);
  });
});

describe('when calls of a first reading wait for all others', () => {
  it('they leave half of the bucket to the others', async () => {
    const { take, clock, waits } = world();
    await take({ address: 70 }, 'background', account('slow'), clock.now());
    await expect(take({ address: 1 }, 'background', account('slow'), clock.now())).rejects.toMatchObject({
      code: 'exchange_rate_limited',
    });
    await take({ address: 70 }, 'sync', account('quick'), clock.now());
    expect(waits).toEqual([]);
  });

  it('they wait as long as others keep the bucket below its half', async () => {
    const { clock, take } = world();
    await take({ address: 140 }, 'sync', account('quick'), EVER);
    const start = clock.now();
    await take({ address: 10 }, 'background', account('slow'), EVER);
    // Ten tokens a second: 70 for the half, and 10 for the call.
    expect(clock.now() - start).toBe(8_000);
  });

  it('a call that costs more than half goes out once the bucket is full', async () => {
    const { clock, take } = world();
    await take({ address: 140 }, 'sync', account('quick'), EVER);
    const start = clock.now();
    await take({ address: 100 }, 'background', account('slow'), start + 60_000);
    expect(clock.now() - start).toBe(14_000);
  });
});
