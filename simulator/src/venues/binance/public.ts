/** Binance's public endpoints over the simulated market, in the forms recorded from the real venue. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import {
  fixed8,
  formatScaled,
  largest,
  parseAmount,
  quoteOf,
  smallest,
  TICK_DIGITS,
  TICKS,
} from '../../market/amount.ts';
import { EURO_DIGITS } from '../../market/euro.ts';
import { type Bar, INSTRUMENTS, type Instrument, type Market } from '../../market/market.ts';
import type { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';
import type { Tape } from './tape.ts';

/** A listed market: those that are traded here, and the euro. */
type Listed = Omit<Instrument, 'base'> & { readonly base: Instrument['base'] | 'EUR' };
const EURO: Listed = { symbol: 'EUR/USDT', base: 'EUR', quote: 'USDT', lotStep: 10_000_000n };
const LISTED: readonly Listed[] = [...INSTRUMENTS, EURO];

const INTERVALS: Readonly<Record<string, number>> = {
  '1m': 60_000,
  '3m': 180_000,
  '5m': 300_000,
  '15m': 900_000,
  '30m': 1_800_000,
  '1h': 3_600_000,
  '2h': 7_200_000,
  '4h': 14_400_000,
  '6h': 21_600_000,
  '8h': 28_800_000,
  '12h': 43_200_000,
  '1d': DAY_MS,
};
const MAX_KLINES = 1_000;

/** The instrument of a `symbol` parameter. @throws BinanceRefusal −1102, −1121 */
export function instrumentOf(parameters: Parameters): Listed {
  const id = parameters.required('symbol');
  const instrument = LISTED.find(({ symbol }) => marketId(symbol) === id);
  if (!instrument) throw refusals.symbol();
  return instrument;
}

/** Like {@link instrumentOf}, for traded instruments only. @throws BinanceRefusal −1102, −1121 */
function tradedOf(parameters: Parameters): Instrument {
  const { symbol } = instrumentOf(parameters);
  const instrument = INSTRUMENTS.find((traded) => traded.symbol === symbol);
  if (!instrument) throw refusals.symbol();
  return instrument;
}

/** `BTCUSDT` of `BTC/USDT`. */
export function marketId(symbol: string): string {
  return symbol.replace('/', '');
}

/** GET /api/v3/exchangeInfo */
export function exchangeInfo(now: number, weightPerMinute: number): object {
  return {
    timezone: 'UTC',
    serverTime: now,
    rateLimits: [
      { rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: weightPerMinute },
      { rateLimitType: 'ORDERS', interval: 'SECOND', intervalNum: 10, limit: 100 },
      { rateLimitType: 'ORDERS', interval: 'DAY', intervalNum: 1, limit: 200_000 },
      { rateLimitType: 'RAW_REQUESTS', interval: 'MINUTE', intervalNum: 5, limit: 61_000 },
    ],
    exchangeFilters: [],
    symbols: LISTED.map(symbolInfo),
  };
}

function symbolInfo({ symbol, base, quote, lotStep }: Listed): object {
  const step = fixed8(lotStep);
  const tick = base === 'EUR' ? '0.00010000' : '0.01000000';
  return {
    symbol: marketId(symbol),
    status: 'TRADING',
    baseAsset: base,
    baseAssetPrecision: 8,
    quoteAsset: quote,
    quotePrecision: 8,
    quoteAssetPrecision: 8,
    baseCommissionPrecision: 8,
    quoteCommissionPrecision: 8,
    orderTypes: [
      'LIMIT',
      'LIMIT_MAKER',
      'MARKET',
      'STOP_LOSS',
      'STOP_LOSS_LIMIT',
      'TAKE_PROFIT',
      'TAKE_PROFIT_LIMIT',
    ],
    icebergAllowed: true,
    ocoAllowed: true,
    otoAllowed: true,
    opoAllowed: true,
    quoteOrderQtyMarketAllowed: true,
    allowTrailingStop: true,
    cancelReplaceAllowed: true,
    amendAllowed: true,
    pegInstructionsAllowed: true,
    isSpotTradingAllowed: true,
    isMarginTradingAllowed: true,
    filters: [
      {
        filterType: 'PRICE_FILTER',
        minPrice: tick,
        maxPrice: '1000000.00000000',
        tickSize: tick,
      },
      { filterType: 'LOT_SIZE', minQty: step, maxQty: '90000.00000000', stepSize: step },
      { filterType: 'ICEBERG_PARTS', limit: 100 },
      {
        filterType: 'MARKET_LOT_SIZE',
        minQty: '0.00000000',
        maxQty: '3000.00000000',
        stepSize: '0.00000000',
      },
      {
        filterType: 'NOTIONAL',
        minNotional: '5.00000000',
        applyMinToMarket: true,
        maxNotional: '9000000.00000000',
        applyMaxToMarket: false,
        avgPriceMins: 5,
      },
      { filterType: 'MAX_NUM_ORDERS', maxNumOrders: 200 },
    ],
    permissions: [],
    permissionSets: [['SPOT', 'MARGIN']],
    defaultSelfTradePreventionMode: 'EXPIRE_MAKER',
    allowedSelfTradePreventionModes: ['EXPIRE_TAKER', 'EXPIRE_MAKER', 'EXPIRE_BOTH', 'DECREMENT'],
  };
}

