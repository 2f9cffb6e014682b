/**
 * Binance, simulated: spot, margin, Simple Earn, and contracts of both kinds. An HTTPS request handler answers the
 * unmodified ccxt like the real venue, for the given accounts and market, up to its injected clock. It moves no money.
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Clock } from '@perf-aggregator/shared/clock';
import { createContracts } from '../../market/contracts.ts';
import type { Market } from '../../market/market.ts';
import { authorize, type BinanceAccount, permissionsAt } from './authorization.ts';
import type { Call, PublicCall, Route } from './call.ts';
import { deliver, type SpoiltDelivery } from './delivery.ts';
import { type Area, areaOf } from './hosts.ts';
import { toJson } from './json.ts';
import { type BanRule, type Limits, Meter, REAL_LIMITS, USUAL_BAN } from './meter.ts';
import { Parameters } from './parameters.ts';
import { Records } from './records.ts';
import { ADDRESS_REFUSALS, type AddressRefusal, BinanceRefusal, refusals } from './refusal.ts';
import { type ReceivedRequest, receive, receiveQuery, type VenueRequest } from './request.ts';
import { ROUTES } from './routes.ts';
import { createTape, type Tape } from './tape.ts';

export { BINANCE_HOSTS, BINANCE_SANDBOX_HOSTS } from './hosts.ts';
export type { VenueRequest } from './request.ts';

/** The venue's own answer, changed: what `alter` gives is sent in its place, with the same status and headers. */
export interface Alteration {
  /** A text is sent as it is, anything else as JSON. */
  readonly alter: (body: unknown, request: VenueRequest) => unknown;
}

/**
 * What happens instead of the venue's answer. `reset`: the connection breaks. `hang`: no answer ever comes. `truncate`:
 * the first half comes as if it were complete. `break`: the connection breaks in the middle of the answer. `drip`: the
 * answer comes slowly. `region` and `firewall`: the requesting address is refused, with any key.
 */
export type Fault =
  | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body: string }
  | Alteration
  | 'reset'
  | 'hang'
  | AddressRefusal
  | SpoiltDelivery;

export interface BinanceVenueOptions {
  readonly market: Market;
  readonly accounts: readonly BinanceAccount[];
  readonly clock: Clock;
  /**
   * Weight that one address may use of `api` per minute. The real venue's is 6,000. A larger one makes all other limits
   * larger in proportion.
   */
  readonly weightPerMinute?: number;
  /** Limits that differ from the real venue's. */
  readonly limits?: Partial<Limits>;
  readonly ban?: Partial<BanRule>;
  /** Weight of the running minute that somebody else at the same address used. */
  readonly otherUse?: (area: Area, now: number) => number;
  /** Called before every answer. A returned fault replaces or changes the answer. */
  readonly fault?: (request: VenueRequest) => Fault | null;
  /** Called with every request before it is answered. The query comes without the signature. */
  readonly observe?: (request: VenueRequest) => void;
}

export interface BinanceVenue {
  readonly handle: RequestListener;
}

const TOO_LARGE = JSON.stringify({ code: -1000, msg: 'Payload too large' });

/** Makes the venue that this module describes. */
export function createBinanceVenue(options: BinanceVenueOptions): BinanceVenue {
  const venue = new Venue(options);
  return {
    handle(incoming, outgoing) {
      if (incoming.method === 'GET') {
        venue.answer(incoming, outgoing, receiveQuery(incoming));
        return;
      }
      receive(incoming)
        .then((request) => {
          if (request) venue.answer(incoming, outgoing, request);
          else outgoing.writeHead(413).end(TOO_LARGE);
        })
        // A client that hangs up gets no answer.
        .catch(() => incoming.destroy());
    },
  };
}

class Venue {
  readonly #options: BinanceVenueOptions;
  readonly #accounts: ReadonlyMap<string, BinanceAccount>;
  readonly #shared: Omit<PublicCall, 'parameters' | 'now'>;
  readonly #records = new Map<BinanceAccount['history'], Records>();
  readonly #meter: Meter;

