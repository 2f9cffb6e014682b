/** Entries with parsed amounts. This is the one place where ledger text becomes exact numbers. */
import { type Amount, ONE, parseDecimal } from '../amount/decimal.ts';
import { FINE_SCALE } from '../amount/scale.ts';
import { InputError } from '../errors.ts';
import type { CashEntry, FillEntry, LedgerEntry, Money, TransferEntry } from './entry.ts';
import { parseSymbol } from './symbol.ts';

/** An amount of one asset. */
export interface ParsedMoney {
  readonly amount: Amount;
  readonly currency: string;
}

export interface ParsedFill
  extends Pick<
    FillEntry,
    | 'kind'
    | 'id'
    | 'time'
    | 'venue'
    | 'account'
    | 'wallet'
    | 'market'
    | 'symbol'
    | 'base'
    | 'quote'
    | 'side'
    | 'orderId'
  > {
  readonly quantity: Amount;
  readonly price: Amount;
  /** quantity × price, in quote. For a contract, the value of one side of it, in its settlement currency. */
  readonly cost: Amount;
  /** In the order of the entry. None is zero. */
  readonly fees: readonly ParsedMoney[];
  /** Null: this is not a contract. */
  readonly contract: ParsedContract | null;
  /** Whether the fill was agreed outside the order book. */
  readonly block: boolean;
}

/**
 * The terms of a contract's value: linear quantity × size × price in quote, inverse quantity × size / price in base.
 */
export interface ParsedContract {
  readonly size: Amount;
  readonly settle: string;
  readonly inverse: boolean;
}

export interface ParsedTransfer extends Omit<TransferEntry, 'amount' | 'fee'> {
  readonly amount: Amount;
  readonly fee: ParsedMoney | null;
  /** Marks an entry that no venue sent: the difference between a fill outside its market and the mark that books it. */
  readonly offMarket?: true;
}

export interface ParsedCash extends Omit<CashEntry, 'amount'> {
  readonly amount: Amount;
}

export type ParsedEntry = ParsedFill | ParsedTransfer | ParsedCash;

/**
 * Reads one entry. Signs are checked: a fill has a positive quantity and no negative price (a positive one for an
 * inverse contract), and a transfer has no negative amount. The symbol of a contract must name its settlement currency.
 * Whether the venue's data is true is not checked. Options are not supported.
 * @throws InputError `ledger_decimal_malformed`, `ledger_entry_malformed`, `ledger_market_unsupported`
 */
export function parseEntry(entry: LedgerEntry): ParsedEntry {
  if (!Number.isSafeInteger(entry.time) || entry.time < 0) throw malformed(`the time of a ${entry.kind}`);
  if (entry.market === 'option') {
    throw new InputError('ledger_market_unsupported', `entries of ${entry.market} markets are not supported`);
  }
  if (entry.kind === 'fill') return parseFill(entry);
  if (entry.kind === 'transfer') return parseTransfer(entry);
  return { ...entry, amount: parseDecimal(entry.amount, `the amount of a ${entry.kind}`) };
}

function parseFill(entry: FillEntry): ParsedFill {
  const quantity = parseDecimal(entry.quantity, 'the quantity of a fill');
  const price = parseDecimal(entry.price, 'the price of a fill');
  const contract = parseContract(entry);
  if (!quantity.isPositive() || price.isNegative()) throw malformed('the quantity or price of a fill');
  if (contract?.inverse && price.isZero()) throw malformed('the price of a fill');
  // Member by member, because there are millions of entries. A spread cost a tenth of the time of a history.
  return {
    kind: entry.kind,
    id: entry.id,
    time: entry.time,
    venue: entry.venue,
    account: entry.account,
    wallet: entry.wallet,
    market: entry.market,
    symbol: entry.symbol,
    base: entry.base,
    quote: entry.quote,
    side: entry.side,
    orderId: entry.orderId,
    quantity,
    price,
    cost: costOf(quantity, price, contract),
    fees: parseFees(entry),
    contract,
    block: entry.block === true,
  };
}

function parseContract(entry: FillEntry): ParsedContract | null {
  const { market, symbol, contractSize, base, quote } = entry;
  if (market !== 'linear' && market !== 'inverse') return null;
  const size = contractSize === undefined ? ONE : parseDecimal(contractSize, 'the size of a contract');
  if (!size.isPositive()) throw malformed('the size of a contract');
  const inverse = market === 'inverse';
  const settle = entry.settle ?? (inverse ? base : quote);
  if (!settlesIn(symbol, settle, inverse)) throw malformed('the symbol of a contract');
  return { size, settle, inverse };
}

/** Whether a unified symbol is that of a contract of these terms. Prices know contracts by their symbols. */
export function settlesIn(symbol: string, settle: string, inverse: boolean): boolean {
  const said = parseSymbol(symbol);
  return !said.spot && said.settle === settle && said.inverse === inverse;
}

/** The value of one side of a fill: in quote, or for a contract in its settlement currency. */
export function costOf(quantity: Amount, price: Amount, contract: ParsedContract | null): Amount {
  if (contract === null) return quantity.times(price);
  const units = quantity.times(contract.size);
  return contract.inverse ? units.dividedBy(price, FINE_SCALE) : units.times(price);
}

function parseTransfer(entry: TransferEntry): ParsedTransfer {
  const amount = parseDecimal(entry.amount, 'the amount of a transfer');
  if (amount.isNegative()) throw malformed('the amount of a transfer');
  return { ...entry, amount, fee: parseMoney(entry.fee, 'the fee of a transfer') };
}

const NO_FEES: readonly ParsedMoney[] = [];

function parseFees({ fee, furtherFees }: FillEntry): readonly ParsedMoney[] {
  const first = parseMoney(fee, 'the fee of a fill');
  if (furtherFees === undefined) return first === null ? NO_FEES : [first];
  const further = furtherFees.map((money) => parseMoney(money, 'a further fee of a fill'));
  return [first, ...further].filter((money) => money !== null);
}

function parseMoney(money: Money | null, what: string): ParsedMoney | null {
  if (money === null) return null;
  const amount = parseDecimal(money.amount, what);
  return amount.isZero() ? null : { amount, currency: money.currency };
}

function malformed(what: string): InputError {
  return new InputError('ledger_entry_malformed', `${what} is out of range`);
}
