/** The owner of a signed request: API key, HMAC-SHA256 over the exact query, timestamp and recvWindow. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TraderAccount } from '../../trader/event.ts';
import { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';

/** A customer of the simulated venue, by one API key. */
export interface BinanceAccount {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The venue's number of the account. */
  readonly uid: number;
  readonly permissions: { readonly read: boolean; readonly trade: boolean; readonly withdraw: boolean };
  readonly history: TraderAccount;
}

const DEFAULT_RECV_WINDOW_MS = 5_000;
const MAX_RECV_WINDOW_MS = 60_000;
const MAX_AHEAD_MS = 1_000;

/**
 * The account that signed `query` (as sent, without the question mark).
 * @throws BinanceRefusal −2014, −2015, −1102, −1021, −1022, −1131
 */
export function authorize(
  accounts: ReadonlyMap<string, BinanceAccount>,
  apiKey: string | undefined,
  query: string,
  now: number,
): BinanceAccount {
  if (apiKey === undefined || !/^[\w-]{8,128}$/.test(apiKey)) throw refusals.keyFormat();
  const parameters = new Parameters(new URLSearchParams(query));
  const timestamp = parameters.integer('timestamp');
  if (timestamp === undefined) throw refusals.missing('timestamp');
  const signature = parameters.required('signature');
  const recvWindow = parameters.integer('recvWindow') ?? DEFAULT_RECV_WINDOW_MS;
  if (recvWindow > MAX_RECV_WINDOW_MS) throw refusals.recvWindow();
  if (timestamp >= now + MAX_AHEAD_MS) throw refusals.ahead();
  if (now - timestamp > recvWindow) throw refusals.outsideWindow();

  const account = accounts.get(apiKey);
  if (!account?.permissions.read) throw refusals.key();
  const signed = query.slice(0, Math.max(0, query.lastIndexOf('&signature=')));
  const expected = createHmac('sha256', account.apiSecret).update(signed).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refusals.signature();
  return account;
}
