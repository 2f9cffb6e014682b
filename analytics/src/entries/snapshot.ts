/** Snapshots: what an account holds at an instant, by its venue's answer. */
import type { Decimal } from '../amount/decimal.ts';

/** What one account held at an instant, by its venue's answer. Assets that are not listed are zero. */
export interface AccountSnapshot {
  readonly account: string;
  /** ms UTC. */
  readonly time: number;
  /**
   * Of all wallets that are read, in any number of rows. Rows of one asset are added up. For margin, the owned amount
   * less the borrowed amount and the owed interest. For contracts, the wallet balance without unrealised P&L.
   */
  readonly balances: readonly { readonly asset: string; readonly total: Decimal }[];
  /** Open contracts. Contracts that are not listed are flat. */
  readonly positions?: readonly SnapshotPosition[];
}

/** An open contract. The venue's own unrealised P&L starts from `entryPrice`. */
export interface SnapshotPosition {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly inverse: boolean;
  /** Signed. Negative: short. */
  readonly contracts: Decimal;
  readonly contractSize: Decimal;
  readonly entryPrice: Decimal;
}
