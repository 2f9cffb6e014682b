/** Short functions that create entries and marks for tests. */
import { type Amount, parseDecimal } from '../../src/amount/decimal.ts';
import type { CashEntry, FillEntry, Money, TransferEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';

/** Converts `2024-01-05T10:30`, read as UTC, to milliseconds. */
export function at(text: string): number {
  return Date.parse(text.includes('T') ? `${text}Z` : text);
}

/** Converts to an exact amount. A number is converted by its shortest decimal text. */
export function amount(value: number | string): Amount {
  return parseDecimal(String(value), 'an amount');
}

const base = { venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot' } as const;
let counter = 0;

/** Gives every entry a new id unless the test names one. */
function nextId(): string {
  counter += 1;
  return String(counter);
}

export function fill(
  time: string | number,
  side: 'buy' | 'sell',
  quantity: string,
  symbol: string,
  price: string,
  fee: string | null = null,
): FillEntry {
  const [baseAsset, quote] = symbol.split('/') as [string, string];
  return {
    ...base,
    kind: 'fill',
    id: nextId(),
    time: typeof time === 'number' ? time : at(time),
    symbol,
    base: baseAsset,
    quote,
    side,
    quantity,
    price,
    fee: fee === null ? null : money(fee),
    orderId: null,
  };
}

/** A fill of a contract. The symbol names the market. */
export function contractFill(
  time: string | number,
  side: 'buy' | 'sell',
  contracts: string,
  symbol: string,
  price: string,
  rest: {
    readonly size?: string;
    readonly fee?: string;
    readonly venue?: string;
    readonly account?: string;
  } = {},
): FillEntry {
  const [pair, settlement] = symbol.split(':') as [string, string];
  const [settle] = settlement.split('-') as [string];
  const { size, fee, ...others } = rest;
  const entry = fill(time, side, contracts, pair, price, fee ?? null);
  const market = settle === entry.base ? ('inverse' as const) : ('linear' as const);
  return {
    ...entry,
    symbol,
    market,
    settle,
    ...(size === undefined ? {} : { contractSize: size }),
    ...others,
  };
}

export function transfer(
  time: string | number,
  direction: 'deposit' | 'withdrawal',
  amount: string,
  rest: Partial<Omit<TransferEntry, 'fee'>> & { fee?: string } = {},
): TransferEntry {
  const { amount: quantity, currency } = money(amount);
  const { fee, ...others } = rest;
  return {
    ...base,
    kind: 'transfer',
    id: nextId(),
    time: typeof time === 'number' ? time : at(time),
    direction,
    asset: currency,
    amount: quantity,
    fee: fee === undefined ? null : money(fee),
    transactionHash: null,
    ...others,
  };
}

export function cash(time: string, kind: CashEntry['kind'], amount: string): CashEntry {
  const { amount: quantity, currency } = money(amount);
  return { ...base, kind, id: nextId(), time: at(time), asset: currency, amount: quantity, symbol: null };
}

export function mark(
  time: string | number,
  asset: string,
  price: string,
  resolution: '1d' | '1m' = '1d',
): Mark {
  return {
    venue: 'binance',
    asset,
    quote: 'USDT',
    time: typeof time === 'number' ? time : at(time),
    price,
    resolution,
  };
}

/** Parses `0.5 BTC`. */
function money(text: string): Money {
  const [amount, currency] = text.split(' ') as [string, string];
  return { amount, currency };
}
