/** Exchanges through ccxt: the implementation of the port, for production and simulator. */

import { createHash } from 'node:crypto';
import { Recent } from '@perf-aggregator/shared/recent';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import type { Fetch } from '../egress/fetch.ts';
import { binance } from './binance.ts';
import { CcxtClient, type ClientContext } from './ccxt-client.ts';
import type { VenueClient } from './client.ts';
import { pullAccount } from './engine.ts';
import { ExchangeError, type ExchangeErrorCode } from './errors.ts';
import {
  type AddressLimiters,
  createAddressLimiters,
  createLimiter,
  type Limiter,
  shareOf,
} from './limiter.ts';
import { createMarkets } from './markets.ts';
import type { Exchanges, Venue, VenueAccount } from './port.ts';
import type { CallBounds, RetryPorts } from './retry.ts';
import type { VenueTable } from './table.ts';
import { transportOf } from './transport.ts';
import { createSharedExchange } from './venue-library.ts';

type Lanes = Pick<AddressLimiters, 'sync' | 'admission'>;

/** What the exchanges need from outside. */
export interface ExchangesPorts extends RetryPorts {
  /** The only way out that ccxt gets (`egress/fetch.ts`). */
  readonly fetch: Fetch;
  /** Processes behind the same address, this one included. They share the venue's limits. Default 1. */
  readonly sharers?: number;
}

const TABLES: Readonly<Record<Venue, VenueTable>> = { binance };

/**
 * How many limiters of accounts are kept. With more accounts than this in one second, pulls of one account no longer
 * share a limiter.
 */
const MAX_SLOW_LIMITERS = 10_000;

interface VenueContext extends Omit<ClientContext, 'deadline' | 'signal' | 'slow' | 'limiter'> {
  readonly limiters: AddressLimiters;
}

/**
 * Exchanges over `ports`. The limiters and one instance of the library per venue are shared by all accounts.
 * @param tables - the venues' data tables; tests pass smaller pages
 */
export function createExchanges(
  ports: ExchangesPorts,
  tables: Readonly<Record<string, VenueTable>> = TABLES,
): Exchanges {
  const shared = new Map<string, VenueContext>();
  const answered = new Map<string, VenueHealth>();
  const slowLimiters = new Recent<string, Limiter>(MAX_SLOW_LIMITERS);
  const contextOf = (venue: string): VenueContext => {
    const table = Object.hasOwn(tables, venue) ? tables[venue] : undefined;
    if (!table) throw new ExchangeError('exchange_unsupported', 'this venue is not supported');
    const known = shared.get(venue);
    if (known) return known;
    const { clock, sleep } = ports;
    const limits = shareOf(table.limits.address, ports.sharers ?? 1);
    const limiters = createAddressLimiters(limits, clock, sleep);
    const fetch = transportOf(ports.fetch, (instant) => limiters.pauseUntil(instant), clock);
    const now = () => clock.now();
    const markets = createMarkets((sandbox) => createSharedExchange(fetch, now, sandbox), clock);
    const onAnswer = (fault: ExchangeErrorCode | null) =>
      answered.set(venue, { venue, at: clock.now(), fault });
    const context = { ...ports, fetch, table, limiters, markets, onAnswer };
    shared.set(venue, context);
    return context;
  };
  /** The limiter outlives a pull, so that short pulls in a row keep to the limit together. It holds no key. */
  const slowLimiterOf = ({ venue, apiKey }: VenueAccount, { table }: VenueContext): Limiter => {
    const name = createHash('sha256').update(`${venue}\0${apiKey}`).digest('base64');
    const limiter = slowLimiters.get(name) ?? createLimiter(table.limits.slow, ports.clock, ports.sleep);
    slowLimiters.set(name, limiter);
    return limiter;
  };
  const clientOf = (account: VenueAccount, lane: keyof Lanes, bounds: CallBounds): VenueClient => {
    const context = contextOf(account.venue);
    const slow = slowLimiterOf(account, context);
    return new CcxtClient(account, { ...context, ...bounds, slow, limiter: context.limiters[lane] });
  };

  return {
    health: () => [...answered.values()],
    inspect(account, bounds) {
      return clientOf(account, 'admission', bounds).inspect();
    },
    async pull(account, cursor, budget) {
      const { table } = contextOf(account.venue);
      const bounds = { deadline: budget.until, signal: budget.signal };
      const client = clientOf(account, 'sync', bounds);
      return pullAccount({ client, table, clock: ports.clock }, account, cursor, budget);
    },
  };
}
