/** Futures of Binance: USDⓈ-M (`usdm`), which settle in the quote, and COIN-M (`coinm`), which settle in the base. */
import type { CashEntry, FillEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { Candle, Market, Product, RowContext, RowReading, Stream, WalletRows } from '../../table.ts';
import {
  fieldsOf,
  listOf,
  malformed,
  toDecimal,
  toInstant,
  toKnown,
  toOptionalText,
  toText,
} from '../../values.ts';
import { amountOf, FILL_PAGING, readCandle } from './spot.ts';
import { cashOf, transferOf } from './transfers.ts';

interface Side {
  readonly wallet: 'usdm' | 'coinm';
  readonly product: Product;
  readonly launch: number;
}
const USDM: Side = { wallet: 'usdm', product: 'linear', launch: Date.UTC(2019, 8, 1) };
const COINM: Side = { wallet: 'coinm', product: 'inverse', launch: Date.UTC(2020, 7, 1) };

export const FUTURES_STREAMS: readonly Stream[] = [USDM, COINM].flatMap((side) => [
  incomeStream(side),
  fillStream(side),
]);

/** "Only supports querying trades in the past 6 months", and an income history of 3 months. */
function fillStream(side: Side): Stream {
  return {
    ...{
      name: `${side.wallet} fills`,
      call: `${side.wallet}Fills`,
      wallets: [side.wallet],
      needs: 'futures',
    },
    ...{ cadence: 'moved', scope: { product: side.product }, windows: null },
    paging: FILL_PAGING,
    parameters: (symbol) => ({ symbol }),
    rows: (answer) => listOf(answer, 'contract fills'),
    read: (row, context) => readFill(row, side, context),
  };
}

function incomeStream(side: Side): Stream {
  return {
    ...{
      name: `${side.wallet} income`,
      call: `${side.wallet}Income`,
      wallets: [side.wallet],
      needs: 'futures',
    },
    ...{ cadence: 'moved', scope: 'account' },
    paging: { kind: 'inclusive-time', limit: 'limit', page: 1_000 },
    windows: {
      ...{ from: 'startTime', to: 'endTime', longestMs: 7 * DAY_MS - 1, since: side.launch },
      ...{ horizonMs: 90 * DAY_MS, overlapMs: 60_000 * 60 },
    },
    parameters: () => ({}),
    rows: (answer) => listOf(answer, 'income'),
    read: (row, context) => readIncome(row, side, context),
  };
}

const SIDES: Readonly<Record<string, 'long' | 'short' | null>> = { BOTH: null, LONG: 'long', SHORT: 'short' };

function readFill(row: unknown, side: Side, { owner, market: listed, key }: RowContext): RowReading {
  const info = fieldsOf(row, 'contract fill');
  const market = listed(side.product, key);
  if (market?.settle == null) throw malformed('contract of a fill');
  const id = toText(info['id'], 'fill id');
  const time = toInstant(info['time'], 'fill time');
  const direction = toText(info['side'], 'fill side');
  if (direction !== 'BUY' && direction !== 'SELL') throw malformed('fill side');
  const positionSide = toKnown(SIDES, info['positionSide'] ?? 'BOTH', 'position side of a fill');
  const entry: FillEntry = {
    ...{ kind: 'fill', ...owner, wallet: side.wallet, market: market.product, id, time },
    ...{ symbol: market.symbol, base: market.base, quote: market.quote },
    side: direction === 'BUY' ? 'buy' : 'sell',
    quantity: toDecimal(info['qty'], 'fill quantity'),
    price: toDecimal(info['price'], 'fill price'),
    fee: {
      amount: toDecimal(info['commission'], 'fill commission'),
      currency: toText(info['commissionAsset'], 'fill commission asset'),
    },
    orderId: toText(info['orderId'], 'fill order'),
    ...{ contractSize: market.contractSize, settle: market.settle },
    ...(positionSide === null ? {} : { positionSide }),
  };
  return { entries: [entry], time, id };
}

/** What a type of income is. Rows that fills count are null. A type that is not here is put in quarantine. */
const INCOME: Readonly<Record<string, CashEntry['kind'] | 'flow' | 'collateral' | 'strategy' | null>> = {
  ...{ REALIZED_PNL: null, COMMISSION: null, DELIVERED_SETTELMENT: null },
  // The list of transfers between wallets has both sides.
  ...{ TRANSFER: null },
  ...{
    FUNDING_FEE: 'funding',
    INSURANCE_CLEAR: 'fee',
    POSITION_LIMIT_INCREASE_FEE: 'fee',
    FEE_RETURN: 'rebate',
  },
  ...{ REFERRAL_KICKBACK: 'rebate', COMMISSION_REBATE: 'rebate', API_REBATE: 'rebate' },
  ...{
    AUTO_EXCHANGE: 'other',
    COIN_SWAP_DEPOSIT: 'other',
    COIN_SWAP_WITHDRAW: 'other',
    BFUSD_REWARD: 'interest',
  },
  ...{ OPTIONS_PREMIUM_FEE: 'other', OPTIONS_SETTLE_PROFIT: 'other', CONTEST_REWARD: 'other' },
  // Trial funds are taken back. Both legs are external flows.
  ...{ WELCOME_BONUS: 'flow', INTERNAL_TRANSFER: 'flow' },
  ...{ CROSS_COLLATERAL_TRANSFER: 'collateral', STRATEGY_UMFUTURES_TRANSFER: 'strategy' },
};

function readIncome(row: unknown, side: Side, { owner, market }: RowContext): RowReading {
  const info = fieldsOf(row, 'income');
  const type = toText(info['incomeType'], 'income type');
  const kind = toKnown(INCOME, type, 'income type');
  const time = toInstant(info['time'], 'income time');
  const name = toOptionalText(info['symbol'], 'income symbol');
  // One number may stand for several rows: of types, of symbols, of assets and of the parts of a fill.
  const trade = toOptionalText(info['tradeId'], 'income trade');
  const id = `${type}:${name}:${toText(info['tranId'], 'income id')}:${trade}`;
  const tradedIn = kind === null && name !== '' ? { tradedIn: name } : {};
  if (kind === null) return { entries: [], time, id, ...tradedIn };
  const amount = amountOf(info['income'], 'income amount');
  const move = { owner, id, time, asset: toText(info['asset'], 'income asset'), amount: amount.toString() };
  if (kind === 'flow' || kind === 'collateral' || kind === 'strategy') {
    const direction = amount.isNegative() ? 'withdrawal' : 'deposit';
    const counter = kind === 'flow' ? null : kind;
    const entry = transferOf({ ...move, amount: amount.abs().toString() }, side.wallet, direction, counter);
    return { entries: [entry], time, id };
  }
  const symbol = name === '' ? null : (market(side.product, name)?.symbol ?? name);
  return { entries: [cashOf(move, kind, side.wallet, symbol)], time, id };
}

/** Wallet balances without unrealised profit, and open positions: the answers of two calls. */
export function readFutures(
  [balances, positions]: readonly unknown[],
  wallet: 'usdm' | 'coinm',
  listed: (id: string) => Market | undefined,
): WalletRows {
  return {
    balances: listOf(balances, 'futures balances').flatMap((row) => {
      const info = fieldsOf(row, 'futures balance');
      const total = toDecimal(info['balance'], 'futures balance');
      return total === '0' ? [] : [{ wallet, asset: toText(info['asset'], 'futures asset'), total }];
    }),
    positions: listOf(positions, 'positions').flatMap((row) => {
      const info = fieldsOf(row, 'position');
      const contracts = toDecimal(info['positionAmt'], 'position amount');
      if (contracts === '0') return [];
      const market = listed(toText(info['symbol'], 'position symbol'));
      if (market?.settle == null) throw malformed('contract of a position');
      const { symbol, base, quote, settle, contractSize } = market;
      const entryPrice = toDecimal(info['entryPrice'], 'entry price');
      const inverse = wallet === 'coinm';
      return [{ wallet, symbol, base, quote, settle, inverse, contracts, contractSize, entryPrice }];
    }),
  };
}

/** COIN-M counts volume in contracts, and the base's volume in place of the quote's. */
export function readCoinmCandle(raw: unknown): Candle {
  const row = listOf(raw, 'candle');
  const volume = toDecimal(row[7], 'kline base volume');
  return { ...readCandle([...row.slice(0, 7), '0']), volume, vwap: null };
}

/** Candles of the mark price count no trades. Null volume: no conclusion can be drawn from it. */
export function readMarkCandle(raw: unknown): Candle {
  const row = listOf(raw, 'candle');
  return { ...readCandle([...row.slice(0, 5), '0', row[6], '0']), volume: null, vwap: null };
}
