/** The part that many entries have in common, and the part that each has of its own. */
import type { CashEntry, FillEntry, LedgerEntry, Money, TransferEntry } from './entry.ts';

/** An entry in parts: the key of the common part, and the entry's own texts, its id first. */
export interface EntryParts {
  /** One key for each {@link templateOf}. */
  readonly key: string;
  readonly texts: readonly (string | null)[];
}

/** An entry without its time and its own texts. Its amounts are empty. */
export type EntryTemplate = LedgerEntry;

const EMPTY = '';
/** Members that every entry of a kind has. */
const FILL_MEMBERS = 15;
const TRANSFER_MEMBERS = 12;
const CASH_MEMBERS = 10;

/** The parts of an entry. Null: it does not have exactly the members of its kind. */
export function splitEntry(entry: LedgerEntry): EntryParts | null {
  if (typeof entry.time !== 'number') return null;
  if (entry.kind === 'fill') return splitFill(entry);
  return entry.kind === 'transfer' ? splitTransfer(entry) : splitCash(entry);
}

/** The common part of all entries of one key. */
export function templateOf(entry: LedgerEntry): EntryTemplate {
  const base = { ...entry, id: EMPTY, time: 0 };
  if (base.kind === 'fill') {
    return { ...base, quantity: EMPTY, price: EMPTY, orderId: EMPTY, fee: emptied(base.fee) };
  }
  if (base.kind === 'transfer') {
    return { ...base, amount: EMPTY, transactionHash: EMPTY, fee: emptied(base.fee) };
  }
  return { ...base, amount: EMPTY };
}

/** Rebuilds the entry. @param next - its texts, one after the other */
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

function splitFill(entry: FillEntry): EntryParts | null {
  const { id, venue, account, wallet, market, symbol, base, quote, side, quantity, price, fee } = entry;
  const { orderId, contractSize, settle, positionSide, block } = entry;
  const common = [venue, account, wallet, market, symbol, base, quote, side];
  const optional = [contractSize, settle, positionSide, block];
  if (!areTexts([id, quantity, price, ...common]) || !isTextOrNull(orderId) || !isMoney(fee)) return null;
  if (![contractSize, settle, positionSide].every((value) => isOptional(value, 'string'))) return null;
  if (!isOptional(block, 'boolean')) return null;
  if (!hasMembers(entry, FILL_MEMBERS, optional)) return null;
  const key = JSON.stringify(['fill', ...common, ...optional, fee?.currency]);
  return { key, texts: [id, quantity, price, orderId, fee?.amount ?? null] };
}

function splitTransfer(entry: TransferEntry): EntryParts | null {
  const { id, venue, account, wallet, market, direction, asset, amount, fee } = entry;
  const { transactionHash, counterWallet } = entry;
  const common = [venue, account, wallet, market, direction, asset];
  if (!areTexts([id, amount, ...common]) || !isTextOrNull(transactionHash) || !isMoney(fee)) return null;
  if (!isOptional(counterWallet, 'string') || !hasMembers(entry, TRANSFER_MEMBERS, [counterWallet]))
    return null;
  const key = JSON.stringify(['transfer', ...common, counterWallet, fee?.currency]);
  return { key, texts: [id, amount, transactionHash, fee?.amount ?? null] };
}

function splitCash(entry: CashEntry): EntryParts | null {
  const { kind, id, venue, account, wallet, market, asset, amount, symbol } = entry;
  const common = [kind, venue, account, wallet, market, asset];
  if (!areTexts([id, amount, ...common]) || !isTextOrNull(symbol) || !hasMembers(entry, CASH_MEMBERS, []))
    return null;
  return { key: JSON.stringify([...common, symbol]), texts: [id, amount] };
}

/** Whether an entry has this many members, plus the optional ones that are not undefined. */
function hasMembers(entry: LedgerEntry, count: number, optional: readonly unknown[]): boolean {
  const present = optional.reduce<number>((sum, value) => (value === undefined ? sum : sum + 1), 0);
  return Object.keys(entry).length === count + present;
}

function areTexts(values: readonly unknown[]): boolean {
  return values.every((value) => typeof value === 'string');
}

function isTextOrNull(value: unknown): boolean {
  return value === null || typeof value === 'string';
}

function isOptional(value: unknown, type: 'string' | 'boolean'): boolean {
  return value === undefined || typeof value === type;
}

function isMoney(money: Money | null): boolean {
  if (money === null) return true;
  return (
    typeof money === 'object' && Object.keys(money).length === 2 && areTexts([money.amount, money.currency])
  );
}

function emptied(fee: Money | null): Money | null {
  return fee && { amount: EMPTY, currency: fee.currency };
}

function filled(fee: Money | null, amount: string | null): Money | null {
  return fee && { amount: amount!, currency: fee.currency };
}
