/** A venue's listed markets, read once a day without credentials, and shared by every account. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { Markets } from '../engine/client.ts';
import { ExchangeError } from '../errors.ts';
import type { Market, Product, VenueTable } from '../table.ts';

export interface SharedMarkets {
  /** The markets of production or of the sandbox; `ask` gives the answer of a call. @throws ExchangeError */
  get(sandbox: boolean, ask: (call: string) => Promise<unknown>): Promise<Markets>;
}

/** Listings are read again after a day. */
const LIFETIME_MS = DAY_MS;

/** The listings of a table. */
export function createMarkets({ listings }: Pick<VenueTable, 'listings'>, clock: Clock): SharedMarkets {
  const loaded = new Map<boolean, { at: number; markets: Promise<Markets> }>();
  return {
    get(sandbox, ask) {
      const known = loaded.get(sandbox);
      if (known && clock.now() - known.at < LIFETIME_MS) return known.markets;
      const markets = load(
        listings.filter((listing) => listing.sandbox || !sandbox),
        ask,
      );
      loaded.set(sandbox, { at: clock.now(), markets });
      // A failure is not kept.
      markets.catch(() => loaded.delete(sandbox));
      return markets;
    },
  };
}

async function load(
  listings: VenueTable['listings'],
  ask: (call: string) => Promise<unknown>,
): Promise<Markets> {
  const all: Market[] = [];
  for (const { call, read } of listings) {
    const listed = read(await ask(call));
    // A maintenance page may read as a venue without markets. Every account would look empty.
    if (listed.length === 0)
      throw new ExchangeError('exchange_bad_response', `${call}: no markets are listed`);
    all.push(...listed);
  }
  return indexOf(all);
}

/** Markets, by their names and assets. */
export function indexOf(markets: readonly Market[]): Markets {
  const sorted = [...markets].sort((a, b) => (a.id < b.id ? -1 : 1));
  const bySymbol = new Map(sorted.map((market) => [market.symbol, market]));
  const byId = new Map(sorted.map((market) => [`${market.product} ${market.id}`, market]));
  const byAsset = new Map<string, Market[]>();
  const byProduct = new Map<Product, Market[]>();
  for (const market of sorted) {
    addTo(byProduct, market.product, market);
    if (market.product === 'spot')
      for (const asset of [market.base, market.quote]) addTo(byAsset, asset, market);
  }
  return {
    bySymbol: (symbol) => bySymbol.get(symbol),
    byId: (product, id) => byId.get(`${product} ${id}`),
    ofProduct: (product) => byProduct.get(product) ?? [],
    ofAsset: (asset) => byAsset.get(asset) ?? [],
  };
}

function addTo<Key>(groups: Map<Key, Market[]>, key: Key, market: Market): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [market]);
  else group.push(market);
}
