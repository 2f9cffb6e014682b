/** The part that many records of a batch have in common, and the part that each has of its own. */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import type { CashEntry, FillEntry, Money, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import type { LedgerRecord, MarkRecord } from '../records/record.ts';
import { isNumber } from './numbers.ts';

/** A record that can be split: one of the kinds that there are many of. */
export type CommonRecord = FillEntry | TransferEntry | CashEntry | MarkRecord;

/** A record without its time and its own texts, which are empty. */
export type Template = CommonRecord;

/** Own texts of a record, in the order of its kind. */
export type OwnTexts = readonly (string | null)[];

const EMPTY = '';

/** Whether a record is split. The others are stored whole. */
export function isCommon(record: LedgerRecord): record is CommonRecord {
  const { kind } = record;
  if (kind === 'snapshot' || kind === 'gap' || kind === 'quarantined') return false;
  return isNumber(record.time);
}

/** Whether two records have the same template. Members that their kind does not have are only counted. */
export function isAlike(a: CommonRecord, b: CommonRecord): boolean {
  return (
    Object.keys(a).length === Object.keys(b).length &&
    a.venue === b.venue &&
    (a.kind === 'mark' ? b.kind === 'mark' && isAlikeMark(a, b) : b.kind !== 'mark' && isAlikeEntry(a, b))
  );
}

function isAlikeMark(a: MarkRecord, b: MarkRecord): boolean {
  return (
    a.asset === b.asset &&
    a.quote === b.quote &&
    a.resolution === b.resolution &&
    OPTIONAL_OF_MARK.every((name) => (a[name] === undefined) === (b[name] === undefined))
  );
}

function isAlikeEntry(a: LedgerEntry, b: LedgerEntry): boolean {
  if (a.account !== b.account || a.wallet !== b.wallet || a.market !== b.market) return false;
  if (a.kind === 'fill') return b.kind === 'fill' && isAlikeFill(a, b);
  if (a.kind === 'transfer') return b.kind === 'transfer' && isAlikeTransfer(a, b);
  return a.kind === b.kind && a.asset === b.asset && a.symbol === b.symbol;
}

function isAlikeFill(a: FillEntry, b: FillEntry): boolean {
  return (
    a.symbol === b.symbol &&
    a.base === b.base &&
    a.quote === b.quote &&
    a.side === b.side &&
    a.contractSize === b.contractSize &&
    a.settle === b.settle &&
    a.positionSide === b.positionSide &&
    a.block === b.block &&
    isAlikeFee(a.fee, b.fee) &&
    a.furtherFees?.length === b.furtherFees?.length &&
    (a.furtherFees ?? []).every((fee, i) => isAlikeFee(fee, b.furtherFees![i]!))
  );
}

function isAlikeTransfer(a: TransferEntry, b: TransferEntry): boolean {
  return (
    a.direction === b.direction &&
    a.asset === b.asset &&
    a.counterWallet === b.counterWallet &&
    isAlikeFee(a.fee, b.fee)
  );
}

function isAlikeFee(a: Money | null, b: Money | null): boolean {
  return a === null || b === null ? a === b : a.currency === b.currency;
}

/** The common part of a record. */
export function templateOf(record: CommonRecord): Template {
  switch (record.kind) {
    case 'fill': {
      const { fee, furtherFees } = record;
      const fees = furtherFees === undefined ? {} : { furtherFees: furtherFees.map(emptied) };
      const own = { id: EMPTY, time: 0, quantity: EMPTY, price: EMPTY, orderId: EMPTY };
      return { ...record, ...own, fee: fee && emptied(fee), ...fees };
    }
    case 'transfer': {
      const { fee } = record;
      const own = { id: EMPTY, time: 0, amount: EMPTY, transactionHash: EMPTY };
      return { ...record, ...own, fee: fee && emptied(fee) };
    }
    case 'mark':
      return { ...record, time: 0, price: EMPTY, ...emptyOptional(record) };
    case 'fee':
    case 'funding':
    case 'interest':
    case 'rebate':
    case 'other':
      return { ...record, id: EMPTY, time: 0, amount: EMPTY };
  }
}

/** The own texts of a record. */
export function ownTexts(record: CommonRecord): OwnTexts {
  switch (record.kind) {
    case 'fill': {
      const { id, quantity, price, orderId, fee, furtherFees } = record;
      const further = furtherFees === undefined ? [] : furtherFees.map(({ amount }) => amount);
      return [id, quantity, price, orderId, fee === null ? null : fee.amount, ...further];
    }
    case 'transfer':
      return [
        record.id,
        record.amount,
        record.transactionHash,
        record.fee === null ? null : record.fee.amount,
      ];
    case 'mark':
      return [record.price, ...OPTIONAL_OF_MARK.flatMap((name) => record[name] ?? [])];
    case 'fee':
    case 'funding':
    case 'interest':
    case 'rebate':
    case 'other':
      return [record.id, record.amount];
  }
}

/** What an own text of a template's records may be. */
export interface TextRule {
  readonly isDecimal: boolean;
  readonly mayBeNull: boolean;
}

const TEXT: TextRule = { isDecimal: false, mayBeNull: false };
const TEXT_OR_NULL: TextRule = { isDecimal: false, mayBeNull: true };
const DECIMAL: TextRule = { isDecimal: true, mayBeNull: false };

/** The rules of the own texts of a template's records. */
export function rulesOf(template: Template): readonly TextRule[] {
  switch (template.kind) {
    case 'fill':
      return [
        ...[TEXT, DECIMAL, DECIMAL, TEXT_OR_NULL, feeRule(template)],
        ...(template.furtherFees ?? []).map(() => DECIMAL),
      ];
    case 'transfer':
      return [TEXT, DECIMAL, TEXT_OR_NULL, feeRule(template)];
    case 'mark':
      return ownTexts(template).map(() => DECIMAL);
    case 'fee':
    case 'funding':
    case 'interest':
    case 'rebate':
    case 'other':
      return [TEXT, DECIMAL];
  }
}

function feeRule({ fee }: FillEntry | TransferEntry): TextRule {
  return fee === null ? TEXT_OR_NULL : DECIMAL;
}

/** The record of a template, a time and own texts. Whether they fit the kind is not checked. */
export function joinRecord(template: Template, time: number, own: OwnTexts): CommonRecord {
  switch (template.kind) {
    case 'fill': {
      const [id, quantity, price, orderId, fee, ...further] = own as readonly string[];
      const joined = { ...template, id: id!, time, quantity: quantity!, price: price!, orderId: orderId! };
      const fees = template.furtherFees?.map(({ currency }, i) => ({ amount: further[i]!, currency }));
      return { ...joined, fee: filled(template.fee, fee!), ...(fees && { furtherFees: fees }) };
    }
    case 'transfer': {
      const [id, amount, transactionHash, fee] = own as readonly string[];
      const joined = { ...template, id: id!, time, amount: amount!, transactionHash: transactionHash! };
      return { ...joined, fee: filled(template.fee, fee!) };
    }
    case 'mark': {
      const [price, ...optional] = own as readonly string[];
      const names = OPTIONAL_OF_MARK.filter((name) => template[name] !== undefined);
      const values = Object.fromEntries(names.map((name, i) => [name, optional[i]!]));
      return { ...template, time, price: price!, ...values };
    }
    case 'fee':
    case 'funding':
    case 'interest':
    case 'rebate':
    case 'other':
      return { ...template, id: own[0]!, time, amount: own[1]! };
  }
}

const OPTIONAL_OF_MARK = ['low', 'high', 'volume', 'vwap'] as const;

function emptyOptional(mark: MarkRecord): Partial<MarkRecord> {
  const names = OPTIONAL_OF_MARK.filter((name) => mark[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, EMPTY]));
}

/** The members beside `amount` stay, whatever they are. */
function emptied(money: Money): Money {
  return { ...money, amount: EMPTY };
}

function filled(fee: Money | null, amount: string): Money | null {
  return fee && { ...fee, amount };
}
