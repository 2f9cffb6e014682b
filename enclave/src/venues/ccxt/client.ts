/**
 * The adapter to ccxt. Each account and pull gets a view of the venue's one instance, with its own way out. ccxt signs
 * requests and classifies errors. Answers come back raw, and readers of the venue's table read them.
 */
import type { Mark } from '@perf-aggregator/analytics';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { endedBy } from '../../egress/ends.ts';
import type { Fetch } from '../../egress/fetch.ts';
import type { CandleSpan, Markets, VenueClient } from '../engine/client.ts';
import { ExchangeError, type ExchangeErrorCode } from '../errors.ts';
import type { AccountInspection, VenueAccount } from '../port.ts';
import type { Call, CandleSource, Market, VenueTable } from '../table.ts';
import { listOf } from '../values.ts';
import type { Buckets, Lane } from './buckets.ts';
import type { DailyCloses } from './daily-closes.ts';
import { isOfVenue, toExchangeError } from './faults.ts';
import { type Exchange, viewOf } from './instance.ts';
import type { SharedMarkets } from './markets.ts';
import { type CallBounds, type RetryPorts, withRetries } from './retry.ts';
import type { VenueClock } from './venue-clock.ts';

/** What all clients of one venue share, and the bounds of this client. */
export interface ClientContext extends RetryPorts, CallBounds {
  readonly table: VenueTable;
  /** The way out. It obeys the venue's `Retry-After`. */
  readonly fetch: Fetch;
  readonly buckets: Buckets;
  /** Whose calls these are. Those of the first reading of an account wait for all others. */
  readonly lane: Exclude<Lane, 'background'>;
  readonly markets: SharedMarkets;
  readonly time: VenueClock;
  readonly days: DailyCloses;
  /** The library's instance of production or of the sandbox. */
  readonly instance: (sandbox: boolean) => Exchange;
  /** Called after each answer of the venue: with a closed code, or with null for a success. */
  readonly onAnswer: (fault: ExchangeErrorCode | null) => void;
}

type Parameters = Readonly<Record<string, string | number>>;

const RETRIES_PER_CLIENT = 40;
/** Days that one request for candles returns at most. */
const MAX_DAYS = 1_000;
const DURATION_MS: Readonly<Record<Mark['resolution'], number>> = { '1m': MINUTE_MS, '1d': DAY_MS };

/** What is known of a key of the sandbox, where no call tells permissions. */
const OF_SANDBOX: Omit<AccountInspection, 'uid'> = {
  ...{ canRead: 'yes', canTrade: 'unknown', canWithdraw: 'unknown' },
  ...{ scopesMissing: [], mode: 'classic', expiresAt: null },
};

/** A client of one account. Nothing is sent before its first call. */
export class CcxtClient implements VenueClient {
  readonly #account: VenueAccount;
  readonly #context: ClientContext;
  readonly #retries = { left: RETRIES_PER_CLIENT };
  /** The view that the account's calls go through. The first call makes it. */
  #view: Exchange | null = null;

  constructor(account: VenueAccount, context: ClientContext) {
    this.#account = account;
    this.#context = context;
  }

  /** Who owns the key, and what it may do. @throws ExchangeError */
  async inspect(): Promise<AccountInspection> {
    const { inspection } = this.#context.table;
    const uid = inspection.uid(await this.call(inspection.account, {}));
    if (this.#account.sandbox) return { ...OF_SANDBOX, uid };
    return { ...inspection.read(await this.call(inspection.permissions, {})), uid };
  }

  async call(name: string, parameters: Parameters, isBackground = false): Promise<unknown> {
    const call = this.#callOf(name);
    const lane = isBackground ? 'background' : this.#context.lane;
    return this.#send(name, call, lane, this.#context, () => this.#own(), parameters);
  }

  /** The listing is loaded for every account. The loading goes on when the first caller leaves. */
  markets(): Promise<Markets> {
    const { markets, deadline, instance } = this.#context;
    const { sandbox } = this.#account;
    return markets.get(sandbox, (name) =>
      this.#send(name, this.#callOf(name), this.#context.lane, { deadline }, () => instance(sandbox), {}),
    );
  }

  async closes({ symbol, resolution, from, until, limit }: CandleSpan): Promise<readonly Mark[]> {
    const market = await this.#market(symbol);
    const read = (start: number, end: number, most: number) =>
      this.#span(market, resolution, start, end, most);
    if (resolution === '1m') return read(from, until, limit);
    const name = `${symbol} ${this.#account.sandbox}`;
    return this.#context.days.get(name, from, until, (start, end) => read(start, end, MAX_DAYS));
  }

  async #span(
    market: Market,
    resolution: Mark['resolution'],
    from: number,
    until: number,
    limit: number,
  ): Promise<readonly Mark[]> {
    const span = { interval: resolution, startTime: from, endTime: until - 1, limit };
    const source = this.#sourceOf(market, resolution);
    const marks = (await this.#candles(market, source, span)).map((raw) =>
      this.#toMark(market, source, resolution, raw),
    );
    return marks.filter(({ time }) => time - DURATION_MS[resolution] >= from && time <= until);
  }

