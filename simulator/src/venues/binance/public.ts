/** Binance's public endpoints of spot over the simulated market, in the forms recorded from the real venue. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, formatScaled, largest, smallest, TICK_DIGITS, UNIT } from '../../market/amount.ts';
import { EURO_DIGITS } from '../../market/euro.ts';
import { INSTRUMENTS, type Market } from '../../market/market.ts';
import { FINE_DIGITS, type Series, statusAt, toFine } from '../../market/series.ts';
import type { Candles } from './klines.ts';
import type { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';

/** What the list of markets says of a market. */
type Listed = Pick<Series, 'symbol' | 'base' | 'quote' | 'lotStep' | 'digits' | 'isSynthetic'> &
  Partial<Pick<Series, 'opensDay' | 'breakDay' | 'removedDay'>>;

/** The list of a market without synthetic coins: those that are traded here, and the euro. */
const RECORDED: readonly Listed[] = [
  ...INSTRUMENTS.map((instrument) => ({ ...instrument, digits: TICK_DIGITS, isSynthetic: false })),
  {
    symbol: 'EUR/USDT',
    base: 'EUR',
    quote: 'USDT',
    lotStep: 10_000_000n,
    digits: EURO_DIGITS,
    isSynthetic: false,
  },
];

/**
 * The market of a `symbol` parameter. One that is in no list any more is refused like one that never was.
 * @throws BinanceRefusal −1102, −1121
 */
export function seriesOf(parameters: Parameters, market: Market, now: number): Series {
  const id = parameters.required('symbol');
  const series = market.spot.find(({ symbol }) => marketId(symbol) === id);
  if (!series || statusAt(series, now) === null) throw refusals.symbol();
  return series;
}

/** `BTCUSDT` of `BTC/USDT`. */
export function marketId(symbol: string): string {
  return symbol.replace('/', '');
}

/** GET /api/v3/exchangeInfo */
export function exchangeInfo(now: number, weightPerMinute: number, listed = RECORDED): object {
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
    symbols: listed.flatMap((one) => {
      const status = statusAt(one, now);
      return status === null ? [] : [symbolInfo(one, status)];
    }),
  };
}

function symbolInfo(listed: Listed, status: 'TRADING' | 'BREAK'): object {
  const { symbol, base, quote, lotStep, digits, isSynthetic } = listed;
  const step = fixed8(lotStep);
  const tick = fixed8(10n ** BigInt(FINE_DIGITS - digits));
  return {
    symbol: marketId(symbol),
    status,
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
    isMarginTradingAllowed: !isSynthetic,
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

/** The candles of a spot market: none before it opens and none after it stops. */
export function spotCandles(series: Series, market: Market): Candles {
  const { breakDay } = series;
  return {
    name: series.symbol,
    digits: series.digits,
    firstTime: Math.max(market.firstDay, series.opensDay ?? 0) * DAY_MS,
    ...(breakDay === undefined ? {} : { lastTime: breakDay * DAY_MS - 1 }),
    bar: (openTime, durationMs, asOf) => series.bar(openTime, durationMs, asOf),
  };
}

/** GET /api/v3/ticker/price for one symbol. @throws BinanceRefusal */
export function tickerPrice(parameters: Parameters, market: Market, now: number): object {
  const series = seriesOf(parameters, market, now);
  return { symbol: marketId(series.symbol), price: priceText(series, series.priceAt(now)) };
}

/** GET /api/v3/ticker/24hr for one symbol. @throws BinanceRefusal */
export function ticker24h(parameters: Parameters, market: Market, now: number): object {
  const series = seriesOf(parameters, market, now);
  const price8 = (price: bigint): string => priceText(series, price);
  const last = series.priceAt(now);
  const open = series.priceAt(now - DAY_MS);
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  const bars = [series.bar(today - DAY_MS, DAY_MS, now), series.bar(today, DAY_MS, now)].filter(
    (bar) => bar !== null,
  );
  const volume = bars[0]?.volume ?? 0n;
  return {
    symbol: marketId(series.symbol),
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
    quoteVolume: fixed8((volume * toFine(last, series.digits)) / UNIT),
    openTime: now - DAY_MS,
    closeTime: now,
    firstId: 1,
    lastId: 1_000,
    count: 1_000,
  };
}

/** A price with all 8 digits. */
function priceText({ digits }: Series, price: bigint): string {
  return fixed8(toFine(price, digits));
}
