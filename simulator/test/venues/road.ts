/** The road for tests: from the enclave's exchanges to a simulated venue, through ccxt, tunnel, proxy and TLS. */
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import https from 'node:https';
import type net from 'node:net';
import { join } from 'node:path';
import { createFetch } from '@perf-aggregator/enclave/egress/fetch';
import { TunnelAgent } from '@perf-aggregator/enclave/egress/tunnel-agent';
import { createExchanges } from '@perf-aggregator/enclave/venues/ccxt/exchanges';
import type { Exchanges, VenueAccount } from '@perf-aggregator/enclave/venues/port';
import type { VenueTable } from '@perf-aggregator/enclave/venues/table';
import { createEgressProxy } from '@perf-aggregator/parent/egress/proxy';
import { systemRandom } from '@perf-aggregator/shared/random';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { parseEndpoint } from '@perf-aggregator/shared/transport/endpoint';
import { listen } from '@perf-aggregator/shared/transport/socket';
import { createMarket, type Market } from '../../src/market/market.ts';
import { createAuthority, issueServerCertificate } from '../../src/pki/authority.ts';
import { generateAccount } from '../../src/trader/account.ts';
import type { TraderAccount } from '../../src/trader/event.ts';
import type { BinanceAccount } from '../../src/venues/binance/authorization.ts';
import {
  BINANCE_HOSTS,
  BINANCE_SANDBOX_HOSTS,
  type BinanceVenueOptions,
  createBinanceVenue,
  type Fault,
  type VenueRequest,
} from '../../src/venues/binance/venue.ts';

export const LAST_DAY = 20_777;
/** Noon of the day after the last day of the account. */
export const NOW = (LAST_DAY + 1) * DAY_MS + 12 * 3_600_000;
export const market: Market = createMarket({ lastDay: LAST_DAY + 1 });
export const history: TraderAccount = generateAccount({ seed: 'demo', market, lastDay: LAST_DAY });

export const CUSTOMER: BinanceAccount = {
  apiKey: 'k3y'.repeat(20),
  apiSecret: 's3cret'.repeat(10),
  uid: 354_937_868,
  permissions: { read: true, trade: false, withdraw: false },
  history,
};

export const ACCOUNT: VenueAccount = {
  account: 'a0',
  venue: 'binance',
  accountType: 'spot',
  apiKey: CUSTOMER.apiKey,
  apiSecret: CUSTOMER.apiSecret,
  sandbox: false,
};

export interface RoadOptions extends Pick<BinanceVenueOptions, 'ban' | 'limits' | 'otherUse'> {
  readonly fault?: (request: VenueRequest) => Fault | null;
  readonly weightPerMinute?: number;
  readonly customers?: readonly BinanceAccount[];
  /** The market of the customers. Default: {@link market}. */
  readonly market?: Market;
  readonly tables?: Readonly<Record<string, VenueTable>>;
  /** The difference of the venue's clock to the clock of the enclave, ms; positive: ahead. */
  readonly skewMs?: number;
  /** By how much each request moves the clock, ms. Default: not at all. */
  readonly requestMs?: number;
  /** The enclave trusts another authority than that of the venue. */
  readonly foreignAuthority?: boolean;
  readonly pins?: Readonly<Record<string, readonly string[]>>;
  readonly enclaveAllows?: readonly { host: string; port: number }[];
  readonly parentAllows?: readonly { host: string; port: number }[];
}

export interface Road {
  readonly exchanges: Exchanges;
  /** The clock of every component on the road. Waiting advances it. */
  readonly clock: { now(): number; set(time: number): void };
  readonly waits: number[];
  readonly requests: VenueRequest[];
  close(): Promise<void>;
}

const HOSTS = [...BINANCE_HOSTS, ...BINANCE_SANDBOX_HOSTS];
const authorities = Promise.all([createAuthority('venue'), createAuthority('somebody else')]);
const certificate = authorities.then(([venue]) => issueServerCertificate(venue, HOSTS));

function venueOptionsOf({ ban, limits, otherUse }: RoadOptions): Partial<BinanceVenueOptions> {
  return { ...(ban && { ban }), ...(limits && { limits }), ...(otherUse && { otherUse }) };
}

/** Builds the road. Its clock advances only through waiting. */
export async function openRoad(options: RoadOptions = {}): Promise<Road> {
  const [venueAuthority, foreignAuthority] = await authorities;
  const { certPem, keyPem } = await certificate;
  let time = NOW;
  const clock = {
    now: () => time,
    set: (to: number) => {
      time = to;
    },
  };
  const waits: number[] = [];
  const requests: VenueRequest[] = [];
  const venue = createBinanceVenue({
    market: options.market ?? market,
    accounts: options.customers ?? [CUSTOMER],
    clock: { now: () => time + (options.skewMs ?? 0) },
    weightPerMinute: options.weightPerMinute ?? 6_000,
    fault: options.fault ?? (() => null),
    observe(request) {
      requests.push(request);
      time += options.requestMs ?? 0;
    },
    ...venueOptionsOf(options),
  });
  const server = https.createServer({ cert: certPem, key: keyPem }, venue.handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;

  const allow = HOSTS.map((host) => ({ host, port: 443 }));
  const directory = mkdtempSync('/tmp/pa-road-');
  const endpoint = parseEndpoint(`unix:${join(directory, 'egress.sock')}`);
  const quiet = (): void => undefined;
  const proxy = createEgressProxy({
    allow: options.parentAllows ?? allow,
    resolver: () => Promise.resolve([{ address: '127.0.0.1', family: 4, trusted: true, port }]),
    limits: { headTimeoutMs: 2_000, connectTimeoutMs: 2_000, idleTimeoutMs: 30_000, maxConnections: 64 },
    emit: quiet,
  });
  await listen(proxy.server, endpoint);

  const agent = new TunnelAgent({
    endpoint,
    allow: options.enclaveAllows ?? allow,
    caBundle: (options.foreignAuthority ? foreignAuthority : venueAuthority).certPem,
    pins: options.pins ?? {},
    connectTimeoutMs: 2_000,
    maxSockets: 32,
    idleTimeoutMs: 10_000,
  });
  const ports = {
    fetch: createFetch(agent, { maxResponseBytes: 8 * 1024 * 1024, timeoutMs: 5_000, maxConcurrent: 16 }),
    clock,
    random: systemRandom,
    sleep: (ms: number) => {
      waits.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
  return {
    exchanges: options.tables ? createExchanges(ports, options.tables) : createExchanges(ports),
    clock,
    waits,
    requests,
    async close() {
      agent.destroy();
      await proxy.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(directory, { recursive: true });
    },
  };
}
