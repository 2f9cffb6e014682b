/**
 * Binance spot, simulated. An HTTPS request handler answers the unmodified ccxt like the real venue, for the given
 * accounts and market, up to its injected clock. Read-only.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Market } from '../../market/market.ts';
import { authorize, type BinanceAccount } from './authorization.ts';
import { deliver, type SpoiltDelivery } from './delivery.ts';
import { Parameters } from './parameters.ts';
import * as endpoints from './private.ts';
import { exchangeInfo, klines, ticker24h, tickerPrice } from './public.ts';
import { ADDRESS_REFUSALS, type AddressRefusal, BinanceRefusal, refusals } from './refusal.ts';
import { createTape, type Tape } from './tape.ts';

/** Host names of the real venue that this one answers for. */
export const BINANCE_HOSTS = ['api.binance.com'] as const;
/** Host names of the real venue's sandbox, which has no `sapi`. */
export const BINANCE_SANDBOX_HOSTS = ['testnet.binance.vision'] as const;

/** A request, as tests and fault injection see it. */
export interface VenueRequest {
  readonly path: string;
  readonly query: URLSearchParams;
}

/**
 * What happens instead of the venue's answer. `reset`: the connection breaks. `hang`: no answer ever comes. `truncate`:
 * the first half comes as if it were complete. `break`: the connection breaks in the middle of the answer. `drip`: the
 * answer comes slowly. `region` and `firewall`: the requesting address is refused, with any key.
 */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | 'reset'
  | 'hang'
  | AddressRefusal
  | SpoiltDelivery;

export interface BinanceVenueOptions {
  readonly market: Market;
  readonly accounts: readonly BinanceAccount[];
  readonly clock: Clock;
  /** Weight that one client may use per minute. The real venue's is 6,000. */
  readonly weightPerMinute?: number;
  /** Called before every answer. A returned fault replaces the answer. */
  readonly fault?: (request: VenueRequest) => Fault | null;
  /** Called with every request before it is answered. The query comes without the signature. */
  readonly observe?: (request: VenueRequest) => void;
}

export interface BinanceVenue {
  readonly handle: RequestListener;
}

interface Route {
  readonly weight: number;
  readonly answer: (request: VenueRequest, signer: () => BinanceAccount, now: number) => object;
}

/** Makes the venue that this module describes. */
export function createBinanceVenue(options: BinanceVenueOptions): BinanceVenue {
  const accounts = new Map(options.accounts.map((account) => [account.apiKey, account]));
  const weightPerMinute = options.weightPerMinute ?? 6_000;
  const routes = createRoutes(options.market, createTape(options.accounts), weightPerMinute);
  const spend = createMeter(weightPerMinute);

  const handle = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    const [path = '', rawQuery = ''] = (incoming.url ?? '').split('?', 2);
    const query = new URLSearchParams(rawQuery);
    query.delete('signature');
    const request = { path, query };
    options.observe?.(request);
    const fault = options.fault?.(request) ?? null;
    if (fault === 'hang') return;
    if (fault === 'reset') {
      incoming.socket.destroy();
      return;
    }
    const instead = fault === 'region' || fault === 'firewall' ? ADDRESS_REFUSALS[fault] : fault;
    if (instead !== null && typeof instead === 'object') {
      outgoing
        .writeHead(instead.status, { 'content-type': 'application/json', ...instead.headers })
        .end(instead.body);
      return;
    }
    const now = options.clock.now();
    try {
      const route = incoming.method === 'GET' ? routes[path] : undefined;
      if (!route) throw new BinanceRefusal(404, -1000, 'Path not found');
      const used = spend(route.weight, now);
      const apiKey = incoming.headers['x-mbx-apikey'];
      const signer = (): BinanceAccount =>
        authorize(accounts, typeof apiKey === 'string' ? apiKey : undefined, rawQuery, now);
      const body = JSON.stringify(route.answer(request, signer, now));
      const headers = { 'x-mbx-used-weight-1m': String(used) };
      deliver(incoming, outgoing, { status: 200, body, headers }, instead);
    } catch (error) {
      const refusal = error instanceof BinanceRefusal ? error : refusals.internal();
      const body = JSON.stringify({ code: refusal.code, msg: refusal.message });
      const { status, headers } = refusal;
      deliver(incoming, outgoing, { status, body, headers }, instead);
    }
  };
  return { handle };
}

function createRoutes(market: Market, tape: Tape, weightPerMinute: number): Readonly<Record<string, Route>> {
  const parameters = ({ query }: VenueRequest): Parameters => new Parameters(query);
  return {
    '/api/v3/ping': { weight: 1, answer: () => ({}) },
    '/api/v3/time': { weight: 1, answer: (_request, _signer, now) => ({ serverTime: now }) },
    '/api/v3/exchangeInfo': {
      weight: 20,
      answer: (_request, _signer, now) => exchangeInfo(now, weightPerMinute),
    },
    '/api/v3/klines': {
      weight: 2,
      answer: (request, _signer, now) => klines(parameters(request), market, tape, now),
    },
    '/api/v3/ticker/price': {
      weight: 2,
      answer: (request, _signer, now) => tickerPrice(parameters(request), market, now),
    },
    '/api/v3/ticker/24hr': {
      weight: 2,
      answer: (request, _signer, now) => ticker24h(parameters(request), market, now),
    },
    '/api/v3/account': { weight: 20, answer: (_request, signer, now) => endpoints.account(signer(), now) },
    '/api/v3/myTrades': {
      weight: 20,
      answer: (request, signer, now) => endpoints.myTrades(parameters(request), signer(), now),
    },
    '/sapi/v1/capital/deposit/hisrec': {
      weight: 1,
      answer: (request, signer, now) => endpoints.deposits(parameters(request), signer(), now),
    },
    '/sapi/v1/capital/withdraw/history': {
      weight: 1,
      answer: (request, signer, now) => endpoints.withdrawals(parameters(request), signer(), now),
    },
    '/sapi/v1/account/apiRestrictions': {
      weight: 1,
      answer: (_request, signer) => endpoints.apiRestrictions(signer()),
    },
  };
}

/** Counts weight per calendar minute, as Binance does. @throws BinanceRefusal −1003 above the limit */
function createMeter(limit: number): (weight: number, now: number) => number {
  let minute = 0;
  let used = 0;
  return (weight, now) => {
    const current = Math.floor(now / 60_000);
    if (current !== minute) {
      minute = current;
      used = 0;
    }
    used += weight;
    if (used > limit) throw refusals.weight(limit, Math.ceil(((current + 1) * 60_000 - now) / 1000));
    return used;
  };
}
