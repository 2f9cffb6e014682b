/** Waiting for the first reading of an account. */
import { type SyncProgress, syncProgress } from '@perf-aggregator/shared/messages/answers/session';

export type { SyncProgress };

/** How long to wait for the first reading, and whom to tell. */
export interface WaitOptions {
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Default 10 minutes. */
  readonly timeoutMs?: number;
}

/** Whether what a sealed refusal said besides its reason is how far the reading has come. */
export function isSyncProgress(details: unknown): details is SyncProgress {
  return syncProgress.safeParse(details).success;
}
