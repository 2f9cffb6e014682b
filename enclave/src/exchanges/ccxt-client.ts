/**
 * The adapter to ccxt: one instance per account and pull, with our transport, our clock and shared frozen
 * markets. Exact text is taken from the raw answers (`info`); ccxt's own numbers are floats and are not used.
 */
import type { Mark } from '@perf-aggregator/analytics';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import type { Fetch } from '../egress/fetch.ts';
import type { CandleSpan, SpotMarket, TransferPage, VenueClient } from './client.ts';
import { ExchangeError } from './errors.ts';
import { toExchangeError } from './faults.ts';
import { Binance } from './library.ts';
import type { Limiter } from './limiter.ts';
import type { Exchange, SharedMarkets } from './markets.ts';
import type { AccountInspection, BalanceSnapshot, VenueAccount } from './port.ts';
import { type RetryPorts, withRetries } from './retry.ts';
import type { CallCost, EntryOwner, VenueTable } from './table.ts';
import { transportOf } from './transport.ts';

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

const RETRIES_PER_CLIENT = 40;
const DURATION_MS: Readonly<Record<Mark['resolution'], number>> = { '1m': MINUTE_MS, '1d': DAY_MS };

/** A client of one account. Nothing is sent before its first call. */
export class CcxtClient implements VenueClient {
  readonly #account: VenueAccount;
  readonly #context: ClientContext;
  readonly #exchange: Exchange;
  readonly #owner: EntryOwner;
  readonly #retries = { left: RETRIES_PER_CLIENT };

  constructor(account: VenueAccount, context: ClientContext) {
    this.#account = account;
    this.#context = context;
    this.#exchange = createExchange(context, account.sandbox, account);
    this.#owner = { venue: context.table.venue, account: account.account };
  }

  async inspect(): Promise<AccountInspection> {
    const { read, costs } = this.#context.table;
    await this.markets();
    const balance = await this.#call('account', costs.balances, () => this.#exchange.fetchBalance());
    const uid = read.uid(balance['info']);
    if (this.#account.sandbox) return { canRead: 'yes', canTrade: 'unknown', canWithdraw: 'unknown', uid };
    const raw = await this.#call('permissions', costs.permissions, () =>
      this.#exchange.sapiGetAccountApiRestrictions(),
    );
    return { ...read.permissions(raw), uid };
  }

  async balances(): Promise<BalanceSnapshot> {
    const { read, costs } = this.#context.table;
    await this.markets();
    const time = this.#context.clock.now();
    const balance = await this.#call('balances', costs.balances, () => this.#exchange.fetchBalance());
    return { time, balances: read.balances(balance['info']) };
  }

  async markets(): Promise<ReadonlyMap<string, SpotMarket>> {
    const shared = await this.#context.markets.get(this.#account.sandbox, (load) =>
      this.#call('markets', this.#context.table.costs.markets, load),
    );
    this.#exchange.setMarketsFromExchange(shared.source);
    return shared.spot;
  }

  async fills(symbol: string, fromId: string, limit: number): Promise<readonly FillEntry[]> {
    const { read, costs } = this.#context.table;
    const market = await this.#market(symbol);
    const request = { symbol: this.#exchange.marketId(symbol), fromId, limit };
    const trades = await this.#list('fills', costs.fills, () => this.#exchange.privateGetMyTrades(request));
    return trades
      .map((raw) => read.fill(raw, market, this.#owner))
      .sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1));
  }

  async transfers(
    direction: TransferEntry['direction'],
    from: number,
    to: number,
    offset: number,
  ): Promise<TransferPage> {
    const { read, costs, transfers } = this.#context.table;
    const window = { startTime: from, endTime: to, offset, limit: transfers.page };
    const found =
      direction === 'deposit'
        ? await this.#list('deposits', costs.deposits, () =>
            this.#exchange.sapiGetCapitalDepositHisrec(window),
          )
        : await this.#list('withdrawals', costs.withdrawals, () =>
            this.#exchange.sapiGetCapitalWithdrawHistory(window),
          );
    return sortTransfers(found.map((raw) => read.transfer(raw, direction, this.#owner)));
  }

  async closes({ symbol, resolution, from, until, limit }: CandleSpan): Promise<readonly Mark[]> {
    const span = { interval: resolution, startTime: from, endTime: until - 1, limit };
    const market = await this.#market(symbol);
    const marks = (await this.#candles(market, span)).map((raw) => this.#toMark(market, resolution, raw));
    return marks.filter(({ time }) => time - DURATION_MS[resolution] >= from && time <= until);
  }

  async lastClose(symbol: string, time: number): Promise<Mark | null> {
    const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const market = await this.#market(symbol);
    const [raw] = await this.#candles(market, { interval: '1m', endTime: end - 1, limit: 1 });
    if (raw === undefined) return null;
    const { low: _, high: __, ...mark } = this.#toMark(market, '1m', raw);
    return { ...mark, time: end };
  }

  async #candles(market: SpotMarket, span: object): Promise<readonly unknown[]> {
    const { table } = this.#context;
    const symbol = this.#exchange.marketId(market.symbol);
    return this.#list('candles', table.costs.candles, () =>
      this.#exchange.publicGetKlines({ symbol, ...span }),
    );
  }

  #toMark({ base, quote }: SpotMarket, resolution: Mark['resolution'], raw: unknown): Mark {
    const { table } = this.#context;
    const { openTime, close, low, high, volume, vwap } = table.read.candle(raw);
    const time = openTime + DURATION_MS[resolution];
    const mark = { venue: table.venue, asset: base, quote, time, price: close, resolution };
    if (resolution === '1m') return { ...mark, low, high };
    return { ...mark, volume, ...(vwap === null ? {} : { vwap }) };
  }

  async #market(symbol: string): Promise<SpotMarket> {
    const market = (await this.markets()).get(symbol);
    if (!market) throw new ExchangeError('exchange_symbol_unknown', `${symbol} is not listed`);
    return market;
  }

  /**
   * A call whose answer is a list, and nothing that could be taken for an empty one: the library's own readers
   * of lists take any object for a list of its values.
   */
  async #list(
    operation: string,
    cost: CallCost,
    request: () => Promise<unknown>,
  ): Promise<readonly unknown[]> {
    const answer = await this.#call(operation, cost, request);
    if (Array.isArray(answer)) return answer as readonly unknown[];
    throw new ExchangeError('exchange_bad_response', `${this.#context.table.venue} ${operation}: not a list`);
  }

  /** One request within the venue's limits, tried again while its fault may pass. */
  #call<T>(operation: string, cost: CallCost, request: () => Promise<T>): Promise<T> {
    const { table, limiter, slow, deadline } = this.#context;
    const attempt = async (): Promise<T> => {
      if (cost.slow) await slow.take(cost.slow, deadline);
      await limiter.take(cost.weight, deadline);
      try {
        return await request();
      } catch (error) {
        throw toExchangeError(error, `${table.venue} ${operation}`, table.errorCodes);
      }
    };
    return withRetries(attempt, this.#retries, deadline, this.#context);
  }
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
): Exchange {
  const fetchImplementation = transportOf(context.fetch, context.limiter, context.clock);
  const exchange = new Binance({
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
