/** Groups minutes into pages, so that neighbours share a request. */

import type { Mark } from '@perf-aggregator/analytics';
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { PullRun } from './run.ts';

/** Ascending groups that each fit one page of minutes. */
export function batchMinutes(minutes: readonly number[], page: number): readonly (readonly number[])[] {
  const batches: number[][] = [];
  for (const time of [...minutes].sort((a, b) => a - b)) {
    const batch = batches.at(-1);
    if (batch && (time - batch[0]!) / MINUTE_MS < page) batch.push(time);
    else batches.push([time]);
  }
  return batches;
}

/** The closes from the first of `ends` (ascending, within one page) to the last, with all closes in between. */
export function readPage(run: PullRun, symbol: string, ends: readonly number[]): Promise<readonly Mark[]> {
  const [first, last] = [ends[0]!, ends.at(-1)!];
  return run.client.closes({
    symbol,
    resolution: '1m',
    from: first - MINUTE_MS,
    until: last,
    limit: (last - first) / MINUTE_MS + 1,
  });
}
