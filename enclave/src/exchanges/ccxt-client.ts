/**
 * The adapter to ccxt: one instance per account and pull, with our transport, our clock and shared frozen
 * markets. Exact text is taken from the raw answers (`info`); ccxt's own numbers are floats and are not used.
 */

import type { Mark } from '@perf-aggregator/analytics';
import type { Clock } from '@perf-aggregator/shared/clock';
import ccxt from 'ccxt';
import { EgressError } from '../egress/errors.ts';
import type { Fetch } from '../egress/fetch.ts';
import type { CandleSpan, SpotMarket, TransferPage, VenueClient } from './client.ts';
import { ExchangeError } from './errors.ts';
import { toExchangeError } from './faults.ts';
import type { Limiter } from './limiter.ts';
import type { SharedMarkets } from './markets.ts';
import type { AccountInspection, VenueAccount } from './port.ts';
import { type RetryPorts, withRetries } from './retry.ts';
import type { CallCost, VenueTable } from './table.ts';

/** What a client shares with every other of its venue, and its own bounds. */
export interface ClientContext extends RetryPorts {
  readonly table: VenueTable;
  readonly fetch: Fetch;
  /** Of the venue and this enclave's address. */
  readonly limiter: Limiter;
  /** Of the account, for calls that the venue counts by customer. */
  readonly slow: Limiter;
  readonly markets: SharedMarkets;
  /** No call and no wait goes on past it, ms. */
  readonly deadline: number;
}

const MINUTE_MS = 60_000;
const RETRIES_PER_CLIENT = 40;
const DURATION_MS: Readonly<Record<Mark['resolution'], number>> = { '1m': MINUTE_MS, '1d': 86_400_000 };

/** A client of `account`. Nothing is sent yet. */
export function createClient(account: VenueAccount, context: ClientContext): VenueClient {
  const { table, clock, limiter, slow, deadline } = context;
  const exchange = createExchange(context, account.sandbox, account);
  const owner = { venue: table.venue, account: account.account };
  const retries = { left: RETRIES_PER_CLIENT };

  const call = <T>(operation: string, cost: CallCost, request: () => Promise<T>): Promise<T> =>
    withRetries(
      async () => {
        if (cost.slow) await slow.take(cost.slow, deadline);
        await limiter.take(cost.weight, deadline);
        return request().catch((error: unknown) => {
          throw toExchangeError(error, `${table.venue} ${operation}`, table.errorCodes);
        });
      },
      retries,
      deadline,
      context,
    );
  const markets = async (): Promise<ReadonlyMap<string, SpotMarket>> => {
    const shared = await context.markets.get(account.sandbox, (load) =>
      call('markets', table.costs.markets, load),
    );
    exchange.setMarketsFromExchange(shared.source);
    return shared.spot;
  };
  const candles = async (asset: string, params: object): Promise<readonly unknown[]> => {
    const market = (await markets()).get(`${asset}/${table.markQuote}`);
    if (!market)
      throw new ExchangeError('exchange_symbol_unknown', `${asset} has no ${table.markQuote} market`);
    const symbol = exchange.marketId(market.symbol);
    return call('candles', table.costs.candles, () => exchange.publicGetKlines({ symbol, ...params }));
  };
  const toMark = (asset: string, resolution: Mark['resolution'], raw: unknown): Mark => {
    const { openTime, close } = table.read.candle(raw);
    const time = openTime + DURATION_MS[resolution];
    return { venue: table.venue, asset, quote: table.markQuote, time, price: close, resolution };
  };

  return {
    markets,
    async inspect(): Promise<AccountInspection> {
      await markets();
      const balance = await call('account', table.costs.balances, () => exchange.fetchBalance());
      const uid = table.read.uid(balance['info']);
      if (account.sandbox) return { canRead: 'yes', canTrade: 'unknown', canWithdraw: 'unknown', uid };
      const raw = await call('permissions', table.costs.permissions, () =>
        exchange.sapiGetAccountApiRestrictions(),
      );
      return { ...table.read.permissions(raw), uid };
    },
    async balances() {
      await markets();
      const time = clock.now();
      const balance = await call('balances', table.costs.balances, () => exchange.fetchBalance());
      return { time, balances: table.read.balances(balance['info']) };
    },
    async fills(symbol, fromId, limit) {
      const market = (await markets()).get(symbol);
      if (!market) throw new ExchangeError('exchange_symbol_unknown', `${symbol} is not listed`);
      const trades = await call('fills', table.costs.fills, () =>
        exchange.fetchMyTrades(symbol, undefined, limit, { fromId }),
      );
      return trades
        .map((trade) => table.read.fill(trade.info, market, owner))
        .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
    },
    async transfers(direction, from, to, offset): Promise<TransferPage> {
      await markets();
      const { page } = table.transfers;
      const cost = direction === 'deposit' ? table.costs.deposits : table.costs.withdrawals;
      const found = await call(`${direction}s`, cost, () =>
        direction === 'deposit'
          ? exchange.fetchDeposits(undefined, from, page, { endTime: to, offset })
          : exchange.fetchWithdrawals(undefined, from, page, { endTime: to, offset }),
      );
      return sortTransfers(found.map(({ info }) => table.read.transfer(info, direction, owner)));
    },
    async closes({ asset, resolution, from, until, limit }: CandleSpan) {
      const params = { interval: resolution, startTime: from, endTime: until - 1, limit };
      return (await candles(asset, params))
        .map((raw) => toMark(asset, resolution, raw))
        .filter((mark) => mark.time - DURATION_MS[resolution] >= from && mark.time <= until);
    },
    async lastClose(asset, time) {
      const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
      const [raw] = await candles(asset, { interval: '1m', endTime: end - 1, limit: 1 });
      return raw === undefined ? null : { ...toMark(asset, '1m', raw), time: end };
    },
  };
}