  constructor(options: BinanceVenueOptions) {
    const { market, accounts, weightPerMinute = REAL_LIMITS.api, otherUse } = options;
    this.#options = options;
    this.#accounts = new Map(accounts.map((account) => [account.apiKey, account]));
    const tape: Tape = createTape(accounts);
    this.#shared = { market, contracts: createContracts(market), tape, weightPerMinute };
    this.#meter = new Meter({
      limits: { ...limitsOf(weightPerMinute), ...options.limits },
      ban: { ...USUAL_BAN, ...options.ban },
      ...(otherUse ? { otherUse } : {}),
    });
  }

  answer(incoming: IncomingMessage, outgoing: ServerResponse, request: ReceivedRequest): void {
    this.#options.observe?.(request);
    const fault = this.#options.fault?.(request) ?? null;
    if (fault === 'hang') return;
    if (fault === 'reset') {
      incoming.socket.destroy();
      return;
    }
    const instead = fault === 'region' || fault === 'firewall' ? ADDRESS_REFUSALS[fault] : fault;
    if (instead !== null && typeof instead === 'object' && 'status' in instead) {
      outgoing
        .writeHead(instead.status, { 'content-type': 'application/json', ...instead.headers })
        .end(instead.body);
      return;
    }
    const answer = this.#genuine(incoming, request);
    if (instead !== null && typeof instead === 'object') {
      const body = textOf(instead.alter(structuredClone(answer.body), request));
      deliver(incoming, outgoing, { ...answer, body }, null);
      return;
    }
    deliver(incoming, outgoing, { ...answer, body: toJson(answer.body) }, instead);
  }

  #genuine(
    incoming: IncomingMessage,
    request: ReceivedRequest,
  ): { readonly status: number; readonly body: object; readonly headers: Readonly<Record<string, string>> } {
    try {
      const { body, headers } = this.#called(incoming, request);
      return { status: 200, body, headers };
    } catch (error) {
      const refusal = error instanceof BinanceRefusal ? error : refusals.internal();
      const body = { code: refusal.code, msg: refusal.message };
      return { status: refusal.status, body, headers: refusal.headers };
    }
  }

  #called(
    incoming: IncomingMessage,
    request: ReceivedRequest,
  ): { readonly body: object; readonly headers: Readonly<Record<string, string>> } {
    const area = areaOf(request.host, request.path);
    const route = area && ROUTES[`${request.method} ${request.path}`];
    if (!route) throw new BinanceRefusal(404, -1000, 'Path not found');
    const now = this.#options.clock.now();
    const parameters = new Parameters(request.query);
    const weight = typeof route.weight === 'number' ? route.weight : route.weight(parameters);
    const used = this.#meter.spend(area, route.scope === 'uid' ? 0 : weight, now);
    const headers = { [area === 'sapi' ? 'x-sapi-used-ip-weight-1m' : 'x-mbx-used-weight-1m']: String(used) };
    const call = { ...this.#shared, parameters, now };
    if (route.open) return { body: route.open(call), headers };
    const customer = this.#customer(incoming, request, area, now);
    if (route.scope !== 'uid') return { body: this.#signed(route, call, customer), headers };
    const usedOfUid = this.#meter.spendOf(customer.uid, weight, now);
    return {
      body: this.#signed(route, call, customer),
      headers: { 'x-sapi-used-uid-weight-1m': String(usedOfUid) },
    };
  }

  #signed(route: Route, call: PublicCall, customer: BinanceAccount): object {
    const { history } = customer;
    const records = this.#records.get(history) ?? new Records(history, this.#shared.contracts);
    this.#records.set(history, records);
    const signed: Call = { ...call, customer, records };
    return route.signed?.(signed) ?? {};
  }

  #customer(incoming: IncomingMessage, request: ReceivedRequest, area: Area, now: number): BinanceAccount {
    const apiKey = incoming.headers['x-mbx-apikey'];
    const key = typeof apiKey === 'string' ? apiKey : undefined;
    const customer = authorize(this.#accounts, key, request.text, now);
    if (area !== 'fapi' && area !== 'dapi') return customer;
    const { futures, readsContracts, portfolioMargin } = permissionsAt(customer, now);
    if (!futures && !readsContracts) throw refusals.key();
    if (portfolioMargin) throw refusals.portfolioMargin();
    return customer;
  }
}

/** The real venue's limits, with another one of `api`. A larger one lifts the others too. */
function limitsOf(weightPerMinute: number): Limits {
  const factor = Math.max(1, weightPerMinute / REAL_LIMITS.api);
  const lifted = Object.entries(REAL_LIMITS).map(([name, limit]) => [name, Math.floor(limit * factor)]);
  return { ...(Object.fromEntries(lifted) as Limits), api: weightPerMinute };
}

function textOf(body: unknown): string {
  return typeof body === 'string' ? body : toJson(body);
}
