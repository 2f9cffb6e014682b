/**
 * Faults of venues by name, so that a test reads like prose: `onPath('/fapi/v1/income', once(withoutMiddle(7)))`. A plan
 * says of each request what happens to it. A change of rows reaches the list of an answer wherever the venue puts it.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import type { TraderAccount } from '../trader/event.ts';
import type { AnyEvent } from '../trader/timeline.ts';
import type { BinanceAccount, Permissions } from './binance/authorization.ts';
import type { Area } from './binance/hosts.ts';
import { toJson } from './binance/json.ts';
import type { BinanceVenueOptions, Fault, VenueRequest } from './binance/venue.ts';

/** What happens to a request; null: nothing. */
export type FaultPlan = (request: VenueRequest) => Fault | null;

/** A row of a list. */
export type Row = Readonly<Record<string, unknown>>;

/** Members under which Binance puts a list. */
const LISTS = [
  'rows',
  'data',
  'list',
  'result',
  'userAssetDribblets',
  'balances',
  'assets',
  'userAssets',
  'symbols',
];

// When

/** The fault every time. */
export const always =
  (fault: Fault): FaultPlan =>
  () =>
    fault;

/** The fault at the first so many requests. */
export function times(count: number, fault: Fault): FaultPlan {
  let left = count;
  return () => (left-- > 0 ? fault : null);
}

/** The fault at the first request alone. */
export const once = (fault: Fault): FaultPlan => times(1, fault);

/** The fault from the request after so many on. */
export function after(count: number, fault: Fault): FaultPlan {
  let left = count;
  return () => (left-- > 0 ? null : fault);
}

/** The fault while the clock is in [from, to), ms. */
export const during =
  (clock: Clock, from: number, to: number, fault: Fault): FaultPlan =>
  () =>
    clock.now() >= from && clock.now() < to ? fault : null;

// Where

/** The plan for one path, and for one value of each parameter that is named. */
export const onPath =
  (path: string, plan: FaultPlan, parameters: Readonly<Record<string, string>> = {}): FaultPlan =>
  (request) => {
    const isMeant = Object.entries(parameters).every(([name, value]) => request.query.get(name) === value);
    return request.path === path && isMeant ? plan(request) : null;
  };

/** The first plan that has a fault. */
export const firstOf =
  (...plans: readonly FaultPlan[]): FaultPlan =>
  (request) => {
    for (const plan of plans) {
      const fault = plan(request);
      if (fault !== null) return fault;
    }
    return null;
  };

// What is wrong with rows

/** The genuine rows, changed. An answer without a list stays as it is. */
export const alterRows = (change: (rows: readonly Row[]) => readonly Row[]): Fault => ({
  alter(body) {
    if (Array.isArray(body)) return change(body as readonly Row[]);
    const answer = body as Record<string, unknown>;
    const name = LISTS.find((one) => Array.isArray(answer[one]));
    return name === undefined ? body : { ...answer, [name]: change(answer[name] as readonly Row[]) };
  },
});

/** The page without its last rows, as if it were whole. */
export const shortPage = (missing: number): Fault => alterRows((rows) => rows.slice(0, -missing));

/** The page without so many rows of its middle. */
export const withoutMiddle = (missing: number): Fault =>
  alterRows((rows) => {
    const from = Math.max(0, Math.floor((rows.length - missing) / 2));
    return [...rows.slice(0, from), ...rows.slice(from + missing)];
  });

/** Each row twice. */
export const doubledRows = (): Fault => alterRows((rows) => rows.flatMap((row) => [row, row]));

/** No rows where there are some. */
export const noRows = (): Fault => alterRows(() => []);

/** Rows that `is` finds have other members, from the second time on that they are answered. */
export function changedLater(is: (row: Row) => boolean, change: (row: Row) => Row): Fault {
  let seen = 0;
  return alterRows((rows) => {
    if (!rows.some(is)) return rows;
    seen++;
    return seen === 1 ? rows : rows.map((row) => (is(row) ? change(row) : row));
  });
}

/** Rows in which every amount is 0, as a venue in trouble answers for an account with money. */
export const zeroes = (): Fault =>
  alterRows((rows) =>
    rows.map((row) =>
      Object.fromEntries(
        Object.entries(row).map(([name, value]) => [
          name,
          typeof value === 'string' && /^-?\d+\.\d+$/.test(value) ? '0.00000000' : value,
        ]),
      ),
    ),
  );

// What is wrong with answers

/** An object where a list is due, or the other way round. */
export const wrongShape = (): Fault => ({ alter: (body) => (Array.isArray(body) ? { data: body } : [body]) });

/** An error of the venue in an answer with status 200. */
export const errorInOk = (code: number, message: string): Fault => ({
  alter: () => ({ code, msg: message }),
});

/** The page that says that the venue is being maintained, with status 200. */
export const maintenancePage = (): Fault => ({
  status: 200,
  headers: { 'content-type': 'text/html' },
  body: '<!DOCTYPE html><html><head><title>System maintenance</title></head><body>Be back soon.</body></html>',
});

/** A page of what stands before the venue: 403 of a firewall, 520 of a proxy, 502, 504. */
export const errorPage = (status: number): Fault => ({
  status,
  headers: { 'content-type': 'text/html', server: 'cloudflare' },
  body: `<html><head><title>${status}</title></head><body><center><h1>${status}</h1></center></body></html>`,
});

/** An answer of at least so many bytes, with the genuine one at its beginning. */
export const oversized = (bytes: number): Fault => ({
  alter: (body) => `${toJson(body)}${' '.repeat(bytes)}`,
});

/** The venue's own refusal. */
export const refusalOf = (
  status: number,
  code: number,
  message = 'as the venue says',
  headers: Readonly<Record<string, string>> = {},
): Fault => ({ status, headers, body: JSON.stringify({ code, msg: message }) });

/** Too many requests; tells how long to wait, or not. */
export const rateLimited = (retryAfterSeconds?: number): Fault =>
  refusalOf(
    429,
    -1003,
    'Too many requests.',
    retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) },
  );

/** A ban whose end only the text tells, ms since the epoch. */
export const bannedUntil = (until: number): Fault =>
  refusalOf(418, -1003, `Way too much request weight used; IP banned until ${until}.`);

// What is wrong with the venue, the key or the account

/** A clock that is ahead by so many ms. */
export const skewed = (clock: Clock, aheadMs: number): Clock => ({ now: () => clock.now() + aheadMs });

/** Somebody else at the same address, who uses so much weight of each minute. */
export const neighbour = (
  weights: Readonly<Partial<Record<Area, number>>>,
): NonNullable<BinanceVenueOptions['otherUse']> => {
  return (area) => weights[area] ?? 0;
};

/** The customer's key may something else from an instant on. */
export function permissionsFrom(
  customer: BinanceAccount,
  from: number,
  changes: Partial<Permissions>,
): BinanceAccount {
  const later = customer.later ?? [];
  const last = later.at(-1)?.permissions ?? customer.permissions;
  return { ...customer, later: [...later, { from, permissions: { ...last, ...changes } }] };
}

/** Events that `is` finds are in the venue's lists only from an instant on, behind newer ones. */
export function shownLate(
  account: TraderAccount,
  is: (event: AnyEvent) => boolean,
  visibleFrom: number,
): TraderAccount {
  const late = <T extends AnyEvent>(event: T): T => (is(event) ? { ...event, visibleFrom } : event);
  return {
    ...account,
    events: account.events.map(late),
    ...(account.more ? { more: account.more.map(late) } : {}),
  };
}
