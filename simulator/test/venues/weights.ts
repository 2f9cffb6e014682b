/** What requests cost at the simulated venue, by its own weights. */
import { type Area, areaOf } from '../../src/venues/binance/hosts.ts';
import { Parameters } from '../../src/venues/binance/parameters.ts';
import type { VenueRequest } from '../../src/venues/binance/request.ts';
import { ROUTES } from '../../src/venues/binance/routes.ts';

/** Weight by area of an address, and of an account (`uid`). */
export type Weights = Partial<Record<Area | 'uid', number>>;

/** The weight of all requests together. */
export function weightsOf(requests: readonly VenueRequest[]): Weights {
  const sums: Weights = {};
  for (const { method, host, path, query } of requests) {
    const route = ROUTES[`${method} ${path}`];
    const area = areaOf(host, path);
    if (!route || !area) throw new Error(`the venue has no ${method} ${path}`);
    const weight = typeof route.weight === 'number' ? route.weight : route.weight(new Parameters(query));
    const name = route.scope === 'uid' ? 'uid' : area;
    sums[name] = (sums[name] ?? 0) + weight;
  }
  return sums;
}

/** How often each path was asked. */
export function countsOf(requests: readonly VenueRequest[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const { path } of requests) counts[path] = (counts[path] ?? 0) + 1;
  return counts;
}
