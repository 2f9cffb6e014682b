/** A line to the simulated Binance: the unmodified ccxt, real HTTPS under the real host names, for tests. */
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import https from 'node:https';
import type net from 'node:net';
import tls from 'node:tls';
import { createFetch } from '@perf-aggregator/enclave/egress/fetch';
import Binance from '../../../../enclave/node_modules/ccxt/js/src/binance.js';
import { createMarket, type Market } from '../../../src/market/market.ts';
import { createAuthority, issueServerCertificate } from '../../../src/pki/authority.ts';
import type { TraderAccount } from '../../../src/trader/event.ts';
import type { BinanceAccount } from '../../../src/venues/binance/authorization.ts';
import {
  BINANCE_HOSTS,
  type BinanceVenueOptions,
  createBinanceVenue,
  type VenueRequest,
} from '../../../src/venues/binance/venue.ts';

export const LAST_DAY = 20_777;
const DAY_MS = 86_400_000;
/** Noon of the day after the last of every account here. */
export const NOW = (LAST_DAY + 1) * DAY_MS + 12 * 3_600_000;
export const market: Market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });

/** A customer with a key that reads everything. */
export function customerOf(history: TraderAccount, changes: Partial<BinanceAccount> = {}): BinanceAccount {
  return {
    apiKey: 'k3y'.repeat(20),
    apiSecret: 's3cret'.repeat(10),
    uid: 354_937_868,
    permissions: { read: true, trade: false, withdraw: false, futures: true, margin: true },
    history,
    ...changes,
  };
}

/** An answer as it came. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly body: unknown;
}

/** An open line. */
export interface Line {
  /** ccxt with the customer's key. Its implicit methods are called by name. */
  call(method: string, parameters?: object): Promise<unknown>;
  /** ccxt itself. */
  readonly exchange: InstanceType<typeof Binance>;
  /** A signed request without ccxt. */
  signed(method: string, url: string, query?: string): Promise<RawAnswer>;
  /** A request as it is. */
  plain(method: string, url: string): Promise<RawAnswer>;
  readonly clock: { now(): number; set(time: number): void };
  readonly requests: VenueRequest[];
  close(): Promise<void>;
}

type LineOptions = Omit<BinanceVenueOptions, 'market' | 'accounts' | 'clock' | 'observe'>;

/** Starts the venue for `customer`. The clock stands still. */
export async function openLine(customer: BinanceAccount, options: LineOptions = {}): Promise<Line> {
  let time = NOW;
  const clock = {
    now: () => time,
    set: (to: number) => {
      time = to;
    },
  };
  const requests: VenueRequest[] = [];
  const observe = (request: VenueRequest) => requests.push(request);
  const venue = createBinanceVenue({ market, accounts: [customer], clock, observe, ...options });
  const authority = await createAuthority('venue');
  const { certPem, keyPem } = await issueServerCertificate(authority, BINANCE_HOSTS);
  const server = https.createServer({ cert: certPem, key: keyPem }, venue.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  const agent = new https.Agent({ keepAlive: true });
  // Every name leads to the venue, and its certificate must be of that name.
  Object.assign(agent, {
    createConnection: (to: tls.ConnectionOptions) =>
      tls.connect({ port, host: '127.0.0.1', servername: to.servername ?? '', ca: authority.certPem }),
  });
  const fetch = createFetch(agent, { maxResponseBytes: 64 << 20, timeoutMs: 10_000, maxConcurrent: 16 });
  const exchange = new Binance({
    apiKey: customer.apiKey,
    secret: customer.apiSecret,
    enableRateLimit: false,
  });
  Object.assign(exchange, { fetchImplementation: fetch, milliseconds: () => time });
  const plain = async (
    method: string,
    url: string,
    headers: Record<string, string> = {},
  ): Promise<RawAnswer> => {
    const answer = await fetch(url, { method, headers });
    const text = await answer.text();
    const isJson = /^[[{]/.test(text);
    return { status: answer.status, headers: answer.headers, text, body: isJson ? JSON.parse(text) : null };
  };
  return {
    exchange,
    call: (method, parameters = {}) =>
      (exchange as unknown as Record<string, (p: object) => Promise<unknown>>)[method]!(parameters),
    plain,
    signed(method, url, query = '') {
      const text = [query, `timestamp=${time}`].filter((part) => part !== '').join('&');
      const signature = createHmac('sha256', customer.apiSecret).update(text).digest('hex');
      return plain(method, `${url}?${text}&signature=${signature}`, { 'x-mbx-apikey': customer.apiKey });
    },
    clock,
    requests,
    async close() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
