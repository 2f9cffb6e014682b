/** The owner of a signed request: API key, HMAC-SHA256 over the exact query, timestamp and recvWindow. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TraderAccount } from '../../trader/event.ts';
import { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';

/** What a key may do. Everything that is left out it may not. */
export interface Permissions {
  readonly read: boolean;
  readonly trade: boolean;
  readonly withdraw: boolean;
  /** Trades contracts (`enableFutures`), and reads them. */
  readonly futures?: boolean;
  /**
   * Reads contracts and may not trade them: a read-only key that was made after the account opened its contract wallets.
   * Without this and `futures` a key is refused by `fapi` and `dapi`, also for reading. [r]
   */
  readonly readsContracts?: boolean;
  readonly margin?: boolean;
  readonly universalTransfer?: boolean;
  /** The account is one of portfolio margin: `fapi` and `dapi` refuse it. */
  readonly portfolioMargin?: boolean;
}

/** A customer of the simulated venue, by one API key. */
export interface BinanceAccount {
  readonly apiKey: string;
  readonly apiSecret: string;
  /** The venue's number of the account. */
  readonly uid: number;
  readonly permissions: Permissions;
  readonly history: TraderAccount;
  /** Permissions from an instant on, in order of time. They take the place of `permissions`. */
  readonly later?: readonly { readonly from: number; readonly permissions: Permissions }[];
  /** Default: a master account. */
  readonly role?: 'master' | 'sub';
  /** The key is bound to addresses. `elsewhere`: to others than the one that asks. */
  readonly boundTo?: 'here' | 'elsewhere';
  /** When the key was made, ms. Default: 00:00 of the first day of the history. */
  readonly keyCreatedAt?: number;
  /** When the key stops trading, ms. Keys without an address that may trade have such a time. */
  readonly tradingExpiresAt?: number;
  /** False: the account never opened margin. */
  readonly hasMargin?: false;
}

/** What the key of `account` may do at an instant. */
export function permissionsAt({ permissions, later = [] }: BinanceAccount, now: number): Permissions {
  return later.findLast(({ from }) => from <= now)?.permissions ?? permissions;
}

const DEFAULT_RECV_WINDOW_MS = 5_000;
const MAX_RECV_WINDOW_MS = 60_000;
const MAX_AHEAD_MS = 1_000;

/**
 * The account that signed `query`: as sent, without the question mark, and with the body of a POST behind it.
 * @throws BinanceRefusal −2014, −2008, −2015, −1102, −1021, −1022, −1131
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
  if (!account) throw refusals.unknownKey();
  if (account.boundTo === 'elsewhere' || !permissionsAt(account, now).read) throw refusals.key();
  const signed = query.slice(0, Math.max(0, query.lastIndexOf('&signature=')));
  const expected = createHmac('sha256', account.apiSecret).update(signed).digest();
  const given = Buffer.from(signature, 'hex');
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw refusals.signature();
  return account;
}
