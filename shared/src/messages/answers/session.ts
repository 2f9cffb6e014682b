/** Answers about a session itself: its start, its end, its report, and why it cannot be read yet. */
import * as z from 'zod';
import type { ReportBundle } from '../report/claims.ts';

type Permission = 'yes' | 'no' | 'unknown';

/** Answer of `submit`: the result of the submission. */
export interface ReceiptAnswer {
  readonly session_id: string;
  /** ms */
  readonly expires_at: number;
  readonly persistence: 'sealed' | 'memory';
  readonly accounts: readonly {
    readonly account: string;
    readonly venue: string;
    readonly sandbox: boolean;
    readonly canTrade: Permission;
    readonly canWithdraw: Permission;
  }[];
}

/** Answer of `renew`. */
export interface RenewalAnswer {
  /** ms */
  readonly expires_at: number;
}

/** Answer of `report`. */
export interface ReportAnswer {
  readonly bundle: ReportBundle;
}

/** Schema of {@link SyncProgress}. */
export const syncProgress = z.object({ progress: z.number(), entries: z.number() });
/** The additional content of a `sync_pending`: the progress of the first reading of the accounts. */
export interface SyncProgress {
  /** 0..1 */
  readonly progress: number;
  readonly entries: number;
}
