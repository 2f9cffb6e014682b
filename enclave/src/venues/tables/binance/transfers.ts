/** Money between the wallets of one Binance account, and between it and other customers. */
import type { CashEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { EntryOwner, RowContext, RowReading, Stream } from '../../table.ts';
import { fieldsOf, listOf, malformed, toDecimal, toInstant, toKnown, toText } from '../../values.ts';
import { LAUNCH } from './spot.ts';

/** Names of wallets in the types of universal transfers. */
const WALLET_OF: Readonly<Record<string, string>> = {
  ...{ MAIN: 'spot', FUNDING: 'funding', UMFUTURE: 'usdm', CMFUTURE: 'coinm', MARGIN: 'cross' },
  ...{ OPTION: 'options', PORTFOLIO_MARGIN: 'portfolio margin' },
};

/** The types of universal transfers. Those of isolated margin name no symbol; `margin.ts` reads them elsewhere. */
const TYPES = [
  ...['MAIN_UMFUTURE', 'UMFUTURE_MAIN', 'MAIN_CMFUTURE', 'CMFUTURE_MAIN', 'MAIN_MARGIN', 'MARGIN_MAIN'],
  ...['MAIN_FUNDING', 'FUNDING_MAIN', 'MAIN_OPTION', 'OPTION_MAIN', 'FUNDING_OPTION', 'OPTION_FUNDING'],
  ...['UMFUTURE_MARGIN', 'MARGIN_UMFUTURE', 'CMFUTURE_MARGIN', 'MARGIN_CMFUTURE'],
  ...['FUNDING_UMFUTURE', 'UMFUTURE_FUNDING', 'FUNDING_CMFUTURE', 'CMFUTURE_FUNDING'],
  ...['MARGIN_FUNDING', 'FUNDING_MARGIN', 'MARGIN_OPTION', 'OPTION_MARGIN'],
  ...['UMFUTURE_OPTION', 'OPTION_UMFUTURE', 'MAIN_PORTFOLIO_MARGIN', 'PORTFOLIO_MARGIN_MAIN'],
] as const;

/** "Support query within the last 6 months only." */
const HORIZON_MS = 180 * DAY_MS;

export const WALLET_TRANSFER_STREAMS: readonly Stream[] = TYPES.map((type) => {
  const [from, to] = walletsOf(type);
  return {
    ...{
      name: `transfers ${type}`,
      call: 'transfers',
      wallets: [from, to],
      scope: 'account',
      cadence: 'moved',
    },
    paging: { kind: 'page', number: 'current', limit: 'size', page: 100 },
    windows: {
      ...{ from: 'startTime', to: 'endTime', longestMs: HORIZON_MS, since: LAUNCH },
      ...{ horizonMs: HORIZON_MS, overlapMs: DAY_MS },
    },
    parameters: () => ({ type }),
    rows: rowsOf,
    read: (row, { owner }) => readWalletTransfer(row, owner, from, to),
  };
});

/** `rows` of an answer that counts them. An account without any has no such member. */
export function rowsOf(answer: unknown): readonly unknown[] {
  const info = fieldsOf(answer, 'page');
  if (info['rows'] === undefined && String(info['total']) === '0') return [];
  return listOf(info['rows'], 'rows');
}

function walletsOf(type: string): readonly [from: string, to: string] {
  for (const [name, from] of Object.entries(WALLET_OF)) {
    const to = WALLET_OF[type.slice(name.length + 1)];
    if (type.startsWith(`${name}_`) && to !== undefined) return [from, to];
  }
  throw new RangeError(`${type} names no two wallets`);
}

/** One row is two entries: it left one wallet and arrived in another. */
function readWalletTransfer(row: unknown, owner: EntryOwner, from: string, to: string): RowReading {
  const info = fieldsOf(row, 'transfer');
  const time = toInstant(info['timestamp'], 'transfer time');
  const id = toText(info['tranId'], 'transfer id');
  const status = toText(info['status'], 'transfer status');
  if (status === 'PENDING') return { pendingSince: time, id, inTransit: null };
  if (status === 'FAILED') return { entries: [], time, id };
  if (status !== 'CONFIRMED') throw malformed('transfer status');
  const move = {
    ...{ owner, id, time, asset: toText(info['asset'], 'transfer asset') },
    amount: toDecimal(info['amount'], 'transfer amount'),
  };
  return { entries: bothSides(move, from, to), time, id };
}

/** A movement of one asset. */
export interface Move {
  readonly owner: EntryOwner;
  readonly id: string;
  readonly time: number;
  readonly asset: string;
  readonly amount: string;
}

/** Wallets that no part of this table reads. Only the side that is read gets an entry. */
const UNREAD = new Set(['options', 'portfolio margin', 'elsewhere']);

/** The two entries of a transfer inside the account. */
export function bothSides(move: Move, from: string, to: string): TransferEntry[] {
  const sides: TransferEntry[] = [
    transferOf(move, from, 'withdrawal', to),
    transferOf(move, to, 'deposit', from),
  ];
  return sides.filter(({ wallet }) => !UNREAD.has(wallet));
}

/** One side of a movement. `counterWallet` null: from or to elsewhere. */
export function transferOf(
  { owner, id, time, asset, amount }: Move,
  wallet: string,
  direction: TransferEntry['direction'],
  counterWallet: string | null,
): TransferEntry {
  return {
    ...{ kind: 'transfer', ...owner, wallet, market: productOf(wallet), id, time, direction, asset, amount },
    ...{ fee: null, transactionHash: null, ...(counterWallet === null ? {} : { counterWallet }) },
  };
}

/** A movement of cash in a wallet: + received, − paid. */
export function cashOf(
  { owner, id, time, asset, amount }: Move,
  kind: CashEntry['kind'],
  wallet: string,
  symbol: string | null = null,
): CashEntry {
  return { ...{ kind, ...owner, wallet, market: productOf(wallet), id, time }, asset, amount, symbol };
}

function productOf(wallet: string): 'spot' | 'linear' | 'inverse' {
  return wallet === 'usdm' ? 'linear' : wallet === 'coinm' ? 'inverse' : 'spot';
}

/** Transfers of a sub-account's key with its master and the other sub-accounts: from and to elsewhere. */
export const SUB_ACCOUNT_STREAM: Stream = {
  ...{ name: 'sub-account transfers', call: 'subAccountTransfers', scope: 'account', cadence: 'moved' },
  isSource: true,
  wallets: ['spot', 'usdm', 'coinm', 'cross', 'funding'],
  paging: { kind: 'whole', limit: 'limit', page: 500 },
  windows: {
    ...{ from: 'startTime', to: 'endTime', longestMs: 30 * DAY_MS - 1, since: LAUNCH, horizonMs: HORIZON_MS },
    overlapMs: DAY_MS,
  },
  parameters: () => ({}),
  rows: (answer) => listOf(answer, 'sub-account transfers'),
  read: readSubAccountTransfer,
};

const ACCOUNT_TYPES: Readonly<Record<string, string>> = {
  ...{ SPOT: 'spot', USDT_FUTURE: 'usdm', COIN_FUTURE: 'coinm', MARGIN: 'cross', FUNDING: 'funding' },
};

/** `type` 1: into this account, 2: out of it. */
function readSubAccountTransfer(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'sub-account transfer');
  const time = toInstant(info['time'], 'sub-account transfer time');
  const id = toText(info['tranId'], 'sub-account transfer id');
  const type = toText(info['type'], 'sub-account transfer type');
  const isIn = type === '1';
  if (!isIn && type !== '2') throw malformed('sub-account transfer type');
  const name = info[isIn ? 'toAccountType' : 'fromAccountType'];
  const wallet = toKnown(ACCOUNT_TYPES, name, 'account type of a sub-account transfer');
  const move = {
    ...{ owner, id: `sub:${id}`, time, asset: toText(info['asset'], 'asset') },
    amount: toDecimal(info['qty'], 'quantity'),
  };
  return { entries: [transferOf(move, wallet, isIn ? 'deposit' : 'withdrawal', null)], time, id };
}
