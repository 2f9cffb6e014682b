/**
 * Reading prices: the close of every day since the first activity, for every asset in scope, and the close of
 * single minutes where value changed hands (METRICS §1: the last minute that ended at or before the instant).
 */
import type { Mark } from '@perf-aggregator/analytics';
import type { PullState } from './cursor.ts';
import type { PullRun } from './run.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Requests for minutes under way at once. */
const CONCURRENCY = 8;

/** How many minutes wait for their price. */
export function pendingMinutes(state: PullState): number {
  return Object.values(state.minutes).reduce((total, minutes) => total + minutes.length, 0);
}

/** Reads every price that the entries gathered so far need; true when none is left. */
export async function readMarks(run: PullRun): Promise<boolean> {
  await dropUnpriced(run);
  noteFlowMinutes(run);
  for (const asset of Object.keys(run.state.assets)) {
    if (!(await readDailyCloses(run, asset))) return false;
  }
  return drainMinutes(run);
}

/** Assets without a market in the mark's quote have no price here: said in the coverage, never guessed. */
async function dropUnpriced(run: PullRun): Promise<void> {
  const markets = await run.client.markets();
  const { assets, minutes } = run.state;
  for (const asset of new Set([...Object.keys(assets), ...Object.keys(minutes)])) {
    if (markets.has(`${asset}/${run.table.markQuote}`)) continue;
    run.noteUnavailable(`prices of ${asset}`);
    delete assets[asset];
    delete minutes[asset];
  }
}

/** At every external flow, the minute of every asset that was there. */
function noteFlowMinutes(run: PullRun): void {
  const { assets, flows } = run.state;
  for (const [asset, known] of Object.entries(assets)) {
    for (const time of flows.slice(known.flows)) if (time >= known.since) run.noteMinute(asset, time);
    known.flows = flows.length;
  }
}

async function readDailyCloses(run: PullRun, asset: string): Promise<boolean> {
  const known = run.state.assets[asset];
  if (!known) return true;
  const first = Math.floor((run.state.earliest ?? known.since) / DAY_MS) * DAY_MS - DAY_MS;
  const until = Math.floor(run.now() / DAY_MS) * DAY_MS;
  const limit = run.table.candlesPage;
  while ((known.daily ?? first) < until) {
    if (!run.hasTime()) return false;
    const from = known.daily ?? first;
    const page = await run.client.closes({ asset, resolution: '1d', from, until, limit });
    noteGaps(run, asset, from, page);
    run.marks.push(...page);
    const last = page.at(-1);
    if (last) known.daily = last.time;
    // Delisted, or not yet closed at the venue: asked for again next time.
    if (page.length < limit) break;
  }
  return true;
}

/** Missing days are said, unless the asset was not there yet. */
function noteGaps(run: PullRun, asset: string, from: number, page: readonly Mark[]): void {
  const since = run.state.assets[asset]?.since ?? from;
  let expected = from + DAY_MS;
  for (const { time } of page) {
    const gap = { from: Math.max(expected - DAY_MS, since), to: time - DAY_MS };
    if (gap.from < gap.to) run.state.gaps.push({ stream: `daily prices of ${asset}`, ...gap });
    expected = time + DAY_MS;
  }
}

/** Reads the minutes that wait; true when none is left. Neighbouring minutes share a page. */
export async function drainMinutes(run: PullRun): Promise<boolean> {
  await dropUnpriced(run);
  const batches = Object.entries(run.state.minutes).flatMap(([asset, minutes]) =>
    batchMinutes(minutes, run.table.candlesPage).map((batch) => ({ asset, batch })),
  );
  await eachConcurrently(batches, CONCURRENCY, async ({ asset, batch }) => {
    if (run.hasTime()) await readBatch(run, asset, batch);
  });
  return pendingMinutes(run.state) === 0;
}

async function readBatch(run: PullRun, asset: string, batch: readonly number[]): Promise<void> {
  const first = batch[0]!;
  const last = batch.at(-1)!;
  const found = await run.client.closes({
    asset,
    resolution: '1m',
    from: first - MINUTE_MS,
    until: last,
    limit: (last - first) / MINUTE_MS + 1,
  });
  const byTime = new Map(found.map((mark) => [mark.time, mark]));
  for (const time of batch) {
    // A venue at rest makes no candle: the last one before is the last traded price.
    const mark = byTime.get(time) ?? (await run.client.lastClose(asset, time));
    if (mark) run.marks.push(mark);
    else run.state.gaps.push({ stream: `minute prices of ${asset}`, from: time - MINUTE_MS, to: time });
  }
  const read = new Set(batch);
  const left = (run.state.minutes[asset] ?? []).filter((time) => !read.has(time));
  if (left.length > 0) run.state.minutes[asset] = left;
  else delete run.state.minutes[asset];
}

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

async function eachConcurrently<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  const workers = await Promise.allSettled(Array.from({ length: width }, worker));
  for (const result of workers) if (result.status === 'rejected') throw result.reason;
}
