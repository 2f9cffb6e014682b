/**
 * What the wallets of a simulated account are worth in USDT. A price at an instant is the close of the last minute that
 * ended at or before it. Contracts are valued at mark. A coin that stopped trading keeps its last price while the venue
 * lists it. A coin without a market is worth 0.
 */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { parseAmount, UNIT } from '../market/amount.ts';
import type { Contracts } from '../market/contracts.ts';
import type { Market } from '../market/market.ts';
import { type Series, statusAt, toFine } from '../market/series.ts';
import type { Books } from './books.ts';
import { unrealized } from './positions.ts';

/** Decimals of a value: an amount in units times a fine price. */
export const VALUE_DIGITS = 16;

/** Values in USDT at an instant, whole numbers of 1e-16. */
export interface Valuation {
  /** Fine price of an asset; 0 where there is none. */
  price(asset: string, time: number): bigint;
  worth(asset: string, amount: bigint, time: number): bigint;
  /** Everything in all wallets, less what is owed, with positions at mark and what comes back. */
  nav(books: Books, time: number): bigint;
}

/** The valuation by a market. */
export function createValuation(market: Market, contracts: Contracts): Valuation {
  const series = new Map(
    market.spot.flatMap((one) => (one.quote === 'USDT' ? [[one.base, one] as const] : [])),
  );
  const price = (asset: string, time: number): bigint => {
    if (asset === 'USDT') return UNIT;
    const own = series.get(asset);
    return own ? priceOf(own, time) : 0n;
  };
  const worth = (asset: string, amount: bigint, time: number): bigint => amount * price(asset, time);
  return {
    price,
    worth,
    nav(books, time) {
      let total = 0n;
      for (const wallet of books.wallets()) {
        for (const [asset, amount] of books.balances(wallet)) total += worth(asset, amount, time);
      }
      for (const { asset, owed } of books.debts())
        total -= worth(asset, owed.principal + owed.interest, time);
      for (const position of [...books.positions('usdm'), ...books.positions('coinm')]) {
        const contract = contracts.byId(position.contract);
        const gain = unrealized(contract, position, contracts.markClose(contract, time));
        total += worth(contract.marginAsset, gain, time);
      }
      for (const { asset, amount, fee } of books.returning()) {
        total += worth(asset, parseAmount(amount) + parseAmount(fee), time);
      }
      return total;
    },
  };
}

function priceOf(series: Series, time: number): bigint {
  // A market that stops at midnight has its last minute just before.
  const status = statusAt(series, time);
  const lastMinute = (series.breakDay ?? Number.POSITIVE_INFINITY) * DAY_MS;
  if (status === null && time !== (series.removedDay ?? 0) * DAY_MS) return 0n;
  return toFine(series.minuteClose(Math.min(time, lastMinute)), series.digits);
}
