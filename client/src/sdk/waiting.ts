/** Waits for the first reading of an account. */
import { type SyncProgress, syncProgress } from '@perf-aggregator/shared/messages/answers/session';

export type { SyncProgress };

/** How long to wait for the first reading, and whom to tell of the progress. */
export interface WaitOptions {
  readonly onProgress?: (progress: SyncProgress) => void;
  /** Default 10 minutes. */
  readonly timeoutMs?: number;
}

/** Whether the details of a sealed refusal are the progress of the reading. */
export function isSyncProgress(details: unknown): details is SyncProgress {
  return syncProgress.safeParse(details).success;
}
