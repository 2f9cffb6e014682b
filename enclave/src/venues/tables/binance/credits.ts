/** Credits and payments of a Binance account that are neither trades nor transfers between its wallets. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { RowContext, RowReading, Stream, Windows } from '../../table.ts';
import { fieldsOf, listOf, malformed, toDecimal, toInstant, toKnown, toText } from '../../values.ts';
import { EARN_DIVIDENDS } from './earn.ts';
import { amountOf, LAUNCH } from './spot.ts';
import { cashOf, transferOf } from './transfers.ts';

const times = { from: 'startTime', to: 'endTime', since: LAUNCH, horizonMs: null };
const fiatTimes: Windows = {
  ...{ from: 'beginTime', to: 'endTime', since: LAUNCH, horizonMs: null },
  ...{ longestMs: 365 * DAY_MS, overlapMs: 7 * DAY_MS },
};

/**
 * Currencies of fiat orders. Their list costs half of what an account may ask in a minute, so it is read only for an
 * account that has one of them.
 */
const FIAT = [
  ...[
    'EUR',
    'GBP',
    'AUD',
    'BRL',
    'TRY',
    'RUB',
    'UAH',
    'NGN',
    'ZAR',
    'PLN',
    'RON',
    'ARS',
    'CZK',
    'MXN',
    'JPY',
  ],
  ...['COP', 'KZT', 'PEN', 'CHF', 'SEK', 'NOK', 'DKK', 'HUF', 'VND', 'INR', 'USD'],
];

export const CREDIT_STREAMS: readonly Stream[] = [
  {
    ...{ name: 'dividends', call: 'dividends', wallets: ['spot'], scope: 'account', cadence: 'moved' },
    paging: { kind: 'whole', limit: 'limit', page: 500 },
    windows: { ...times, longestMs: 180 * DAY_MS - 1, overlapMs: 3 * DAY_MS },
    isSource: true,
    parameters: () => ({}),
    rows: (answer) => listOf(fieldsOf(answer, 'dividends')['rows'] ?? [], 'dividends'),
    read: readDividend,
  },
  ...(['deposit', 'withdrawal'] as const).flatMap((direction, type): Stream[] => [
    {
      ...{
        name: `fiat ${direction}s`,
        call: 'fiatOrders',
        wallets: ['spot'],
        scope: 'account',
        cadence: 'moved',
      },
      assets: FIAT,
      paging: { kind: 'page', number: 'page', limit: 'rows', page: 500 },
      windows: fiatTimes,
      parameters: () => ({ transactionType: type }),
      rows: dataOf,
      read: (row, context) => readFiatOrder(row, direction, context),
    },
    {
      isSource: true,
      ...{ name: `card ${direction === 'deposit' ? 'purchases' : 'sales'}`, call: 'fiatPayments' },
      ...{ wallets: ['spot'], scope: 'account', cadence: 'moved' },
      paging: { kind: 'page', number: 'page', limit: 'rows', page: 500 },
      windows: fiatTimes,
      parameters: () => ({ transactionType: type }),
      rows: dataOf,
      read: (row, context) => readPayment(row, direction, context),
    },
  ]),
  {
    ...{ name: 'pay', call: 'pay', wallets: ['funding', 'spot'], scope: 'account', cadence: 'moved' },
    paging: { kind: 'whole', limit: 'limit', page: 100 },
    windows: {
      ...{ from: 'startTime', to: 'endTime', longestMs: 90 * DAY_MS - 1, since: LAUNCH },
      ...{ horizonMs: 540 * DAY_MS, overlapMs: DAY_MS },
    },
    parameters: () => ({}),
    rows: dataOf,
    read: readPay,
  },
  ...(['BUY', 'SELL'] as const).map(
    (tradeType): Stream => ({
      ...{
        name: `peer ${tradeType.toLowerCase()}s`,
        call: 'peerTrades',
        wallets: ['funding'],
        scope: 'account',
      },
      cadence: 'moved',
      paging: { kind: 'page', number: 'page', limit: 'rows', page: 100 },
      windows: {
        ...{ from: 'startTimestamp', to: 'endTimestamp', longestMs: 30 * DAY_MS - 1, since: LAUNCH },
        ...{ horizonMs: 180 * DAY_MS, overlapMs: 3 * DAY_MS },
      },
      parameters: () => ({ tradeType }),
      rows: dataOf,
      read: readPeerTrade,
    }),
  ),
];

/** The rows of an answer of the older form. */
function dataOf(answer: unknown): readonly unknown[] {
  return listOf(fieldsOf(answer, 'answer')['data'] ?? [], 'data');
}

