/** Exchanges through ccxt: the implementation of the port, for production and simulator. */
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import type { Fetch } from '../../egress/fetch.ts';
import { pullAccount } from '../engine/pull.ts';
import { ExchangeError, type ExchangeErrorCode } from '../errors.ts';
import type { Exchanges, Venue, VenueAccount } from '../port.ts';
import type { VenueTable } from '../table.ts';
import { binance } from '../tables/binance/table.ts';
import { createBuckets } from './buckets.ts';
import { CcxtClient, type ClientContext } from './client.ts';
import { createDailyCloses } from './daily-closes.ts';
import { createInstance, type Exchange } from './instance.ts';
import { createMarkets } from './markets.ts';
import type { CallBounds, RetryPorts } from './retry.ts';
import { transportOf } from './transport.ts';
import { createVenueClock } from './venue-clock.ts';

/** What the exchanges need from outside. */
export interface ExchangesPorts extends RetryPorts {
  /** The only way out that ccxt gets (`egress/fetch.ts`). */
  readonly fetch: Fetch;
  /** Processes behind the same address, this one included. They share the venue's limits. Default 1. */
  readonly sharers?: number;
}

/** The venues' tables. */
export const TABLES: Readonly<Record<Venue, VenueTable>> = { binance };

type VenueContext = Omit<ClientContext, keyof CallBounds | 'lane'>;

/**
 * Exchanges over `ports`. The limits and one instance of the library per venue are shared by all accounts.
 * @param tables - the venues' data tables; tests pass smaller pages
 */
export function createExchanges(
  ports: ExchangesPorts,
  tables: Readonly<Record<string, VenueTable>> = TABLES,
): Exchanges {
  const contexts = new Map<string, VenueContext>();
  const answered = new Map<string, VenueHealth>();
  const onAnswer = (venue: string) => (fault: ExchangeErrorCode | null) =>
    answered.set(venue, { venue, at: ports.clock.now(), fault });
  const contextOf = (venue: string): VenueContext => {
    const table = Object.hasOwn(tables, venue) ? tables[venue] : undefined;
    if (!table) throw new ExchangeError('exchange_unsupported', 'this venue is not supported');
    const known = contexts.get(venue);
    if (known) return known;
    const context = createContext(ports, table, onAnswer(venue));
    contexts.set(venue, context);
    return context;
  };
  const clientOf = (account: VenueAccount, lane: ClientContext['lane'], bounds: CallBounds): CcxtClient =>
    new CcxtClient(account, { ...contextOf(account.venue), ...bounds, lane });

  return {
    health: () => [...answered.values()],
    async inspect(account, bounds) {
      return clientOf(account, 'admission', bounds).inspect();
    },
    async pull(account, cursor, budget, ledger) {
      const { table } = contextOf(account.venue);
      const bounds = { deadline: budget.until, signal: budget.signal };
      const client = clientOf(account, 'sync', bounds);
      return pullAccount({ ledger, client, table, clock: ports.clock }, account, cursor, budget);
    },
  };
}

function createContext(
  ports: ExchangesPorts,
  table: VenueTable,
  onAnswer: ClientContext['onAnswer'],
): VenueContext {
  const { clock, sleep } = ports;
  const buckets = createBuckets(table.buckets, ports.sharers ?? 1, clock, sleep);
  const fetch = transportOf(ports.fetch, table, buckets, clock);
  const time = createVenueClock(clock);
  const instances = new Map<boolean, Exchange>();
  const instance = (sandbox: boolean): Exchange => {
    const made = instances.get(sandbox) ?? createInstance(table.venue, fetch, () => time.now(), sandbox);
    instances.set(sandbox, made);
    return made;
  };
  const [markets, days] = [createMarkets(table, clock), createDailyCloses()];
  return { ...ports, table, fetch, buckets, time, instance, onAnswer, markets, days };
}
