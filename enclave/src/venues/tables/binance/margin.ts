/**
 * Margin of Binance. A wallet holds what is owned less what is borrowed and owed, so borrowing and repaying move
 * nothing; interest does, when it accrues.
 */
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { RowContext, RowReading, Stream, WalletRows } from '../../table.ts';
import { fieldsOf, listOf, malformed, toDecimal, toInstant, toText } from '../../values.ts';
import { amountOf, FILL_PAGING, fillReading, LAUNCH } from './spot.ts';
import { bothSides, cashOf, rowsOf } from './transfers.ts';

const ISOLATED = 'isolated:';

const interestPaging = { kind: 'page', number: 'current', limit: 'size', page: 100 } as const;
const interestWindows = {
  ...{ from: 'startTime', to: 'endTime', longestMs: 30 * DAY_MS - 1, since: LAUNCH },
  ...{ horizonMs: null, overlapMs: DAY_MS },
};

export const MARGIN_STREAMS: readonly Stream[] = [
  {
    ...{
      name: 'cross margin fills',
      call: 'marginFills',
      wallets: ['cross'],
      needs: 'margin',
      cadence: 'moved',
    },
    ...{ scope: { product: 'spot' }, paging: FILL_PAGING, windows: null },
    parameters: (symbol) => ({ symbol, isIsolated: 'FALSE' }),
    rows: (answer) => listOf(answer, 'margin fills'),
    read: (row, { owner, market, key }) => fillReading(row, owner, market('spot', key), 'cross'),
  },
  {
    ...{ name: 'isolated margin fills', call: 'marginFills', wallets: [ISOLATED], needs: 'margin' },
    ...{ cadence: 'moved', scope: { wallets: ISOLATED }, paging: FILL_PAGING, windows: null },
    parameters: (symbol) => ({ symbol, isIsolated: 'TRUE' }),
    rows: (answer) => listOf(answer, 'margin fills'),
    read: (row, { owner, market, key }) => fillReading(row, owner, market('spot', key), `${ISOLATED}${key}`),
  },
  {
    ...{
      name: 'isolated margin transfers',
      call: 'marginTransfers',
      wallets: [ISOLATED, 'spot'],
      needs: 'margin',
    },
    ...{ cadence: 'moved', scope: { wallets: ISOLATED }, paging: interestPaging, windows: interestWindows },
    parameters: (isolatedSymbol) => ({ isolatedSymbol }),
    rows: rowsOf,
    read: readIsolatedTransfer,
  },
  {
    ...{ name: 'cross margin interest', call: 'marginInterest', wallets: ['cross'], needs: 'margin' },
    ...{ cadence: 'moved', scope: 'account', paging: interestPaging, windows: interestWindows },
    parameters: () => ({}),
    rows: rowsOf,
    read: (row, context) => readInterest(row, 'cross', context),
  },
  {
    ...{ name: 'isolated margin interest', call: 'marginInterest', wallets: [ISOLATED], needs: 'margin' },
    ...{ cadence: 'moved', scope: { wallets: ISOLATED }, paging: interestPaging, windows: interestWindows },
    parameters: (isolatedSymbol) => ({ isolatedSymbol }),
    rows: rowsOf,
    read: (row, context) => readInterest(row, `${ISOLATED}${context.key}`, context),
  },
];

/** Where the money of an isolated wallet came from or went to. What is not here is read by no table. */
const PLACES: Readonly<Record<string, string>> = {
  ...{ SPOT: 'spot', FUNDING: 'funding', FUTURES: 'usdm', DELIVERY: 'coinm', CROSS_MARGIN: 'cross' },
};

/** Both sides of a transfer with an isolated wallet. */
function readIsolatedTransfer(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'margin transfer');
  const time = toInstant(info['timestamp'], 'margin transfer time');
  const id = toText(info['txId'], 'margin transfer id');
  const status = toText(info['status'], 'margin transfer status');
  if (status === 'PENDING') return { pendingSince: time, id, inTransit: null };
  if (status === 'FAILED') return { entries: [], time, id };
  if (status !== 'CONFIRMED') throw malformed('margin transfer status');
  const [from, to] = [placeOf(info, 'from'), placeOf(info, 'to')];
  const move = {
    ...{ owner, id, time, asset: toText(info['asset'], 'margin transfer asset') },
    amount: toDecimal(info['amount'], 'margin transfer amount'),
  };
  return { entries: bothSides(move, from, to), time, id };
}

function placeOf(info: Readonly<Record<string, unknown>>, side: 'from' | 'to'): string {
  const name = toText(info[side === 'from' ? 'transFrom' : 'transTo'], 'place of a margin transfer');
  if (name === 'ISOLATED_MARGIN') return `${ISOLATED}${toText(info[`${side}Symbol`], 'isolated symbol')}`;
  return Object.hasOwn(PLACES, name) ? PLACES[name]! : 'elsewhere';
}

/** One transaction may charge several assets, and several hours. */
function readInterest(row: unknown, wallet: string, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'interest');
  const time = toInstant(info['interestAccuredTime'], 'interest time');
  const asset = toText(info['asset'], 'interest asset');
  const id = `interest:${toText(info['txId'] ?? 'none', 'interest id')}:${asset}:${time}`;
  const paid = toDecimal(info['interest'], 'interest');
  const amount = amountOf(paid, 'interest').neg().toString();
  return { entries: [cashOf({ owner, id, time, asset, amount }, 'interest', wallet)], time, id };
}

/** Owned less borrowed and owed. */
export function readCrossBalances(answer: unknown): WalletRows {
  const rows = listOf(fieldsOf(answer, 'margin account')['userAssets'], 'margin assets');
  return { balances: rows.flatMap((row) => netOf(row, 'cross')), positions: [] };
}

/** Each symbol is a wallet of its own, with two assets. */
export function readIsolatedBalances(answer: unknown): WalletRows {
  const pairs = listOf(fieldsOf(answer, 'isolated account')['assets'], 'isolated pairs');
  const wallets: string[] = [];
  const balances = pairs.flatMap((pair) => {
    const info = fieldsOf(pair, 'isolated pair');
    const wallet = `${ISOLATED}${toText(info['symbol'], 'isolated symbol')}`;
    wallets.push(wallet);
    return [...netOf(info['baseAsset'], wallet), ...netOf(info['quoteAsset'], wallet)];
  });
  return { balances, positions: [], wallets };
}

function netOf(row: unknown, wallet: string) {
  const info = fieldsOf(row, 'margin asset');
  const part = (name: string) => amountOf(info[name], `margin ${name}`);
  const total = part('free').plus(part('locked')).minus(part('borrowed')).minus(part('interest'));
  if (total.isZero()) return [];
  return [{ wallet, asset: toText(info['asset'], 'margin asset'), total: total.toString() }];
}
