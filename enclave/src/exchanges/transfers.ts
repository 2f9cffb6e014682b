/** Reads deposits or withdrawals: window by window from the venue's launch, then the latest stretch again. */
import type { TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import type { TransferState } from './cursor.ts';
import { ExchangeError } from './errors.ts';
import type { PullRun } from './run.ts';

/** Continues from the state. True when everything up to now has been read. */
export async function walkTransfers(run: PullRun, direction: TransferEntry['direction']): Promise<boolean> {
  const state = run.state[direction];
  const { windowMs, overlapMs } = run.table.transfers;
  while (run.room() > 0) {
    const now = run.now();
    const to = Math.min(state.next + windowMs, now);
    await readWindow(run, direction, state.next, to);
    const settled = now - overlapMs;
    if (to < now) {
      state.next = to + 1;
      run.windowRead();
      forget(state, Math.min(settled, state.pendingSince ?? settled));
      continue;
    }
    state.next = Math.max(run.table.launch, Math.min(settled, state.pendingSince ?? settled));
    state.pendingSince = null;
    forget(state, state.next);
    return true;
  }
  return false;
}

async function readWindow(
  run: PullRun,
  direction: TransferEntry['direction'],
  from: number,
  to: number,
): Promise<void> {
  const state = run.state[direction];
  const { page } = run.table.transfers;
  for (let offset = 0; ; offset += page) {
    const found = await run.client.transfers(direction, from, to, offset);
    for (const entry of found.entries) {
      if (entry.time < from || entry.time > to) {
        throw new ExchangeError('exchange_bad_response', `a ${direction} lies outside the window asked for`);
      }
      handOver(run, state, entry);
    }
    if (found.pendingSince !== null) {
      state.pendingSince = Math.min(state.pendingSince ?? found.pendingSince, found.pendingSince);
    }
    if (found.count < page) return;
  }
}

function handOver(run: PullRun, state: TransferState, entry: TransferEntry): void {
  if (state.seen.some(([id]) => id === entry.id)) return;
  state.seen.push([entry.id, entry.time]);
  run.emit(entry);
}

/** Forgets identifiers of transfers that will not be read again. */
function forget(state: TransferState, before: number): void {
  state.seen = state.seen.filter(([, time]) => time >= before);
}
