/** What lots and cash movements add to the row of a day. */
import type { Amount } from '../amount/decimal.ts';
import type { ParsedCash } from '../entries/parse.ts';
import type { TradingRow } from './trading-rows.ts';

/** Books the disposal of lots. `price` is per unit; null: not known. */
export function bookDisposal(
  row: TradingRow,
  closing: { readonly realizedPnl: Amount; readonly missingQuantity: Amount },
  price: Amount | null,
): void {
  row.realizedPnl = row.realizedPnl.plus(closing.realizedPnl);
  row.missingQuantity = row.missingQuantity.plus(closing.missingQuantity);
  if (price !== null) row.missingProceeds = row.missingProceeds.plus(closing.missingQuantity.times(price));
}

/** Books lots that a withdrawal removed: their gain, which no sale realised. */
export function bookWithdrawal(
  row: TradingRow,
  { quantity, cost }: { readonly quantity: Amount; readonly cost: Amount },
  price: Amount,
): void {
  row.withdrawnGain = row.withdrawnGain.plus(quantity.times(price).minus(cost));
}

/** Books the value of a cash movement (+ received) under its name. Rebates are negative fees. */
export function bookCash(row: TradingRow, entry: ParsedCash, value: Amount): void {
  switch (entry.kind) {
    case 'fee':
    case 'rebate':
      row.fees = row.fees.minus(value);
      break;
    case 'funding':
      row.fundingPnl = row.fundingPnl.plus(value);
      break;
    case 'interest':
      row.borrowInterest = row.borrowInterest.minus(value);
      break;
    case 'other':
      row.otherIncome = row.otherIncome.plus(value);
      break;
  }
}
