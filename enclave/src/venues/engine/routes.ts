/** Which market prices an asset or a contract. */
import type { Market, VenueTable } from '../table.ts';
import type { Markets } from './client.ts';

/** The market of a contract's symbol; or the best listed market of an asset. Undefined: nothing prices it here. */
export function routeOf(table: VenueTable, markets: Markets, asset: string): Market | undefined {
  const contract = markets.bySymbol(asset);
  if (contract !== undefined && contract.product !== 'spot') return contract;
  for (const quote of table.routeQuotes) {
    if (quote === asset) continue;
    const market = markets.bySymbol(`${asset}/${quote}`);
    if (market !== undefined) return market;
  }
  return undefined;
}
