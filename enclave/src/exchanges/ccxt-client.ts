/**
 * The adapter to ccxt. Each account and pull gets a view of the venue's one instance, with its own way out. Exact text
 * comes from the raw answers (`info`). ccxt's own numbers are floats and are not used.
 */
import type { Mark } from '@perf-aggregator/analytics';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { endedBy } from '../egress/ends.ts';
import type { Fetch } from '../egress/fetch.ts';
import type { CandleSpan, SpotMarket, TransferPage, VenueClient } from './client.ts';
import { ExchangeError, type ExchangeErrorCode } from './errors.ts';
import { isOfVenue, toExchangeError } from './faults.ts';
import type { Limiter } from './limiter.ts';
import type { SharedMarkets } from './markets.ts';
import type { AccountInspection, BalanceSnapshot, VenueAccount } from './port.ts';
import { type CallBounds, type RetryPorts, withRetries } from './retry.ts';
import type { CallCost, EntryOwner, VenueTable } from './table.ts';
import { type Exchange, viewOf } from './venue-library.ts';

/** What all clients of one venue share, and the bounds of this client. */
export interface ClientContext extends RetryPorts, CallBounds {
  readonly table: VenueTable;
  /** The way out. It obeys the venue's `Retry-After`. */
  readonly fetch: Fetch;
  /** The limiter of the venue and this enclave's address. */
  readonly limiter: Limiter;
  /** The limiter of the account, for calls that the venue counts by customer. */
  readonly slow: Limiter;
  readonly markets: SharedMarkets;
  /** Called after each answer of the venue: with a closed code, or with null for a success. */
  readonly onAnswer: (fault: ExchangeErrorCode | null) => void;
}

const RETRIES_PER_CLIENT = 40;
const DURATION_MS: Readonly<Record<Mark['resolution'], number>> = { '1m': MINUTE_MS, '1d': DAY_MS };

/** A client of one account. Nothing is sent before its first call. */
export class CcxtClient implements VenueClient {
  readonly #account: VenueAccount;
  readonly #context: ClientContext;
  readonly #owner: EntryOwner;
  readonly #retries = { left: RETRIES_PER_CLIENT };
  /** The view that the account's calls go through. The first call makes it. */
  #view: { readonly shared: Exchange; readonly exchange: Exchange } | null = null;

  constructor(account: VenueAccount, context: ClientContext) {
    this.#account = account;
    this.#context = context;
    this.#owner = { venue: context.table.venue, account: account.account };
  }

  async inspect(): Promise<AccountInspection> {
    const { read, costs } = this.#context.table;
    const balance = await this.#call('account', costs.balances, (exchange) => exchange.fetchBalance());
    const uid = read.uid(balance['info']);
    if (this.#account.sandbox) return { canRead: 'yes', canTrade: 'unknown', canWithdraw: 'unknown', uid };
    const raw = await this.#call('permissions', costs.permissions, (exchange) =>
      exchange.sapiGetAccountApiRestrictions(),
    );
    return { ...read.permissions(raw), uid };
  }

  async balances(): Promise<BalanceSnapshot> {
    const { read, costs } = this.#context.table;
    await this.markets();
    const time = this.#context.clock.now();
    const balance = await this.#call('balances', costs.balances, (exchange) => exchange.fetchBalance());
    return { time, balances: read.balances(balance['info']) };
  }

  async markets(): Promise<ReadonlyMap<string, SpotMarket>> {
    return (await this.#listed()).spot;
  }

  async fills(symbol: string, fromId: string, limit: number): Promise<readonly FillEntry[]> {
    const { read, costs } = this.#context.table;
    const market = await this.#market(symbol);
    const trades = await this.#list('fills', costs.fills, (exchange) =>
      exchange.privateGetMyTrades({ symbol: exchange.marketId(symbol), fromId, limit }),
    );
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
        ? await this.#list('deposits', costs.deposits, (exchange) =>
            exchange.sapiGetCapitalDepositHisrec(window),
          )
        : await this.#list('withdrawals', costs.withdrawals, (exchange) =>
            exchange.sapiGetCapitalWithdrawHistory(window),
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
    return this.#list('candles', table.costs.candles, (exchange) =>
      exchange.publicGetKlines({ symbol: exchange.marketId(market.symbol), ...span }),
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
   * A call whose answer must be a list. The library's own list readers accept any object as a list of its values, so a
   * wrong answer could look empty.
   */
  async #list(
    operation: string,
    cost: CallCost,
    request: (exchange: Exchange) => Promise<unknown>,
  ): Promise<readonly unknown[]> {
    const answer = await this.#call(operation, cost, request);
    if (Array.isArray(answer)) return answer as readonly unknown[];
    throw new ExchangeError('exchange_bad_response', `${this.#context.table.venue} ${operation}: not a list`);
  }

  /** A request as the account, within the venue's limits. It is repeated while its fault may pass. */
  async #call<T>(operation: string, cost: CallCost, request: (exchange: Exchange) => Promise<T>): Promise<T> {
    const { source } = await this.#listed();
    return this.#send(operation, cost, this.#context, () => request(this.#viewOf(source)));
  }

  /** The listing is loaded for every account. The loading goes on when the first caller leaves. */
  #listed() {
    const { markets, table, deadline } = this.#context;
    return markets.get(this.#account.sandbox, (load) =>
      this.#send('markets', table.costs.markets, { deadline }, load),
    );
  }

  #viewOf(shared: Exchange): Exchange {
    if (this.#view?.shared !== shared) {
      const { fetch, signal } = this.#context;
      this.#view = { shared, exchange: viewOf(shared, until(fetch, signal), this.#account) };
    }
    return this.#view.exchange;
  }

  #send<T>(operation: string, cost: CallCost, bounds: CallBounds, request: () => Promise<T>): Promise<T> {
    const { table, limiter, slow, onAnswer } = this.#context;
    const { deadline, signal } = bounds;
    const attempt = async (): Promise<T> => {
      if (cost.slow) await slow.take(cost.slow, deadline, signal);
      await limiter.take(cost.weight, deadline, signal);
      try {
        const answer = await request();
        onAnswer(null);
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        const fault = toExchangeError(error, `${table.venue} ${operation}`, table.errorCodes);
        onAnswer(isOfVenue(fault) ? fault.code : null);
        throw fault;
      }
    };
    return withRetries(attempt, this.#retries, bounds, this.#context);
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

/** How long a request may take to end by itself after its caller has left, ms. */
const GRACE_MS = 1_000;

/**
 * The same way out, but a caller is released when `signal` aborts. A request that is under way has a moment to end by
 * itself. Cutting it would close its connection, and a caller that leaves again and again would cause TLS handshakes.
 */
function until(fetch: Fetch, signal: AbortSignal | undefined): Fetch {
  if (!signal) return fetch;
  return async (url, request = {}) => {
    signal.throwIfAborted();
    const cut = new AbortController();
    let onAbort: () => void = () => undefined;
    const gone = new Promise<never>((_, reject) => {
      onAbort = () => {
        reject(signal.reason as Error);
        setTimeout(() => cut.abort(), GRACE_MS).unref();
      };
      signal.addEventListener('abort', onAbort, { once: true });
    });
    const ends = { signals: [request.signal, cut.signal] };
    const answer = endedBy(ends, (either) => fetch(url, { ...request, signal: either }));
    answer.catch(() => undefined);
    return Promise.race([answer, gone]).finally(() => signal.removeEventListener('abort', onAbort));
  };
}
