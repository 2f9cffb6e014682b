/** Binance's public endpoints of contracts: `fapi` for USDⓈ-M and `dapi` for COIN-M. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8 } from '../../market/amount.ts';
import { type Contract, FUNDING_MS, fundingRate } from '../../market/contracts.ts';
import { FINE_DIGITS } from '../../market/series.ts';
import type { ContractWallet } from '../../trader/wallet-event.ts';
import type { PublicCall } from './call.ts';
import { type Candles, klines } from './klines.ts';
import type { Parameters } from './parameters.ts';
import { refusals } from './refusal.ts';

const MAX_KLINES = 1_500;
/** What the venue prints as the delivery date of a perpetual. */
const NEVER = 4_133_404_800_000;

/** The contract of a `symbol` parameter. @throws BinanceRefusal −1102, −1121 */
export function contractOf({ parameters, contracts }: PublicCall, wallet: ContractWallet): Contract {
  const id = parameters.required('symbol');
  const contract = contracts.all.find((one) => one.id === id && one.wallet === wallet);
  if (!contract) throw refusals.symbol();
  return contract;
}

/** `BTCUSD` of `BTCUSD_PERP`, `BTCUSDT` of `BTCUSDT_261230`. */
export function pairOf({ base, quote }: Contract): string {
  return `${base}${quote}`;
}

/** Weight of a request for candles, by its page. */
export function klinesWeight(parameters: Parameters): number {
  const limit = Number(parameters.optional('limit') ?? 500);
  if (limit < 100) return 1;
  if (limit < 500) return 2;
  return limit <= 1_000 ? 5 : 10;
}

/** GET /fapi/v1/exchangeInfo, /dapi/v1/exchangeInfo */
export function contractInfo({ contracts, market, now }: PublicCall, wallet: ContractWallet): object {
  const own = contracts.all.filter((contract) => contract.wallet === wallet);
  return {
    timezone: 'UTC',
    serverTime: now,
    futuresType: wallet === 'usdm' ? 'U_MARGINED' : 'C_MARGINED',
    rateLimits: [{ rateLimitType: 'REQUEST_WEIGHT', interval: 'MINUTE', intervalNum: 1, limit: 2_400 }],
    exchangeFilters: [],
    assets: [...new Set(own.map(({ marginAsset }) => marginAsset))].map((asset) => ({
      asset,
      marginAvailable: true,
      autoAssetExchange: '-10000',
    })),
    symbols: own.map((contract) => infoOf(contract, market.firstDay * DAY_MS, now)),
  };
}

function infoOf(contract: Contract, listedAt: number, now: number): object {
  const { id, base, quote, wallet, marginAsset, digits, lotStep, contractSize, expiry } = contract;
  // [r]: what the venue says of a contract that was delivered, and how long it lists it.
  const status = expiry !== null && now >= expiry ? 'DELIVERED' : 'TRADING';
  const tick = fixed8(10n ** BigInt(FINE_DIGITS - digits));
  const step = fixed8(lotStep);
  return {
    symbol: id,
    pair: pairOf(contract),
    contractType: expiry === null ? 'PERPETUAL' : 'CURRENT_QUARTER',
    deliveryDate: expiry ?? NEVER,
    onboardDate: listedAt,
    ...(wallet === 'usdm' ? { status } : { contractStatus: status, contractSize }),
    maintMarginPercent: '2.5000',
    requiredMarginPercent: '5.0000',
    baseAsset: base,
    quoteAsset: quote,
    marginAsset,
    pricePrecision: digits,
    quantityPrecision: wallet === 'usdm' ? 3 : 0,
    baseAssetPrecision: 8,
    quotePrecision: 8,
    underlyingType: 'COIN',
    underlyingSubType: [],
    triggerProtect: '0.0500',
    liquidationFee: '0.005000',
    marketTakeBound: '0.05',
    filters: [
      { filterType: 'PRICE_FILTER', minPrice: tick, maxPrice: '4529764.00000000', tickSize: tick },
      { filterType: 'LOT_SIZE', minQty: step, maxQty: '1000000.00000000', stepSize: step },
      { filterType: 'MARKET_LOT_SIZE', minQty: step, maxQty: '60000.00000000', stepSize: step },
      { filterType: 'MAX_NUM_ORDERS', limit: 200 },
      { filterType: 'MIN_NOTIONAL', notional: '5' },
    ],
    orderTypes: ['LIMIT', 'MARKET', 'STOP', 'STOP_MARKET', 'TAKE_PROFIT', 'TAKE_PROFIT_MARKET'],
    timeInForce: ['GTC', 'IOC', 'FOK', 'GTX'],
  };
}

/** GET …/klines of a contract. @throws BinanceRefusal */
export function contractKlines(call: PublicCall, wallet: ContractWallet): object {
  const contract = contractOf(call, wallet);
  const { contracts } = call;
  const candles = candlesOf(call, contract, {
    name: contract.id,
    digits: contract.digits,
    bar: (openTime, durationMs, asOf) => contracts.bar(contract, openTime, durationMs, asOf),
  });
  return klines(call.parameters, candles, { tape: call.tape, max: MAX_KLINES, now: call.now });
}

/** GET …/markPriceKlines of a contract. @throws BinanceRefusal */
export function markKlines(call: PublicCall, wallet: ContractWallet): object {
  const contract = contractOf(call, wallet);
  const { contracts } = call;
  const candles = candlesOf(call, contract, {
    name: null,
    digits: FINE_DIGITS,
    bar: (openTime, durationMs, asOf) => contracts.markBar(contract, openTime, durationMs, asOf),
  });
  return klines(call.parameters, candles, { tape: call.tape, max: MAX_KLINES, now: call.now });
}

function candlesOf(
  { market }: PublicCall,
  { expiry }: Contract,
  own: Pick<Candles, 'name' | 'digits' | 'bar'>,
): Candles {
  const firstTime = market.firstDay * DAY_MS;
  return { ...own, firstTime, ...(expiry === null ? {} : { lastTime: expiry - 1 }) };
}

/** GET …/premiumIndex: one contract, or all. `dapi` gives a list always. @throws BinanceRefusal */
export function premiumIndex(call: PublicCall, wallet: ContractWallet): object {
  const { contracts, parameters, now } = call;
  const asked = parameters.optional('symbol') === undefined ? null : contractOf(call, wallet);
  const row = (contract: Contract): object => ({
    symbol: contract.id,
    ...(wallet === 'coinm' ? { pair: pairOf(contract) } : {}),
    markPrice: fixed8(contracts.markAt(contract, now)),
    indexPrice: fixed8(contracts.indexAt(contract, now)),
    estimatedSettlePrice: fixed8(contracts.indexAt(contract, now)),
    lastFundingRate: contract.expiry === null ? fixed8(fundingRate(contract, now)) : '',
    interestRate: contract.expiry === null ? '0.00010000' : '',
    nextFundingTime: contract.expiry === null ? (Math.floor(now / FUNDING_MS) + 1) * FUNDING_MS : 0,
    time: now,
  });
  if (asked && wallet === 'usdm') return row(asked);
  return contracts.all.filter((one) => one.wallet === wallet && (asked ?? one) === one).map(row);
}
