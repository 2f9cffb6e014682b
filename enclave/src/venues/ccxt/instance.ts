/**
 * The library's instances. Each venue and system has one instance, which holds the endpoints and options. An account's
 * view inherits all of it. Its own are only its credentials, its way out and the library's notes about it. So accounts
 * cost very little memory, and none can see another's key.
 */
import type { Fetch } from '../../egress/fetch.ts';
import { ExchangeError } from '../errors.ts';
import type { Venue, VenueAccount } from '../port.ts';
import { Binance } from './library.ts';
import { parseLossless } from './lossless-json.ts';

/** The part of the library's class that is used. */
export type Exchange = InstanceType<typeof Binance>;

/** The function that the library calls for an endpoint. */
type Endpoint = (this: Exchange, parameters?: object, context?: object) => Promise<unknown>;

class SharedBinance extends Binance {
  /**
   * The library binds every endpoint to the instance that defined it, which would sign every call with that instance's
   * key. Here an endpoint belongs to the instance that it is called on.
   */
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

  /** Numbers come back as text. The library reads either. Undefined: this is no JSON. */
  override parseJson(text: string): unknown {
    try {
      return parseLossless(text);
    } catch {
      return undefined;
    }
  }
}

const CLASSES: Readonly<Record<Venue, typeof Binance>> = { binance: SharedBinance };

/**
 * An instance of production or of the sandbox, without credentials.
 * @param fetch - its own way out, for calls that are not signed
 * @param now - the time that requests are signed with, ms
 * @throws ExchangeError `exchange_untrusted` where the library would use another way out
 */
export function createInstance(venue: Venue, fetch: Fetch, now: () => number, sandbox: boolean): Exchange {
  const exchange = new CLASSES[venue]({
    fetchImplementation: fetch,
    // These limiters know every account behind this address. The library's limiter knows only one instance.
    enableRateLimit: false,
    enableLastHttpResponse: false,
    enableLastJsonResponse: false,
    enableLastResponseHeaders: false,
    verbose: false,
    options: { fetchCurrencies: false, fetchMargins: false },
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
