/** Exchanges through ccxt: the port's implementation for production and simulator alike. */

import { createHash } from 'node:crypto';
import { Recent } from '@perf-aggregator/shared/recent';
import type { Fetch } from '../egress/fetch.ts';
import { binance } from './binance.ts';
import { CcxtClient, type ClientContext, createExchange } from './ccxt-client.ts';
import type { VenueClient } from './client.ts';
import { pullAccount } from './engine.ts';
import { ExchangeError } from './errors.ts';
import { createLimiter, type Limiter, shareOf } from './limiter.ts';
import { createMarkets } from './markets.ts';
import type { Exchanges, Venue, VenueAccount } from './port.ts';
import type { RetryPorts } from './retry.ts';
import type { VenueTable } from './table.ts';

/** What exchanges are reached through. */
export interface ExchangesPorts extends RetryPorts {
  /** The only way out that ccxt gets (`egress/fetch.ts`). */
  readonly fetch: Fetch;
  /** Processes behind the same address, this one included: they share what venues allow it. Default 1. */
  readonly sharers?: number;
}

const TABLES: Readonly<Record<Venue, VenueTable>> = { binance };
/** How long an inspection may take, ms. */
const INSPECTION_MS = 30_000;

/** More accounts than this in one second share nothing. */
const MAX_SLOW_LIMITERS = 10_000;

type VenueContext = Omit<ClientContext, 'deadline' | 'slow'>;

/**
 * Exchanges over `ports`. One limiter and one set of markets per venue are shared by all accounts.
 * @param tables - the venues' data tables; tests pass smaller pages
 */
export function createExchanges(
  ports: ExchangesPorts,
  tables: Readonly<Record<string, VenueTable>> = TABLES,
): Exchanges {
  const shared = new Map<string, VenueContext>();
  const slowLimiters = new Recent<string, Limiter>(MAX_SLOW_LIMITERS);
  const contextOf = (venue: string): VenueContext => {
    const table = Object.hasOwn(tables, venue) ? tables[venue] : undefined;
    if (!table) throw new ExchangeError('exchange_unsupported', 'this venue is not supported');
    const known = shared.get(venue);
    if (known) return known;
    const limiter = createLimiter(
      shareOf(table.limits.address, ports.sharers ?? 1),
      ports.clock,
      ports.sleep,
    );
    const markets = createMarkets((sandbox) => createExchange({ ...ports, limiter }, sandbox), ports.clock);
    const context = { ...ports, table, limiter, markets };
    shared.set(venue, context);
    return context;
  };
  /** Outlives a pull, so that short pulls in a row keep to the limit together; holds no key. */
  const slowLimiterOf = ({ venue, apiKey }: VenueAccount, { table }: VenueContext): Limiter => {
    const name = createHash('sha256').update(`${venue}\0${apiKey}`).digest('base64');
    const limiter = slowLimiters.get(name) ?? createLimiter(table.limits.slow, ports.clock, ports.sleep);
    slowLimiters.set(name, limiter);
    return limiter;
  };
  const clientOf = (account: VenueAccount, deadline: number): VenueClient => {
    const context = contextOf(account.venue);
    return new CcxtClient(account, { ...context, slow: slowLimiterOf(account, context), deadline });
  };

  return {
    async inspect(account) {
      return clientOf(account, ports.clock.now() + INSPECTION_MS).inspect();
    },
    async pull(account, cursor, budget) {
      const { table } = contextOf(account.venue);
      const client = clientOf(account, budget.until);
      return pullAccount({ client, table, clock: ports.clock }, account, cursor, budget);
    },
  };
}
