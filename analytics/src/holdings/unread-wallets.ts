/**
 * Money in wallets that nobody reads (docs/metrics.md §1.2 "Unread wallets"): what went in, by venue, account and
 * asset, less what came back. While the sum is not zero, the account cannot be valued. The wallet might hide a loss, or
 * a profit that was made elsewhere.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { ParsedTransfer } from '../entries/parse.ts';

/** Sums under way. */
export class UnreadWallets {
  /** Positive: still in the wallet. Negative: more came back than ever went in. Never zero. */
  #outstanding = new Map<string, Amount>();

  /** A copy with the same sums. Neither copy changes the other. */
  clone(): UnreadWallets {
    const copy = new UnreadWallets();
    copy.#outstanding = new Map(this.#outstanding);
    return copy;
  }

  /** Whether any sum is not zero. */
  get areOutstanding(): boolean {
    return this.#outstanding.size > 0;
  }

  /**
   * Books an unread transfer.
   * @returns what came in beyond everything that had gone out; negative: how much of that went back
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