/** GET /api/v3/klines: bars that have begun by `now`, oldest first. @throws BinanceRefusal */
export function klines(parameters: Parameters, market: Market, tape: Tape, now: number): object {
  const { base, symbol } = instrumentOf(parameters);
  const duration = INTERVALS[parameters.required('interval')];
  if (duration === undefined) throw refusals.interval();
  const limit = Math.min(parameters.integer('limit') ?? 500, MAX_KLINES);
  const start = parameters.integer('startTime');
  const end = Math.min(parameters.integer('endTime') ?? now, now);
  const last = Math.floor(end / duration) * duration;
  const listed = market.firstDay * DAY_MS;
  const first =
    start === undefined
      ? last - (limit - 1) * duration
      : Math.ceil(Math.max(start, listed) / duration) * duration;
  const bars: object[] = [];
  for (let open = Math.max(first, listed); open <= last && bars.length < limit; open += duration) {
    if (base === 'EUR') {
      const bar = market.euro.bar(open, duration, now);
      if (bar) bars.push(kline(bar, duration, EURO_DIGITS));
      continue;
    }
    const bar = market.bar(base, open, duration, now);
    if (bar) bars.push(kline(tape.widen(symbol, bar, duration, now), duration));
  }
  return bars;
}

/** The average price of a bar is within its range, like the prices of its trades. */
function kline(bar: Bar, duration: number, digits = TICK_DIGITS): readonly (number | string)[] {
  const taken = bar.volume / 2n;
  const text = (price: bigint) => fixed8(price * 10n ** BigInt(8 - digits));
  const average = (bar.open + bar.high + bar.low + bar.close) / 4n;
  const inQuote = (volume: bigint) => fixed8((volume * average) / 10n ** BigInt(digits));
  return [
    bar.openTime,
    text(bar.open),
    text(bar.high),
    text(bar.low),
    text(bar.close),
    fixed8(bar.volume),
    bar.openTime + duration - 1,
    inQuote(bar.volume),
    Number(bar.volume / 10_000_000n),
    fixed8(taken),
    inQuote(taken),
    '0',
  ];
}

/** GET /api/v3/ticker/price for one symbol. @throws BinanceRefusal */
export function tickerPrice(parameters: Parameters, market: Market, now: number): object {
  const { base, symbol } = tradedOf(parameters);
  return { symbol: marketId(symbol), price: price8(market.priceAt(base, now)) };
}

/** GET /api/v3/ticker/24hr for one symbol. @throws BinanceRefusal */
export function ticker24h(parameters: Parameters, market: Market, now: number): object {
  const { base, symbol } = tradedOf(parameters);
  const last = market.priceAt(base, now);
  const open = market.priceAt(base, now - DAY_MS);
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const bars = [market.bar(base, today - DAY_MS, DAY_MS, now), market.bar(base, today, DAY_MS, now)].filter(
    (bar) => bar !== null,
  );
  const volume = bars[0]?.volume ?? 0n;
  return {
    symbol: marketId(symbol),
    priceChange: price8(last - open),
    priceChangePercent: formatScaled(((last - open) * 100_000n) / open, 3),
    weightedAvgPrice: price8((last + open) / 2n),
    prevClosePrice: price8(open),
    lastPrice: price8(last),
    lastQty: '0.01000000',
    bidPrice: price8(last),
    bidQty: '1.00000000',
    askPrice: price8(last + 1n),
    askQty: '1.00000000',
    openPrice: price8(open),
    highPrice: price8(largest(last, ...bars.map((bar) => bar.high))),
    lowPrice: price8(smallest(last, ...bars.map((bar) => bar.low))),
    volume: fixed8(volume),
    quoteVolume: fixed8(quoteOf(volume, last)),
    openTime: now - DAY_MS,
    closeTime: now,
    firstId: 1,
    lastId: 1_000,
    count: 1_000,
  };
}

/** A price with all 8 digits. */
export function price8(ticks: bigint): string {
  return fixed8((ticks * parseAmount('1')) / TICKS);
}
