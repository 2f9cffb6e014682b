/**
 * A world whose parent can be tampered with at every interface. Client, HTTP edge, relay and enclaves are real, and
 * so is the TLS to exchange and key service. Hooks stand where a hostile parent can interfere. Nothing runs by timer,
 * so that the seed determines everything.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ExportedSession, SecureClient, type SecureClientOptions } from '@perf-aggregator/client';
import { bootEnclave } from '@perf-aggregator/parent/enclaves/boot';
import { Enclaves } from '@perf-aggregator/parent/enclaves/enclaves';
import { createLog, logEvents } from '@perf-aggregator/parent/log';
import { createPools } from '@perf-aggregator/parent/relay/pools';
import { Relay } from '@perf-aggregator/parent/relay/relay';
import type { RoleCredentials } from '@perf-aggregator/shared/wire/boot';
import type { Deployment } from '@perf-aggregator/shared/wire/deployment';
import { decodeReply, type EnclaveRequest, encodeRequest } from '@perf-aggregator/shared/wire/envelope';
import { createEnclave, type Enclave, type EnclavePorts } from '../../../../enclave/src/serving/enclave.ts';
import { createApp } from '../../../../parent/src/http/app.ts';
import { AROUND } from '../../../../parent/test/http/around.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../../src/nsm/module.ts';
import { generateAccount } from '../../../src/trader/account.ts';
import type { BinanceAccount } from '../../../src/venues/binance/authorization.ts';
import { imageConfig } from '../../../src/world/enclave-part.ts';
import { type Internet, startInternet, worldAccount } from '../../../src/world/internet.ts';
import { createWorldState, type WorldState } from '../../../src/world/state.ts';
import { ManualClock } from '../../world/manual-clock.ts';
import { EgressTap } from './egress-tap.ts';
import { type Hop, type Link, PARENT_URL, toAdapter } from './hop.ts';
import { LeakSearch } from './leaks.ts';
import { MARKERS, SECRETS } from './markers.ts';
import { MemoryStore } from './memory-store.ts';
import { SEED, seededRandom } from './seeded.ts';

const NOON = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 86_400_000;
const HISTORY_DAYS = 45;
const NOTHING = new Uint8Array();

/** The world. */
export class Rig {
  readonly clock = new ManualClock(NOON);
  readonly leaks = new LeakSearch(MARKERS);
  readonly store = new MemoryStore((bytes) => this.leaks.see('store', bytes));
  readonly folder = mkdtempSync('/tmp/pa-');
  readonly log = createLog('trace', { write: (line) => this.leaks.see('log', line) });
  /** Carries the messages of the relay. The honest one asks {@link Rig.enclave}. */
  link: Link = (message) => this.ask(this.enclave, message);
  state!: WorldState;
  internet!: Internet;
  egress!: EgressTap;
  relay!: Relay;
  /** The serving enclave, and a second enclave with the same keys. */
  enclave!: Enclave;
  twin!: Enclave;
  #url = '';
  readonly #servers: http.Server[] = [];

  static async start(): Promise<Rig> {
    const rig = new Rig();
    await rig.#start();
    return rig;
  }

