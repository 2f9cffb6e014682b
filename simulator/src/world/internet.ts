/** The simulated internet: the exchange and the key service over HTTPS on loopback, one port each. */
import { X509Certificate } from 'node:crypto';
import type http from 'node:http';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Clock } from '@perf-aggregator/shared/clock';
import type { Random } from '@perf-aggregator/shared/random';
import type { KmsKey } from '../kms/key.ts';
import { createKmsServer } from '../kms/server.ts';
import type { IssuedCredentials } from '../kms/sigv4.ts';
import { createMarket, type Market } from '../market/market.ts';
import { issueServerCertificate, type PemPair } from '../pki/authority.ts';
import { generateAccount } from '../trader/account.ts';
import type { TraderAccount } from '../trader/event.ts';
import { demonstration, everything } from '../trader/scenarios/scenarios.ts';
import type { BinanceAccount } from '../venues/binance/authorization.ts';
import { BINANCE_HOSTS, type BinanceVenueOptions, createBinanceVenue } from '../venues/binance/venue.ts';
import { type HostPorts, KMS_HOST, WORLD_HOSTS } from './hosts.ts';
import type { PkiState, VenueState } from './state.ts';
import { SECOND_HISTORY_DAYS, type TrialKeys, toCustomers } from './trial-keys.ts';

/** The inputs of the internet. */
export interface InternetOptions {
  readonly venue: VenueState;
  readonly kms: KmsKey;
  readonly role: IssuedCredentials;
  readonly pki: PkiState;
  /** DER of the root under which the key service trusts attestation documents. */
  readonly nsmRoot: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  /** Ports to listen on again after a restart. Left out: any. */
  readonly ports?: HostPorts;
  /** Accounts in addition to the state's own. The first replaces that one when it has the same API key. */
  readonly accounts?: readonly BinanceAccount[];
  readonly fault?: BinanceVenueOptions['fault'];
  readonly observe?: BinanceVenueOptions['observe'];
  /** Limits of the venue that differ from the real one's, its bans, and who else uses them. */
  readonly limits?: Pick<BinanceVenueOptions, 'limits' | 'ban' | 'otherUse'>;
}

/** A running internet. */
export interface Internet {
  readonly ports: HostPorts;
  close(): Promise<void>;
}

/** The market and the account of a world. They are the same for every reader. */
export function worldAccount(venue: VenueState): {
  readonly market: Market;
  readonly account: TraderAccount;
} {
  // The account does nothing today. An unfinished day would change while a reader reads it.
  const lastDay = venue.lastDay - 1;
  const { seed, historyDays, scenario } = venue;
  if (scenario !== undefined) {
    const make = scenario === 'everything' ? everything : demonstration;
    const market = createMarket({ lastDay: venue.lastDay, synthetic: 'standard' });
    const days = historyDays === undefined ? {} : { historyDays };
    return { market, account: make({ seed, market, lastDay, ...days }) };
  }
  const market = createMarket({ lastDay: venue.lastDay });
  const days = historyDays === undefined ? {} : { days: historyDays };
  return { market, account: generateAccount({ seed, market, lastDay, ...days }) };
}

/** The state's account in the form of the venue, with a key that can only read. */
export function toCustomer(venue: VenueState, history: TraderAccount): BinanceAccount {
  const { apiKey, apiSecret, uid, scenario } = venue;
  const reads = { read: true, trade: false, withdraw: false };
  const permissions = scenario === undefined ? reads : { ...reads, readsContracts: true };
  return { apiKey, apiSecret, uid, permissions, history };
}

/** The customers of the trial keys of a world. The second account uses spot alone. */
export function trialCustomers(venue: VenueState, keys: TrialKeys): readonly BinanceAccount[] {
  const historyDays = Math.min(SECOND_HISTORY_DAYS, venue.historyDays ?? SECOND_HISTORY_DAYS);
  const { lastDay, seed } = venue;
  const market = createMarket({ lastDay });
  const second = generateAccount({ seed: `${seed}/second`, market, lastDay: lastDay - 1, days: historyDays });
  return toCustomers(keys, toCustomer(venue, worldAccount(venue).account), second);
}

/** Starts the exchange and the key service. */
export async function startInternet(options: InternetOptions): Promise<Internet> {
  const { venue, kms, role, nsmRoot, clock, random, fault, observe } = options;
  const { market, account } = worldAccount(venue);
  const own = toCustomer(venue, account);
  const given = options.accounts ?? [];
  const owns = [own, ...(venue.furtherKeys ?? []).map((key) => ({ ...own, ...key }))];
  const accounts = given.some(({ apiKey }) => apiKey === own.apiKey) ? given : [...owns, ...given];
  const binance = createBinanceVenue({
    market,
    accounts,
    clock,
    ...(venue.weightPerMinute === undefined ? {} : { weightPerMinute: venue.weightPerMinute }),
    ...(fault ? { fault } : {}),
    ...(observe ? { observe } : {}),
    ...options.limits,
  });
  const credentials = new Map([[role.accessKeyId, role]]);
  const region = KMS_HOST.split('.')[1]!;
  const keyService = createKmsServer({ region, keys: [kms], credentials, nsmRoot, clock, random });
  const handlers: Record<string, http.RequestListener> = { [KMS_HOST]: keyService };
  for (const host of BINANCE_HOSTS) handlers[host] = binance.handle;
  const servers = new Map<string, https.Server>();
  const pair = await serverPair(options.pki);
  for (const [host, handler] of Object.entries(handlers)) {
    servers.set(host, await startServer(pair, options.ports?.[host] ?? 0, handler));
  }
  return {
    ports: Object.fromEntries(
      [...servers].map(([host, server]) => [host, (server.address() as AddressInfo).port]),
    ),
    close: async () => {
      await Promise.all([...servers.values()].map(closeServer));
    },
  };
}

/** The certificate of all hosts. A world that is older than one of them gets a new one of its own authority. */
async function serverPair({ authority, server }: PkiState): Promise<PemPair> {
  const certificate = new X509Certificate(server.certPem);
  const isOfAll = WORLD_HOSTS.every((host) => certificate.checkHost(host) !== undefined);
  return isOfAll ? server : issueServerCertificate(authority, WORLD_HOSTS);
}

async function startServer(
  pair: PemPair,
  port: number,
  handler: http.RequestListener,
): Promise<https.Server> {
  const options = { cert: pair.certPem, key: pair.keyPem, ALPNProtocols: ['http/1.1'] };
  const server = https.createServer(options, handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function closeServer(server: https.Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  return closed;
}
