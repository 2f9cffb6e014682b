/** A venue's listed markets, loaded once without credentials, frozen, and shared by every account. */

import type { Clock } from '@perf-aggregator/shared/clock';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { SpotMarket } from './client.ts';
import { ExchangeError } from './errors.ts';
import type { Exchange } from './venue-library.ts';

/** Loaded markets: the instance that holds them, which accounts share, and the part that the engine needs. */
export interface LoadedMarkets {
  readonly source: Exchange;
  readonly spot: ReadonlyMap<string, SpotMarket>;
}

export interface SharedMarkets {
  /** The markets of production or of the sandbox; `call` wraps the loading request (limits, retries). */
  get(sandbox: boolean, call: (load: () => Promise<unknown>) => Promise<unknown>): Promise<LoadedMarkets>;
}

/** Listings are read again after a day. */
const LIFETIME_MS = DAY_MS;

/** Markets loaded through instances that `create` makes. */
export function createMarkets(create: (sandbox: boolean) => Exchange, clock: Clock): SharedMarkets {
  const loaded = new Map<boolean, { at: number; markets: Promise<LoadedMarkets> }>();
  return {
    get(sandbox, call) {
      const known = loaded.get(sandbox);
      if (known && clock.now() - known.at < LIFETIME_MS) return known.markets;
      const markets = load(create(sandbox), call);
      loaded.set(sandbox, { at: clock.now(), markets });
      // A failure is not kept.
      markets.catch(() => loaded.delete(sandbox));
      return markets;
    },
  };
}

async function load(
  source: Exchange,
  call: (load: () => Promise<unknown>) => Promise<unknown>,
): Promise<LoadedMarkets> {
  // Permission sets are most of the answer's bytes, and the engine does not need them.
  await call(async () => {
    await source.loadMarkets(true, { showPermissionSets: 'false' });
    // The library reads a maintenance page as a venue without markets. Every account would look empty.
    if (Object.keys(source.markets ?? {}).length === 0) {
      throw new ExchangeError('exchange_bad_response', 'the venue lists no markets');
    }
  });
  for (const market of Object.values(source.markets ?? {})) freeze(market);
  const { markets, markets_by_id: byId, currencies, currencies_by_id: currenciesById, options } = source;
  for (const shared of [markets, byId, currencies, currenciesById, options]) freeze(shared);
  const spot = Object.values(source.markets ?? {})
    .filter((market) => market?.spot === true)
    .map(({ symbol, base, quote }) => ({ symbol, base, quote }));
  return { source, spot: new Map(spot.map((market) => [market.symbol, market])) };
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return;
  Object.freeze(value);
  for (const child of Object.values(value)) freeze(child);
}
