/** Changes one event of a simulated account, so that a test sees exactly the affected numbers change. */
import { formatAmount, parseAmount } from '../market/amount.ts';
import type { TraderAccount, TraderEvent } from './event.ts';
import { Wallet } from './wallet.ts';

/** A change to one event, by its id. All other events stay unchanged. */
export type AccountEdit =
  | {
      readonly kind: 'fill';
      readonly symbol: string;
      readonly id: number;
      readonly price?: string;
      readonly quantity?: string;
      readonly offBook?: true;
    }
  | { readonly kind: 'deposit'; readonly id: string; readonly amount: string };

/**
 * The account with one event changed. Fees and all other events stay unchanged. An account of more than spot is not
 * checked for balances below zero: its other wallets give and take too.
 * @throws NegativeBalanceError when a balance would fall below zero
 * @throws RangeError when there is no such event or an amount is malformed
 */
export function withEdit(account: TraderAccount, edit: AccountEdit): TraderAccount {
  let found = false;
  const events = account.events.map((event): TraderEvent => {
    if (event.kind === 'deposit' && edit.kind === 'deposit' && event.id === edit.id) {
      found = true;
      return { ...event, amount: formatAmount(parseAmount(edit.amount)) };
    }
    if (
      event.kind !== 'fill' ||
      edit.kind !== 'fill' ||
      event.id !== edit.id ||
      event.symbol !== edit.symbol
    ) {
      return event;
    }
    found = true;
    const { price = event.price, quantity = event.quantity, offBook } = edit;
    return { ...event, price, quantity, ...(offBook === undefined ? {} : { offBook }) };
  });
  if (!found) throw new RangeError(`no ${edit.kind} ${edit.id} on this account`);
  const wallet = new Wallet();
  if (!account.more?.length) for (const event of events) wallet.apply(event);
  return { ...account, events };
}
