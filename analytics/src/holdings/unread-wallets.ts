/**
 * Money in wallets that nobody reads (docs/metrics.md §1.2 "Unread wallets"): what went there, by venue, account and
 * asset, less what came back. While that is not zero the account cannot be valued: a loss might be waiting there, or a
 * profit that was made elsewhere.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { ParsedTransfer } from '../entries/parse.ts';

/** Sums under way. */
export class UnreadWallets {
  /** Positive: still there. Negative: more came back than ever went. Never zero. */
  #outstanding = new Map<string, Amount>();

  /** The same sums; what either books does not change the other. */
  clone(): UnreadWallets {
    const copy = new UnreadWallets();
    copy.#outstanding = new Map(this.#outstanding);
    return copy;
  }

  /** Whether anything is there, or came from there, that has not been made up for. */
  get areOutstanding(): boolean {
    return this.#outstanding.size > 0;
  }

  /**
   * Books an unread transfer.
   * @returns what came in beyond all that had gone out; negative: what of that was given back
   */
  book({ venue, account, asset, direction, amount }: ParsedTransfer): Amount {
    const key = `${venue}\n${account}\n${asset}`;
    const before = this.#outstanding.get(key) ?? ZERO;
    const after = direction === 'withdrawal' ? before.plus(amount) : before.minus(amount);
    if (after.isZero()) this.#outstanding.delete(key);
    else this.#outstanding.set(key, after);
    return beyond(after).minus(beyond(before));
  }
}

function beyond(outstanding: Amount): Amount {
  return outstanding.isNegative() ? outstanding.neg() : ZERO;
}
