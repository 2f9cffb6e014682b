/** Assets that become other assets outside the order book: dust, and Convert. */
import { type Amount, parseDecimal, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { EntryOwner, RowContext, RowReading, Stream } from '../../table.ts';
import { fieldsOf, listOf, malformed, toInstant, toKnown, toText } from '../../values.ts';
import { amountOf } from './spot.ts';

/** Decimals of a price that no order book gave. */
const PRICE_SCALE = 18;
const TICK = parseDecimal(`0.${'0'.repeat(PRICE_SCALE - 1)}1`, 'a tick');

export const CONVERSION_STREAMS: readonly Stream[] = [
  {
    ...{ name: 'dust', call: 'dust', wallets: ['spot'], scope: 'account', cadence: 'moved' },
    paging: { kind: 'whole', limit: null, page: 100 },
    windows: {
      ...{ from: 'startTime', to: 'endTime', longestMs: 90 * DAY_MS - 1, since: Date.UTC(2020, 11, 1) },
      ...{ horizonMs: null, overlapMs: DAY_MS },
    },
    parameters: () => ({}),
    rows: (answer) => listOf(fieldsOf(answer, 'dust')['userAssetDribblets'], 'dust'),
    read: readDust,
  },
  {
    ...{
      name: 'conversions',
      call: 'conversions',
      wallets: ['spot', 'funding'],
      scope: 'account',
      cadence: 'moved',
    },
    paging: { kind: 'whole', limit: 'limit', page: 1_000 },
    windows: {
      ...{ from: 'startTime', to: 'endTime', longestMs: 30 * DAY_MS - 1, since: Date.UTC(2020, 5, 1) },
      ...{ horizonMs: null, overlapMs: DAY_MS },
    },
    parameters: () => ({}),
    rows: (answer) => listOf(fieldsOf(answer, 'conversions')['list'], 'conversions'),
    read: readConversion,
  },
];

/**
 * Dust into BNB. One transaction holds several assets, so the asset is part of the id. `transferedAmount` is what
 * arrives; `serviceChargeAmount` was taken from it before.
 */
function readDust(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'dust');
  const time = toInstant(info['operateTime'], 'dust time');
  const id = toText(info['transId'], 'dust id');
  const entries = listOf(info['userAssetDribbletDetails'], 'dust details').map((detail) => {
    const part = fieldsOf(detail, 'dust detail');
    const from = toText(part['fromAsset'], 'dust asset');
    return exchanged(owner, {
      ...{ id: `${toText(part['transId'], 'dust id')}:${from}`, time, wallet: 'spot', from, to: 'BNB' },
      gave: amountOf(part['amount'], 'dust amount'),
      got: amountOf(part['transferedAmount'], 'dust proceeds'),
      charge: amountOf(part['serviceChargeAmount'], 'dust charge'),
    });
  });
  return { entries, time, id };
}

const CONVERT_WALLETS: Readonly<Record<string, string>> = { SPOT: 'spot', FUNDING: 'funding' };

function readConversion(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'conversion');
  const time = toInstant(info['createTime'], 'conversion time');
  const id = toText(info['orderId'], 'conversion id');
  const status = toText(info['orderStatus'], 'conversion status');
  if (status === 'PROCESS' || status === 'ACCEPT_SUCCESS') return { pendingSince: time, id, inTransit: null };
  if (status === 'FAIL') return { entries: [], time, id };
  if (status !== 'SUCCESS') throw malformed('conversion status');
  const wallet = toKnown(CONVERT_WALLETS, info['walletType'] ?? 'SPOT', 'conversion wallet');
  const entry = exchanged(owner, {
    ...{ id, time, wallet, from: toText(info['fromAsset'], 'asset'), to: toText(info['toAsset'], 'asset') },
    gave: amountOf(info['fromAmount'], 'conversion amount'),
    got: amountOf(info['toAmount'], 'conversion proceeds'),
    charge: ZERO,
  });
  return { entries: [entry], time, id };
}

interface Exchanged {
  readonly id: string;
  readonly time: number;
  readonly wallet: string;
  readonly from: string;
  readonly to: string;
  readonly gave: Amount;
  readonly got: Amount;
  readonly charge: Amount;
}

/**
 * A sale of `from` for `to`. A price is a quotient and may have no end, so it is rounded up, and the fee takes what
 * that adds: the amounts that left and arrived are exact.
 */
export function exchanged(owner: EntryOwner, { id, time, wallet, ...swap }: Exchanged): FillEntry {
  const { from, to, gave, got, charge } = swap;
  if (!gave.isPositive() || got.isNegative()) throw malformed('amounts of a conversion');
  const gross = got.plus(charge);
  const nearest = gross.dividedBy(gave, PRICE_SCALE);
  const price = gross.gt(nearest.times(gave)) ? nearest.plus(TICK) : nearest;
  const fee = price.times(gave).minus(got);
  return {
    ...{ kind: 'fill', ...owner, wallet, market: 'spot', id, time },
    ...{ symbol: `${from}/${to}`, base: from, quote: to, side: 'sell' },
    ...{ quantity: gave.toString(), price: price.toString(), orderId: null },
    fee: fee.isZero() ? null : { amount: fee.toString(), currency: to },
  };
}
