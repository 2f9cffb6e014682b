/** The limits of a venue, by name: those that all accounts behind one address share, and those of each account. */
import { createHash } from 'node:crypto';
import type { Clock } from '@perf-aggregator/shared/clock';
import { Recent } from '@perf-aggregator/shared/recent';
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { VenueAccount } from '../port.ts';
import type { Bucket, Call } from '../table.ts';
import {
  type AddressLimiters,
  createAddressLimiters,
  createLimiter,
  type Lane,
  type Limiter,
  type Sleep,
  shareOf,
} from './limiter.ts';

export type { Lane } from './limiter.ts';

/**
 * How many limiters of accounts are kept. With more accounts than this in one second, pulls of one account no longer
 * share a limiter.
 */
const MAX_ACCOUNT_LIMITERS = 10_000;
/** When this share of a minute's limit is used, by everyone at this address, calls wait for the next minute. */
const NEARLY_USED = 0.95;

export interface Buckets {
  /** Waits until a call may go out. @throws ExchangeError `exchange_rate_limited`; the reason of `signal` */
  take(
    cost: Call['cost'],
    lane: Lane,
    account: VenueAccount,
    deadline: number,
    signal?: AbortSignal,
  ): Promise<void>;
  /** Lets no call through before `instant` that takes from one of these buckets. Null: from any. */
  pauseUntil(instant: number, names: readonly string[] | null): void;
  /** Obeys what an answer says about the use of a bucket in this minute. */
  noteUse(names: readonly string[], headerOf: (name: string) => string | null): void;
}

/** Full buckets. @param sharers - processes behind the same address, this one included */
export function createBuckets(
  buckets: Readonly<Record<string, Bucket>>,
  sharers: number,
  clock: Clock,
  sleep: Sleep,
): Buckets {
  const shared = new Map<string, AddressLimiters>();
  for (const [name, bucket] of Object.entries(buckets)) {
    if (bucket.scope === 'address')
      shared.set(name, createAddressLimiters(shareOf(bucket, sharers), clock, sleep));
  }
  /** A limiter of an account outlives a pull, so that short pulls in a row keep to it together. It holds no key. */
  const own = new Recent<string, Limiter>(MAX_ACCOUNT_LIMITERS);
  const ownOf = (name: string, { venue, apiKey }: VenueAccount): Limiter => {
    const key = createHash('sha256').update(`${name}\0${venue}\0${apiKey}`).digest('base64');
    const limiter = own.get(key) ?? createLimiter(buckets[name]!, clock, sleep);
    own.set(key, limiter);
    return limiter;
  };
  const pauseUntil = (instant: number, names: readonly string[] | null): void => {
    for (const [name, limiters] of shared) if (names?.includes(name) ?? true) limiters.pauseUntil(instant);
  };
  return {
    async take(cost, lane, account, deadline, signal) {
      for (const [name, tokens] of Object.entries(cost)) {
        if (!shared.has(name)) await ownOf(name, account).take(tokens, deadline, signal);
      }
      for (const [name, tokens] of Object.entries(cost)) {
        await shared.get(name)?.[lane].take(tokens, deadline, signal);
      }
    },
    pauseUntil,
    noteUse(names, headerOf) {
      for (const name of names) {
        const used = buckets[name]?.used;
        if (used === undefined || Number(headerOf(used.header) ?? 0) < used.limit * NEARLY_USED) continue;
        pauseUntil(Math.floor(clock.now() / MINUTE_MS) * MINUTE_MS + MINUTE_MS, [name]);
      }
    },
  };
}
