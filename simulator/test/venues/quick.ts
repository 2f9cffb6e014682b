/** Accounts of a few dozen events, for tests of what goes wrong on the way. */
import type { Pull, PullBudget } from '@perf-aggregator/enclave/venues/port';
import { binance } from '@perf-aggregator/enclave/venues/tables/binance/table';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { createMarket } from '../../src/market/market.ts';
import type { TraderAccount } from '../../src/trader/event.ts';
import { flatTrader, futuresTrader } from '../../src/trader/scenarios/scenarios.ts';
import type { BinanceAccount } from '../../src/venues/binance/authorization.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, CUSTOMER, LAST_DAY, openRoad, type Road, type RoadOptions } from './road.ts';

/** A market with synthetic coins. */
export const market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });
/** What the market's coin became, as the venue's table would have it. */
export const renames = [{ from: 'LUMA', to: 'LUMX', ratio: '1000', at: (LAST_DAY + 1 - 18) * DAY_MS }];
/** The venue's table without comparisons of fills. They are half of the requests. */
export const tables = { binance: { ...binance, renames, checkRequests: 0 } };
/** A key that may read everything. */
export const permissions = { ...CUSTOMER.permissions, futures: true, margin: true };

/** Has bought and sold in nine markets, and holds USDT alone. */
export const flat = flatTrader({ seed: 'flat', market, lastDay: LAST_DAY });
/** Trades contracts with money that came from spot. */
export const futures = futuresTrader({ seed: 'futures', market, lastDay: LAST_DAY });

export function customerOf(history: TraderAccount, changes: Partial<BinanceAccount> = {}): BinanceAccount {
  return { ...CUSTOMER, permissions, history, ...changes };
}

/** A road to a venue with one account. */
export function openQuickRoad(history: TraderAccount, options: RoadOptions = {}): Promise<Road> {
  return openRoad({ market, tables, customers: [customerOf(history)], ...options });
}

/** A budget of a day from now on. */
export const patient = (road: Road) => (): PullBudget => ({
  maxEntries: 100_000,
  until: road.clock.now() + DAY_MS,
});

/** Reads an account until everything was walked. A pull that fails is repeated, at most so often. */
export async function readAll(
  road: Road,
  { reader = new Reader(road.exchanges, ACCOUNT), failures = 0 }: { reader?: Reader; failures?: number } = {},
): Promise<{ readonly reader: Reader; readonly pull: Pull; readonly faults: readonly unknown[] }> {
  const faults: unknown[] = [];
  for (;;) {
    try {
      return { reader, pull: await reader.all(patient(road)), faults };
    } catch (error) {
      if (faults.length >= failures) throw error;
      faults.push(error);
    }
  }
}

/** Reads the account once more, and returns the pull. */
export function readAgain(road: Road, reader: Reader): Promise<Pull> {
  return reader.all(patient(road));
}

/** What must be missing in a scope that is complete. */
export const COMPLETE = { from: null, state: 'complete', missing: [] };
