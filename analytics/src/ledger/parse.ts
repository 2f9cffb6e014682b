/** Entries with their amounts read: the one place where ledger text becomes exact numbers. */
import { InputError } from '../errors.ts';
import { type Amount, parseDecimal } from './decimal.ts';
import type { CashEntry, FillEntry, LedgerEntry, Money, TransferEntry } from './entry.ts';

/** An amount of one asset. */
export interface ParsedMoney {
  readonly amount: Amount;
  readonly currency: string;
}

export interface ParsedFill
  extends Pick<
    FillEntry,
    'kind' | 'id' | 'time' | 'venue' | 'account' | 'symbol' | 'base' | 'quote' | 'side'
  > {
  readonly quantity: Amount;
  readonly price: Amount;
  /** quantity × price, in quote. */
  readonly cost: Amount;
  readonly fee: ParsedMoney | null;
}

export interface ParsedTransfer extends Omit<TransferEntry, 'amount' | 'fee'> {
  readonly amount: Amount;
  readonly fee: ParsedMoney | null;
}

export interface ParsedCash extends Omit<CashEntry, 'amount'> {
  readonly amount: Amount;
}

export type ParsedEntry = ParsedFill | ParsedTransfer | ParsedCash;

/**
 * Reads one entry. Signs are checked (a fill has a positive quantity and no negative price, a transfer no
 * negative amount); whether the venue told the truth is not.
 * @throws InputError `ledger_decimal_malformed`, `ledger_entry_malformed`, `ledger_market_unsupported`
 */
export function parseEntry(entry: LedgerEntry): ParsedEntry {
  if (!Number.isSafeInteger(entry.time) || entry.time < 0) throw malformed(`the time of a ${entry.kind}`);
  if (entry.market !== 'spot') {
    throw new InputError('ledger_market_unsupported', `entries of ${entry.market} markets are not supported`);
  }
  if (entry.kind === 'fill') return parseFill(entry);
  if (entry.kind === 'transfer') return parseTransfer(entry);
  return { ...entry, amount: parseDecimal(entry.amount, `the amount of a ${entry.kind}`) };
}

function parseFill(entry: FillEntry): ParsedFill {
  const quantity = parseDecimal(entry.quantity, 'the quantity of a fill');
  const price = parseDecimal(entry.price, 'the price of a fill');
  if (!quantity.isPositive() || price.isNegative()) throw malformed('the quantity or price of a fill');
  const { kind, id, time, venue, account, symbol, base, quote, side } = entry;
  const [cost, fee] = [quantity.times(price), parseMoney(entry.fee, 'the fee of a fill')];
  return { kind, id, time, venue, account, symbol, base, quote, side, quantity, price, cost, fee };
}

function parseTransfer(entry: TransferEntry): ParsedTransfer {
  const amount = parseDecimal(entry.amount, 'the amount of a transfer');
  if (amount.isNegative()) throw malformed('the amount of a transfer');
  return { ...entry, amount, fee: parseMoney(entry.fee, 'the fee of a transfer') };
}

function parseMoney(money: Money | null, what: string): ParsedMoney | null {
  if (money === null) return null;
  const amount = parseDecimal(money.amount, what);
  return amount.isZero() ? null : { amount, currency: money.currency };
}

function malformed(what: string): InputError {
  return new InputError('ledger_entry_malformed', `${what} is out of range`);
}
