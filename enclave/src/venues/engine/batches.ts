/** Groups minutes into pages, so that neighbours share a request. */

import type { Mark } from '@perf-aggregator/analytics';
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { PullRun } from './run.ts';

/** Minutes that one request for candles returns at most. */
export const MINUTES_A_PAGE = 1_000;

/** Ascending groups that each fit one page of minutes. */
export function batchMinutes(
  minutes: readonly number[],
  page = MINUTES_A_PAGE,
): readonly (readonly number[])[] {
  const batches: number[][] = [];
  for (const time of [...minutes].sort((a, b) => a - b)) {
    const batch = batches.at(-1);
    if (batch && (time - batch[0]!) / MINUTE_MS < page) batch.push(time);
    else batches.push([time]);
  }
  return batches;
}

/** The closes from the first of `ends` (ascending, within one page) to the last, with all closes in between. */
export function readMinutes(run: PullRun, symbol: string, ends: readonly number[]): Promise<readonly Mark[]> {
  const [first, last] = [ends[0]!, ends.at(-1)!];
  return run.client.closes({
    symbol,
    resolution: '1m',
    from: first - MINUTE_MS,
    until: last,
    limit: (last - first) / MINUTE_MS + 1,
  });
}