  async #start(): Promise<void> {
    const made = await createWorldState({ clock: this.clock, random: seededRandom('state'), seed: SEED });
    const { apiKey, apiSecret, uid } = SECRETS;
    // Days pass in a recording, and a second enclave boots at its end.
    const role = { ...made.role, expiration: made.role.expiration + 7 * DAY_MS };
    this.state = { ...made, role, venue: { ...made.venue, apiKey, apiSecret, uid } };
    this.internet = await this.startInternet();
    const { ports } = this.internet;
    this.egress = await EgressTap.start({
      path: `${this.folder}/egress`,
      ports,
      log: this.log,
      leaks: this.leaks,
    });
    this.enclave = this.newEnclave('enclave');
    this.twin = this.newEnclave('twin');
    for (const enclave of [this.enclave, this.twin]) await this.boot(enclave);
    this.relay = this.newRelay();
    await this.#startHttp();
  }

  startInternet(): Promise<Internet> {
    const { venue, kms, role, pki, nsm } = this.state;
    const random = seededRandom('internet');
    const accounts = [
      this.account(SECRETS.apiKey, SECRETS.uid),
      this.account(`second${'0'.repeat(58)}`, 55_443_322),
    ];
    return startInternet({
      venue,
      kms,
      role,
      pki,
      nsmRoot: nsm.rootCertDer,
      clock: this.clock,
      random,
      accounts,
    });
  }

  /** A customer of the venue with a short history. */
  account(apiKey: string, uid: number): BinanceAccount {
    const { venue } = this.state;
    const { market } = worldAccount(venue);
    const history = generateAccount({
      seed: `${SEED} ${uid}`,
      market,
      lastDay: venue.lastDay - 1,
      days: HISTORY_DAYS,
    });
    const permissions = { read: true, trade: false, withdraw: false };
    return { apiKey, apiSecret: SECRETS.apiSecret, uid, permissions, history };
  }

  /** An enclave in phase `boot`. */
  newEnclave(name: string, ports: Partial<EnclavePorts> = {}): Enclave {
    const { clock } = this;
    const random = seededRandom(name);
    const nsm = createSimulatedNsm({ root: this.state.nsm, pcrs: simulatedPcrs(), clock, random });
    return createEnclave(this.image, {
      nsm,
      clock,
      random,
      sleep: async (ms) => {
        clock.advance(ms);
        await new Promise((resolve) => setImmediate(resolve));
      },
      log: (event, facts) => this.leaks.see('log', JSON.stringify({ event, ...facts })),
      ...ports,
    });
  }

  get image() {
    const { nsm, pki } = this.state;
    return imageConfig({
      listen: `unix:${this.folder}/enclave`,
      egress: `unix:${this.folder}/egress`,
      nsm,
      caBundle: pki.authority.certPem,
      clock: this.clock,
      random: seededRandom('config'),
      sleep: () => Promise.resolve(),
      log: () => undefined,
    });
  }

  get deployment(): Deployment {
    return { keyArn: this.state.kms.arn, roleArn: this.state.role.roleArn };
  }

  get credentials(): RoleCredentials {
    const { accessKeyId, secretAccessKey, sessionToken, expiration } = this.state.role;
    return { accessKeyId, secretAccessKey, sessionToken, expiration };
  }

  /** Boots an enclave as a real parent does. The first enclave draws the root. */
  boot(enclave: Enclave): Promise<void> {
    const link = { request: (message: Uint8Array) => this.ask(enclave, message) };
    const { store, deployment } = this;
    return bootEnclave(link, {
      store,
      deployment,
      sharers: 1,
      credentials: () => Promise.resolve(this.credentials),
    });
  }

  /** Sends bytes to an enclave and returns its reply. Both are searched for leaks, as a parent could. */
  async ask(enclave: Enclave, message: Uint8Array): Promise<Uint8Array> {
    this.leaks.see('enclave channel', message);
    const reply = await enclave.handle(message);
    this.leaks.see('enclave channel', reply);
    return reply;
  }

  /** Sends a request to an enclave in the wire format. */
  async request(enclave: Enclave, request: Partial<EnclaveRequest> & Pick<EnclaveRequest, 'operation'>) {
    const whole = { session: null, version: null, body: NOTHING, state: null, ...request };
    return decodeReply(await this.ask(enclave, encodeRequest(whole)));
  }

  /** Makes an enclave forget an open session, so that it must open the stored state again. */
  async forget(enclave: Enclave, session: string): Promise<void> {
    await this.request(enclave, { operation: 'revoke', session, version: 0 });
  }

  newRelay(store: MemoryStore = this.store): Relay {
    const channel = { request: (message: Uint8Array) => this.link(message) };
    const enclaves = new Enclaves([
      { isReady: true, isAnswering: true, venues: [], connect: () => Promise.resolve(channel) },
    ]);
    return new Relay({
      enclaves,
      store,
      pools: createPools(1),
      clock: this.clock,
      maxSessionTtlMs: 604_800_000,
    });
  }

  /** Runs `work` with another link between relay and enclave. */
  async withLink<T>(link: Link, work: () => Promise<T>): Promise<T> {
    const honest = this.link;
    this.link = link;
    try {
      return await work();
    } finally {
      this.link = honest;
    }
  }

  /** The honest hop from a client to the parent. */
  readonly hop: Hop = async ({ method, path, body }) => {
    this.leaks.see('http', `${method} ${path}\n${body ?? ''}`);
    const answer = await fetch(this.#url + path, { method, body, redirect: 'manual' });
    const text = await answer.text();
    this.leaks.see('http', text);
    return { status: answer.status, body: text };
  };

  /** A client that has not registered. Its randomness follows from `name`. */
  client(name: string, overrides: Record<string, unknown> = {}, hop: Hop = this.hop): SecureClient {
    const { apiKey, apiSecret } = SECRETS;
    return new SecureClient({
      enclaveUrl: PARENT_URL,
      userId: SECRETS.user,
      label: SECRETS.label,
      exchange: 'binance',
      apiKey,
      apiSecret,
      ...this.service(name, hop),
      ...overrides,
    } as SecureClientOptions);
  }

  /** A client with an existing session. */
  resume(session: ExportedSession, hop: Hop = this.hop): SecureClient {
    return SecureClient.resume(session, this.service('resumed', hop));
  }

  service(name: string, hop: Hop) {
    return {
      expect: { roots: [this.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] },
      clock: this.clock,
      random: seededRandom(`client ${name}`),
      // Each wait advances the clock by at least a second. A client that needs many waits counts as refused service.
      sleep: (ms: number) => Promise.resolve(this.clock.advance(Math.max(ms, 1_000))),
      adapter: toAdapter(hop),
    };
  }

  /** Synchronises a session until no synchronisation is due. */
  async sync(session: string): Promise<void> {
    do await this.relay.ask('sync', session, NOTHING);
    while ((this.store.sessions.get(session)?.syncAt ?? Infinity) <= this.clock.now());
  }

  async #startHttp(): Promise<void> {
    const app = createApp({
      ...AROUND,
      relay: { ask: (...asked: Parameters<Relay['ask']>) => this.relay.ask(...asked) } as Relay,
      emit: logEvents(this.log),
    });
    const server = http.createServer(app);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    this.#servers.push(server);
    this.#url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await this.egress.close();
    for (const server of this.#servers) {
      server.closeAllConnections();
      server.close();
    }
    await this.internet.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
