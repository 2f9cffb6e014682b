/** Binance's lists of dust, conversions and dividends. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount, UNIT } from '../../market/amount.ts';
import type { Dust } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { longId } from './json.ts';
import { between, type Row, windowOf } from './page.ts';
import { refusals } from './refusal.ts';

/** Nothing older than 2020-12-01 is listed. */
const DUST_SINCE = Date.UTC(2020, 11, 1);
const MAX_DUST = 100;
const MAX_CONVERT_MS = 30 * DAY_MS;

/** GET /sapi/v1/asset/dribblet: the newest 100 in all, `transferedAmount` is after the charge. */
export function dribblet({ parameters, records, now }: Call): object {
  const from = Math.max(parameters.integer('startTime') ?? 0, DUST_SINCE);
  const to = parameters.integer('endTime') ?? now;
  const rows = between(records.events('dust'), from, to, now).toReversed().slice(0, MAX_DUST);
  return { total: rows.length, userAssetDribblets: rows.map(dribbletRow) };
}

function dribbletRow({ id, time, items }: Dust): object {
  const total = (texts: readonly string[]): string =>
    fixed8(texts.reduce((sum, text) => sum + parseAmount(text), 0n));
  return {
    operateTime: time,
    totalTransferedAmount: total(items.map(({ received }) => received)),
    totalServiceChargeAmount: total(items.map(({ serviceCharge }) => serviceCharge)),
    transId: Number(id),
    userAssetDribbletDetails: items.map(({ asset, amount, serviceCharge, received }) => ({
      transId: Number(id),
      serviceChargeAmount: serviceCharge,
      amount,
      operateTime: time,
      transferedAmount: received,
      fromAsset: asset,
    })),
  };
}

/** GET /sapi/v1/convert/tradeFlow: both times are needed, at most 30 days apart. Newest first [r]. */
export function tradeFlow({ parameters, records, now }: Call): object {
  const [startTime, endTime] = [parameters.integer('startTime'), parameters.integer('endTime')];
  if (startTime === undefined) throw refusals.missing('startTime');
  if (endTime === undefined) throw refusals.missing('endTime');
  if (endTime - startTime > MAX_CONVERT_MS) throw refusals.tooLong(MAX_CONVERT_MS / 3_600_000);
  const limit = parameters.limit(100, 1_000);
  const rows = between(records.events('convert'), startTime, endTime, now).toReversed();
  return {
    list: rows.slice(0, limit).map(({ id, quoteId, time, from, to }) => ({
      quoteId,
      orderId: longId(id, 0),
      orderStatus: 'SUCCESS',
      fromAsset: from.asset,
      fromAmount: from.amount,
      toAsset: to.asset,
      toAmount: to.amount,
      ratio: fixed8((parseAmount(to.amount) * UNIT) / parseAmount(from.amount)),
      inverseRatio: fixed8((parseAmount(from.amount) * UNIT) / parseAmount(to.amount)),
      createTime: time,
    })),
    startTime,
    endTime,
    limit,
    moreData: rows.length > limit,
  };
}

interface DividendRow extends Row {
  readonly id: string;
  readonly asset: string;
  readonly amount: string;
  readonly enInfo: string;
}

/** GET /sapi/v1/asset/assetDividend: newest first, at most 500, at most 180 days. @throws BinanceRefusal */
export function assetDividend({ parameters, records, now }: Call): object {
  const { from, to } = windowOf(parameters, { maxMs: 180 * DAY_MS }, now);
  const limit = parameters.limit(20, 500);
  const asset = parameters.optional('asset');
  const all = records.list<DividendRow>('dividends', () => [
    ...records.events('dividend'),
    ...records.events('reward').flatMap((reward) => {
      if (!reward.isAlsoDividend) return [];
      return [{ ...reward, enInfo: reward.product === 'flexible' ? 'Flexible' : 'Locked' }];
    }),
  ]);
  const rows = between(all, from, to, now).filter((row) => (asset ?? row.asset) === row.asset);
  return {
    rows: rows
      .toReversed()
      .slice(0, limit)
      .map((row) => ({
        id: Number(row.id) + 1,
        amount: row.amount,
        asset: row.asset,
        divTime: row.time,
        enInfo: row.enInfo,
        tranId: Number(row.id),
        direction: 1,
      })),
    total: rows.length,
  };
}
