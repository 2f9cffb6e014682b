/**
 * Reads prices: for every asset in scope the close of every day since the first activity, and the close of single
 * minutes in which value moved (docs/metrics.md §1: the last minute that ended at or before the instant).
 */

import type { Mark } from '@perf-aggregator/analytics';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { batchMinutes, readPage } from './batches.ts';
import { drainChecks } from './checks.ts';
import { eachConcurrently } from './concurrently.ts';
import type { PullState } from './cursor.ts';
import { pendingChecks } from './fill-minutes.ts';
import type { PullRun } from './run.ts';

/** How many minutes wait for their price or for a comparison. */
export function pendingMinutes(state: PullState): number {
  return waitingMinutes(state) + pendingChecks(state);
}

function waitingMinutes({ minutes }: PullState): number {
  return Object.values(minutes).reduce((total, ends) => total + ends.length, 0);
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

/**
 * Assets without a market in the mark's quote have no price here. The coverage states them; a price is never guessed.
 */
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

/** Requests, at every external flow, the minute of every asset that was there. */
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
    const symbol = `${asset}/${run.table.markQuote}`;
    const page = await run.client.closes({ symbol, resolution: '1d', from, until, limit });
    noteGaps(run, asset, from, page);
    for (const mark of page) run.emitMark(mark);
    const last = page.at(-1);
    if (last) known.daily = last.time;
    // The asset is delisted, or the venue has not closed the day yet. The next pull asks again.
    if (page.length < limit) break;
  }
  return true;
}

/** Reports missing days, unless the asset was not there yet, or is in scope for its price only. */
function noteGaps(run: PullRun, asset: string, from: number, page: readonly Mark[]): void {
  if (run.state.assets[asset]?.priceOnly) return;
  const since = run.state.assets[asset]?.since ?? from;
  let expected = from + DAY_MS;
  for (const { time } of page) {
    const gap = { from: Math.max(expected - DAY_MS, since), to: time - DAY_MS };
    if (gap.from < gap.to) run.state.gaps.push({ stream: `daily prices of ${asset}`, ...gap });
    expected = time + DAY_MS;
  }
}

/** Reads the waiting minutes and compares fills. True when none is left. Neighbouring minutes share a page. */
export async function drainMinutes(run: PullRun): Promise<boolean> {
  await dropUnpriced(run);
  const batches = Object.entries(run.state.minutes).flatMap(([asset, minutes]) =>
    batchMinutes(minutes, run.table.candlesPage).map((batch) => ({ asset, batch })),
  );
  await eachConcurrently(batches, async ({ asset, batch }) => {
    if (run.hasTime()) await readBatch(run, asset, batch);
  });
  return waitingMinutes(run.state) === 0 && (await drainChecks(run));
}

async function readBatch(run: PullRun, asset: string, batch: readonly number[]): Promise<void> {
  const symbol = `${asset}/${run.table.markQuote}`;
  const found = await readPage(run, symbol, batch);
  const byTime = new Map(found.map((mark) => [mark.time, mark]));
  for (const time of batch) {
    // A venue without trades makes no candle. The last candle before holds the last traded price.
    const mark = byTime.get(time) ?? (await run.client.lastClose(symbol, time));
    if (mark) run.emitMark(mark);
    else run.state.gaps.push({ stream: `minute prices of ${asset}`, from: time - MINUTE_MS, to: time });
  }
  const read = new Set(batch);
  const left = (run.state.minutes[asset] ?? []).filter((time) => !read.has(time));
  if (left.length > 0) run.state.minutes[asset] = left;
  else delete run.state.minutes[asset];
}
