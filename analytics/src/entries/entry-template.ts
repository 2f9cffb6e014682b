/** What entries have in common with many others, and what each has of its own. */
import type { CashEntry, FillEntry, LedgerEntry, Money, TransferEntry } from './entry.ts';

/** An entry apart: the part that repeats, and the texts of its own, its id first. */
export interface EntryParts {
  readonly template: EntryTemplate;
  readonly texts: readonly (string | null)[];
}

/** An entry without its time and its own texts; amounts in it are empty. */
export type EntryTemplate = LedgerEntry;

const EMPTY = '';
const BASE = ['kind', 'id', 'time', 'venue', 'account', 'market'];
const FILL = [...BASE, 'symbol', 'base', 'quote', 'side', 'quantity', 'price', 'fee', 'orderId'];
const TRANSFER = [...BASE, 'direction', 'asset', 'amount', 'fee', 'transactionHash'];
const CASH = [...BASE, 'asset', 'amount', 'symbol'];

/** The parts of an entry; null: it is not of the shape of its kind, to the last member. */
export function splitEntry(entry: LedgerEntry): EntryParts | null {
  const base = { ...entry, id: EMPTY, time: 0 };
  if (typeof entry.time !== 'number') return null;
  if (entry.kind === 'fill') {
    if (!hasShape(entry, FILL, ['contractSize', 'settle', 'block']) || !isMoney(entry.fee)) return null;
    const { quantity, price, orderId, fee } = entry;
    const template = { ...base, quantity: EMPTY, price: EMPTY, orderId: EMPTY, fee: emptied(fee) };
    return parts(template as FillEntry, [entry.id, quantity, price, orderId, fee?.amount ?? null]);
  }
  if (entry.kind === 'transfer') {
    if (!hasShape(entry, TRANSFER, ['counterWallet']) || !isMoney(entry.fee)) return null;
    const { amount, transactionHash, fee } = entry;
    const template = { ...base, amount: EMPTY, transactionHash: EMPTY, fee: emptied(fee) };
    return parts(template as TransferEntry, [entry.id, amount, transactionHash, fee?.amount ?? null]);
  }
  if (!hasShape(entry, CASH, [])) return null;
  return parts({ ...base, amount: EMPTY } as CashEntry, [entry.id, entry.amount]);
}

/** The entry again. @param next - its texts, one after the other */
export function joinEntry(template: EntryTemplate, time: number, next: () => string | null): LedgerEntry {
  const id = next()!;
  if (template.kind === 'fill') {
    const [quantity, price, orderId, fee] = [next()!, next()!, next(), next()];
    return { ...template, id, time, quantity, price, orderId, fee: filled(template.fee, fee) };
  }
  if (template.kind === 'transfer') {
    const [amount, transactionHash, fee] = [next()!, next(), next()];
    return { ...template, id, time, amount, transactionHash, fee: filled(template.fee, fee) };
  }
  return { ...template, id, time, amount: next()! };
}

function parts(template: EntryTemplate, texts: readonly (string | null)[]): EntryParts | null {
  // Only the texts that may be null are; whatever else is no text was never an entry's.
  const nullable = template.kind === 'fill' ? 3 : 2;
  const areTexts = texts.every((text, i) => typeof text === 'string' || (text === null && i >= nullable));
  return areTexts ? { template, texts } : null;
}

function hasShape(entry: object, required: readonly string[], optional: readonly string[]): boolean {
  const names = Object.keys(entry);
  const present = optional.filter((name) => Object.hasOwn(entry, name)).length;
  return (
    names.length === required.length + present &&
    required.every((name) => Object.hasOwn(entry, name)) &&
    Object.values(entry).every((value) => value !== undefined)
  );
}

function isMoney(money: Money | null): boolean {
  if (money === null) return true;
  return (
    typeof money === 'object' &&
    Object.keys(money).length === 2 &&
    typeof money.amount === 'string' &&
    typeof money.currency === 'string'
  );
}

function emptied(fee: Money | null): Money | null {
  return fee && { amount: EMPTY, currency: fee.currency };
}

function filled(fee: Money | null, amount: string | null): Money | null {
  return fee && { amount: amount!, currency: fee.currency };
}