  async lastClose(symbol: string, time: number): Promise<Mark | null> {
    const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const market = await this.#market(symbol);
    const source = this.#sourceOf(market, '1m');
    const [raw] = await this.#candles(market, source, { interval: '1m', endTime: end - 1, limit: 1 });
    if (raw === undefined) return null;
    const { low: _, high: __, ...mark } = this.#toMark(market, source, '1m', raw);
    return { ...mark, time: end };
  }

  #sourceOf({ product }: Market, resolution: Mark['resolution']): CandleSource {
    const sources = this.#context.table.candles[product];
    return resolution === '1d' ? sources.day : sources.minute;
  }

  async #candles(market: Market, { call }: CandleSource, span: Parameters): Promise<readonly unknown[]> {
    return listOf(await this.call(call, { symbol: market.id, ...span }), 'candles');
  }

  #toMark(market: Market, source: CandleSource, resolution: Mark['resolution'], raw: unknown): Mark {
    const { venue } = this.#context.table;
    const { openTime, close, low, high, volume, vwap } = source.read(raw);
    const asset = market.product === 'spot' ? market.base : market.symbol;
    const time = openTime + DURATION_MS[resolution];
    const mark = { venue, asset, quote: market.quote, time, price: close, resolution };
    if (resolution === '1m') return { ...mark, low, high };
    return { ...mark, ...(volume === null ? {} : { volume }), ...(vwap === null ? {} : { vwap }) };
  }

  async #market(symbol: string): Promise<Market> {
    const market = (await this.markets()).bySymbol(symbol);
    if (!market) throw new ExchangeError('exchange_symbol_unknown', `${symbol} is not listed`);
    return market;
  }

  #callOf(name: string): Call {
    const { calls } = this.#context.table;
    const call = Object.hasOwn(calls, name) ? calls[name] : undefined;
    if (call === undefined) throw new RangeError(`no call ${name}`);
    return call;
  }

  #own(): Exchange {
    const { fetch, signal, instance } = this.#context;
    this.#view ??= viewOf(instance(this.#account.sandbox), until(fetch, signal), this.#account);
    return this.#view;
  }

  /**
   * One request within the venue's limits. It is repeated while its fault may pass, and with the venue's own time when
   * the venue finds ours wrong.
   */
  #send(
    name: string,
    call: Call,
    lane: Lane,
    bounds: CallBounds,
    exchange: () => Exchange,
    parameters: Parameters,
  ): Promise<unknown> {
    const { table, buckets, onAnswer, time } = this.#context;
    const { deadline, signal } = bounds;
    const once = async (what: string, of: Call, given: Parameters): Promise<unknown> => {
      await buckets.take(of.cost, lane, this.#account, deadline, signal);
      try {
        const answer = await request(exchange(), of, given);
        onAnswer(null);
        return answer;
      } catch (error) {
        signal?.throwIfAborted();
        const fault = toExchangeError(error, `${table.venue} ${what}`, table.errorCodes);
        onAnswer(isOfVenue(fault) ? fault.code : null);
        throw fault;
      }
    };
    const { clock } = table;
    const askTime = async () => clock.read(await once(clock.call, this.#callOf(clock.call), {}));
    const attempt = () => once(name, call, parameters);
    const withClock = () => time.correcting(attempt, askTime);
    return withRetries(withClock, this.#retries, bounds, this.#context);
  }
}

/** Calls the library's function of an endpoint. The answer is a JSON value; anything else is a fault. */
async function request(exchange: Exchange, { endpoint }: Call, parameters: Parameters): Promise<unknown> {
  const functions = exchange as unknown as Readonly<Record<string, (parameters: object) => Promise<unknown>>>;
  const answer = await functions[endpoint]!.call(exchange, { ...parameters });
  if (typeof answer === 'object' && answer !== null) return answer;
  throw new ExchangeError('exchange_bad_response', `${endpoint}: the answer is not JSON`);
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
