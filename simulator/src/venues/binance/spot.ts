/** Binance's signed endpoints of the spot wallet and the funding wallet. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount, UNIT } from '../../market/amount.ts';
import { INSTRUMENTS } from '../../market/market.ts';
import { toFine } from '../../market/series.ts';
import { costOf } from '../../trader/moves.ts';
import { firstWhere } from '../../trader/timeline.ts';
import { permissionsAt } from './authorization.ts';
import type { Call } from './call.ts';
import { takeFrom, takeLast, windowOf } from './page.ts';
import { marketId, seriesOf } from './public.ts';
import { refusals } from './refusal.ts';

const MAX_PAGE = 1_000;
const DAY: { readonly maxMs: number } = { maxMs: DAY_MS };

/** GET /api/v3/account */
export function account({ customer, records, now }: Call): object {
  const books = records.booksAt(now);
  const permissions = permissionsAt(customer, now);
  const held = books.balances('spot').map(([asset]) => asset);
  const assets = new Set([...INSTRUMENTS.map(({ base }) => base), 'USDT', ...held]);
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' },
    canTrade: permissions.trade,
    canWithdraw: permissions.withdraw,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime: records.updatedAt(now),
    accountType: 'SPOT',
    balances: Array.from(assets, (asset) => ({
      asset,
      free: fixed8(books.balance('spot', asset) - books.locked(asset)),
      locked: fixed8(books.locked(asset)),
    })),
    permissions: ['SPOT'],
    uid: customer.uid,
  };
}

/** What a list of trades reads of a fill, in spot or on margin. */
export interface TradeRow {
  readonly id: number;
  readonly orderId: number;
  readonly time: number;
  readonly visibleFrom?: number;
  readonly symbol: string;
  readonly side: 'buy' | 'sell';
  readonly price: string;
  readonly quantity: string;
  readonly fee: { readonly amount: string; readonly asset: string };
  readonly isMaker: boolean;
}

/** GET /api/v3/myTrades: by id, by a window of at most 24 hours, or the latest. @throws BinanceRefusal */
export function myTrades(call: Call): object {
  const { symbol } = seriesOf(call.parameters, call.market, call.now);
  const fills = call.records.list<TradeRow>(`fills ${symbol}`, () =>
    call.records.events('fill').filter((fill) => fill.symbol === symbol),
  );
  return tradesOf(call, fills).map(trade);
}

/**
 * The trades that a request asks for, oldest first.
 * @throws BinanceRefusal −1128 for an id with times, −1127 beyond 24 hours, −1130, −1100
 */
export function tradesOf({ parameters, now }: Call, fills: readonly TradeRow[]): readonly TradeRow[] {
  const limit = parameters.limit(500, MAX_PAGE);
  const fromId = parameters.integer('fromId');
  const hasTimes = parameters.integer('startTime') ?? parameters.integer('endTime');
  if (fromId !== undefined) {
    if (hasTimes !== undefined) throw refusals.combination();
    return takeFrom(
      fills,
      firstWhere(fills, ({ id }) => id >= fromId),
      limit,
      now,
    );
  }
  if (hasTimes === undefined) return takeLast(fills, limit, now);
  const { from, to } = windowOf(parameters, DAY, now);
  const first = firstWhere(fills, ({ time }) => time >= from);
  return takeFrom(fills, first, limit, Math.min(now, to));
}

/** A trade in the venue's form. */
export function trade(fill: TradeRow): object {
  return {
    symbol: marketId(fill.symbol),
    id: fill.id,
    orderId: fill.orderId,
    orderListId: -1,
    price: fixed8(parseAmount(fill.price)),
    qty: fixed8(parseAmount(fill.quantity)),
    quoteQty: fixed8(costOf(fill)),
    commission: fixed8(parseAmount(fill.fee.amount)),
    commissionAsset: fill.fee.asset,
    time: fill.time,
    isBuyer: fill.side === 'buy',
    isMaker: fill.isMaker,
    isBestMatch: true,
  };
}

/** POST /sapi/v1/asset/get-funding-asset: what the funding wallet holds. */
export function fundingAssets({ parameters, records, market, now }: Call): object {
  const asked = parameters.optional('asset');
  const [btc] = market.spot;
  return records
    .booksAt(now)
    .balances('funding')
    .filter(([asset, amount]) => amount !== 0n && (asked ?? asset) === asset)
    .map(([asset, amount]) => {
      const own = market.spot.find(({ base, quote }) => base === asset && quote === 'USDT');
      const price = asset === 'USDT' ? UNIT : own ? toFine(own.priceAt(now), own.digits) : 0n;
      const inBtc = (amount * price) / toFine(btc!.priceAt(now), btc!.digits);
      return {
        asset,
        free: fixed8(amount),
        locked: '0',
        freeze: '0',
        withdrawing: '0',
        btcValuation: fixed8(inBtc),
      };
    });
}
