/** The expected result of a pull of an account: entries and prices, from its events and from the market itself. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { formatPrice, formatScaled } from '../../src/market/amount.ts';
import { EURO_DIGITS } from '../../src/market/euro.ts';
import { BASES, type Base } from '../../src/market/history.ts';
import type { TraderEvent } from '../../src/trader/event.ts';
import { history, LAST_DAY, market } from './road.ts';

export function toEntry(event: TraderEvent): LedgerEntry {
  const owner = { venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot' } as const;
  if (event.kind === 'fill') {
    const [base = '', quote = ''] = event.symbol.split('/');
    return {
      ...owner,
      kind: 'fill',
      id: String(event.id),
      time: event.time,
      symbol: event.symbol,
      base,
      quote,
      side: event.side,
      quantity: event.quantity,
      price: event.price,
      fee: { amount: event.fee.amount, currency: event.fee.asset },
      orderId: String(event.orderId),
    } satisfies FillEntry;
  }
  return {
    ...owner,
    kind: 'transfer',
    id: event.id,
    time: event.time,
    direction: event.kind,
    asset: event.asset,
    amount: event.amount,
    fee: event.kind === 'withdrawal' ? { amount: event.fee, currency: event.asset } : null,
    transactionHash: event.transactionHash,
  } satisfies TransferEntry;
}

export const byTime = (a: LedgerEntry, b: LedgerEntry): number => a.time - b.time || (a.id < b.id ? -1 : 1);
export const EXPECTED = history.events.map(toEntry).sort(byTime);
export const markKey = (mark: Mark): string => `${mark.asset} ${mark.resolution} ${mark.time} ${mark.price}`;
const euro = (time: number): string => formatScaled(market.euro.priceAt(time), EURO_DIGITS);
export const sorted = (texts: Iterable<string>): readonly string[] =>
  [...new Set(texts)].sort((a, b) => (a < b ? -1 : 1));

/** Every price that docs/metrics.md needs, from the market itself. */
export function expectedMarks(): readonly string[] {
  const wanted: string[] = [];
  const since = new Map<string, number>();
  const minute = (asset: string, time: number): void => {
    const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const price = asset === 'EUR' ? euro(end) : formatPrice(market.minuteClose(asset as Base, time));
    wanted.push(`${asset} 1m ${end} ${price}`);
  };
  // Reports may be in bitcoin and in euro, so both need prices from the first event on.
  for (const asset of ['BTC', 'EUR']) since.set(asset, history.events[0]!.time);
  for (const event of history.events) {
    const assets = event.kind === 'fill' ? [event.symbol.split('/')[0]!, event.fee.asset] : [event.asset];
    for (const asset of assets) if (!since.has(asset)) since.set(asset, event.time);
    // A fill is compared with its minute.
    if (event.kind === 'fill') minute(event.symbol.split('/')[0]!, event.time + MINUTE_MS);
    if (event.kind === 'fill' && !['USDT', event.symbol.split('/')[0]].includes(event.fee.asset)) {
      minute(event.fee.asset, event.time);
    }
  }
  for (const event of history.events) {
    if (event.kind === 'fill') continue;
    for (const asset of [...BASES, 'EUR']) if (event.time >= since.get(asset)!) minute(asset, event.time);
  }
  for (let day = history.firstDay; day <= LAST_DAY + 1; day++) {
    wanted.push(`EUR 1d ${day * DAY_MS} ${euro(day * DAY_MS)}`);
  }
  for (const asset of BASES) {
    for (let day = history.firstDay - 1; day <= LAST_DAY; day++) {
      wanted.push(`${asset} 1d ${(day + 1) * DAY_MS} ${formatPrice(market.dayClose(asset, day))}`);
    }
  }
  return sorted(wanted);
}