function sortTransfers(all: readonly ReturnType<VenueTable['read']['transfer']>[]): TransferPage {
  const entries = all.filter((item) => item !== null && 'kind' in item);
  const pending = all
    .filter((item) => item !== null && 'pendingSince' in item)
    .map((item) => item.pendingSince);
  return {
    entries: entries.sort((a, b) => a.time - b.time),
    pendingSince: pending.length > 0 ? Math.min(...pending) : null,
    count: all.length,
  };
}

/** A ccxt instance that can do nothing but read spot over our transport. */
export function createExchange(
  context: Pick<ClientContext, 'fetch' | 'clock' | 'limiter'>,
  sandbox: boolean,
  credentials?: Pick<VenueAccount, 'apiKey' | 'apiSecret' | 'password'>,
): InstanceType<typeof ccxt.binance> {
  const fetchImplementation = transportOf(context.fetch, context.limiter, context.clock);
  const exchange = new ccxt.binance({
    ...(credentials && { apiKey: credentials.apiKey, secret: credentials.apiSecret }),
    ...(credentials?.password !== undefined && { password: credentials.password }),
    // The limiters here know every account behind this address; ccxt's knows one instance.
    enableRateLimit: false,
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    enableLastResponseHeaders: false,
    verbose: false,
    fetchImplementation,
    options: {
      defaultType: 'spot',
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      warnOnFetchOpenOrdersWithoutSymbol: false,
    },
  });
  exchange.milliseconds = () => context.clock.now();
  if (sandbox) exchange.setSandboxMode(true);
  if (exchange.fetchImplementation !== fetchImplementation) {
    throw new ExchangeError('exchange_untrusted', 'ccxt did not take the transport it was given');
  }
  return exchange;
}

/** Our fetch for ccxt: heeds `Retry-After`, and writes the code of a fault where `toExchangeError` finds it. */
function transportOf(fetch: Fetch, limiter: Limiter, clock: Clock): Fetch {
  return async (url, request) => {
    try {
      const response = await fetch(url, request);
      const retryAfter = response.headers.get('retry-after');
      if (retryAfter !== null && [418, 429, 503].includes(response.status) && /^\d{1,6}$/.test(retryAfter)) {
        limiter.pauseUntil(clock.now() + Number(retryAfter) * 1000);
      }
      return response;
    } catch (error) {
      const cause = error instanceof TypeError ? error.cause : undefined;
      if (!(cause instanceof EgressError)) throw error;
      throw new TypeError('fetch failed', { cause: new Error(`[${cause.code}]`) });
    }
  };
}
