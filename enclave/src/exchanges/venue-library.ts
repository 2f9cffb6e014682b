/**
 * The library's instances. Each venue and system has one instance, which holds the endpoints, options and listed
 * markets: some 2.5 MiB that never change. An account's view inherits all of it. Its own are only its credentials, its
 * way out and the library's notes about it. So accounts cost very little memory, and none can see another's key.
 */
import type { Fetch } from '../egress/fetch.ts';
import { ExchangeError } from './errors.ts';
import { Binance } from './library.ts';
import type { VenueAccount } from './port.ts';

/** The library's class of the venue. */
export type Exchange = InstanceType<typeof Binance>;

/** The function that the library calls for an endpoint. */
type Endpoint = (this: Exchange, parameters?: object, context?: object) => Promise<unknown>;

/**
 * The library binds every endpoint to the instance that defined it, which would sign every call with that instance's
 * key. Here an endpoint belongs to the instance that it is called on.
 */
class SharedBinance extends Binance {
  override defineRestApiEndpoint(
    methodName: string,
    method: string,
    lowerCaseMethod: string,
    camelCaseMethod: string,
    path: string,
    paths: readonly string[],
    config: object = {},
  ): void {
    const named = Object.create(this) as object;
    super.defineRestApiEndpoint.call(
      named,
      ...([methodName, method, lowerCaseMethod, camelCaseMethod, path, paths, config] as const),
    );
    const api = paths.length > 1 ? paths : paths[0];
    const endpoint: Endpoint = function (parameters = {}, context = {}) {
      const request = this[methodName as 'request'].bind(this) as (...given: unknown[]) => Promise<unknown>;
      return request(path, api, method, parameters, undefined, undefined, config, context);
    };
    for (const name of Object.keys(named)) Object.defineProperty(this, name, { value: endpoint });
  }
}

/**
 * An instance of production or of the sandbox, without credentials, that can only read spot.
 * @param fetch - its own way out, which loads the listed markets
 * @throws ExchangeError `exchange_untrusted` where the library would use another way out
 */
export function createSharedExchange(fetch: Fetch, now: () => number, sandbox: boolean): Exchange {
  const exchange = new SharedBinance({
    fetchImplementation: fetch,
    // These limiters know every account behind this address. The library's limiter knows only one instance.
    enableRateLimit: false,
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    enableLastResponseHeaders: false,
    verbose: false,
    options: {
      defaultType: 'spot',
      fetchMarkets: { types: ['spot'] },
      fetchCurrencies: false,
      fetchMargins: false,
      warnOnFetchOpenOrdersWithoutSymbol: false,
    },
  });
  exchange.milliseconds = now;
  if (sandbox) exchange.setSandboxMode(true);
  return requireWay(exchange, fetch);
}

/** Credentials as the library names them. */
export type Credentials = Pick<VenueAccount, 'apiKey' | 'apiSecret' | 'password'>;

/**
 * A view of `shared`, with its own way out and credentials.
 * @throws ExchangeError `exchange_untrusted`
 */
export function viewOf(shared: Exchange, fetch: Fetch, credentials: Credentials): Exchange {
  const view = Object.create(shared) as Exchange;
  // The library notes in the options whether the venue ever accepted a key.
  view.options = { ...shared.options };
  view.fetchImplementation = fetch;
  view.apiKey = credentials.apiKey;
  view.secret = credentials.apiSecret;
  if (credentials.password !== undefined) view.password = credentials.password;
  return requireWay(view, fetch);
}

function requireWay(exchange: Exchange, fetch: Fetch): Exchange {
  if (exchange.fetchImplementation === fetch) return exchange;
  throw new ExchangeError('exchange_untrusted', 'the library did not take the transport it was given');
}
