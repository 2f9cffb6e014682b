/** Snapshots: what an account holds at an instant, as its venue says. */
import type { Decimal } from '../amount/decimal.ts';

/** What one account held at an instant, as the venue says; assets that are not listed are zero. */
export interface AccountSnapshot {
  readonly account: string;
  /** ms UTC. */
  readonly time: number;
  /**
   * Of all wallets that are read, in any number of rows; rows of one asset are added up. Of margin what is owned
   * less what is borrowed and the interest that is owed; of contracts the wallet balance, without unrealised P&L.
   */
  readonly balances: readonly { readonly asset: string; readonly total: Decimal }[];
  /** Open contracts; those that are not listed are flat. */
  readonly positions?: readonly SnapshotPosition[];
}

/** An open contract. `entryPrice` is what the venue's own unrealised P&L starts from. */
export interface SnapshotPosition {
  readonly symbol: string;
  readonly base: string;
  readonly quote: string;
  readonly settle: string;
  readonly inverse: boolean;
  /** Signed: negative when short. */
  readonly contracts: Decimal;
  readonly contractSize: Decimal;
  readonly entryPrice: Decimal;
}