/** Airdrops, distributions and rewards that are credited to spot. `tranId` may be shared, so the asset is in the id. */
function readDividend(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'dividend');
  const time = toInstant(info['divTime'], 'dividend time');
  const asset = toText(info['asset'], 'dividend asset');
  const id = toText(info['id'] ?? `${String(info['tranId'])}:${asset}`, 'dividend id');
  if (EARN_DIVIDENDS.has(String(info['enInfo']))) return { entries: [], time, id };
  const move = {
    owner,
    id: `dividend:${id}`,
    time,
    asset,
    amount: toDecimal(info['amount'], 'dividend amount'),
  };
  return { entries: [cashOf(move, 'other', 'spot')], time, id };
}

/** States of fiat orders and card payments, in small letters. */
const DONE = new Set(['successful', 'completed', 'finished']);
const OPEN = new Set(['processing', 'pending', 'refunding']);
const ENDED = new Set(['failed', 'expired', 'refunded', 'refund failed', 'order partial credit stopped']);

function stateOf(info: Readonly<Record<string, unknown>>, what: string): 'done' | 'open' | 'ended' {
  const status = toText(info['status'], `${what} status`).toLowerCase();
  if (DONE.has(status)) return 'done';
  if (OPEN.has(status)) return 'open';
  if (ENDED.has(status)) return 'ended';
  throw malformed(`${what} status`);
}

/** `amount` is what is credited or leaves. A withdrawal's `totalFee` is debited in addition [assumed]. */
function readFiatOrder(row: unknown, direction: 'deposit' | 'withdrawal', { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'fiat order');
  const time = toInstant(info['createTime'], 'fiat time');
  const id = toText(info['orderNo'], 'fiat order');
  const state = stateOf(info, 'fiat order');
  if (state === 'open') return { pendingSince: time, id, inTransit: null };
  if (state === 'ended') return { entries: [], time, id };
  const asset = toText(info['fiatCurrency'], 'fiat currency');
  const amount = toDecimal(info['amount'], 'fiat amount');
  const move = { owner, id: `fiat:${id}`, time, asset, amount };
  const fee = direction === 'deposit' ? '0' : toDecimal(info['totalFee'] ?? '0', 'fiat fee');
  const entry = transferOf(move, 'spot', direction, null);
  const charged = fee === '0' ? entry : { ...entry, fee: { amount: fee, currency: asset } };
  return { entries: [charged], time, id };
}

/** A card pays outside the account: a purchase is a deposit of the coin, a sale a withdrawal of it. */
function readPayment(row: unknown, direction: 'deposit' | 'withdrawal', { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'payment');
  const time = toInstant(info['createTime'], 'payment time');
  const id = toText(info['orderNo'], 'payment order');
  const state = stateOf(info, 'payment');
  if (state === 'open') return { pendingSince: time, id, inTransit: null };
  if (state === 'ended') return { entries: [], time, id };
  const asset = toText(info['cryptoCurrency'], 'payment coin');
  const field = direction === 'deposit' ? 'obtainAmount' : 'sourceAmount';
  const amount = toDecimal(info[field], 'payment amount');
  const move = { owner, id: `card:${id}`, time, asset, amount };
  return { entries: [transferOf(move, 'spot', direction, null)], time, id };
}

const PAY_WALLETS: Readonly<Record<string, string>> = { '1': 'funding', '2': 'spot' };

/** Binance Pay. The amount has a sign: − paid. The other party is another customer. */
function readPay(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'pay transaction');
  const time = toInstant(info['transactionTime'], 'pay time');
  const id = toText(info['transactionId'], 'pay id');
  const amount = amountOf(info['amount'], 'pay amount');
  const wallet = toKnown(PAY_WALLETS, info['walletType'] ?? '1', 'pay wallet');
  const move = {
    ...{ owner, id: `pay:${id}`, time, asset: toText(info['currency'], 'pay currency') },
    amount: amount.abs().toString(),
  };
  const direction = amount.isNegative() ? 'withdrawal' : 'deposit';
  return { entries: amount.isZero() ? [] : [transferOf(move, wallet, direction, null)], time, id };
}

/** A trade with another customer. Its money is paid outside the account. */
function readPeerTrade(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'peer trade');
  const time = toInstant(info['createTime'], 'peer trade time');
  const id = toText(info['orderNumber'], 'peer trade id');
  const status = toText(info['orderStatus'], 'peer trade status');
  if (['PENDING', 'TRADING', 'BUYER_PAYED', 'DISTRIBUTING'].includes(status)) {
    return { pendingSince: time, id, inTransit: null };
  }
  if (/^CANCELLED/.test(status)) return { entries: [], time, id };
  if (status !== 'COMPLETED') throw malformed('peer trade status');
  const type = toText(info['tradeType'], 'peer trade type');
  if (type !== 'BUY' && type !== 'SELL') throw malformed('peer trade type');
  const move = {
    ...{ owner, id: `peer:${id}`, time, asset: toText(info['asset'], 'peer trade asset') },
    amount: toDecimal(info['amount'], 'peer trade amount'),
  };
  return {
    entries: [transferOf(move, 'funding', type === 'BUY' ? 'deposit' : 'withdrawal', null)],
    time,
    id,
  };
}
