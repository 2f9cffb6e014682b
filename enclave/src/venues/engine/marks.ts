/**
 * Reads prices: for every asset and contract in scope the close of every day since the first activity, and the close of
 * single minutes in which value moved (docs/metrics.md §1: the last minute that ended at or before the instant).
 */
import type { Mark } from '@perf-aggregator/analytics';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { batchMinutes, readMinutes } from './batches.ts';
import { drainChecks } from './checks.ts';
import type { Markets } from './client.ts';
import { eachConcurrently } from './concurrently.ts';
import type { PullState } from './cursor.ts';
import { noteMinute, noteRoute } from './needs.ts';
import { routeOf } from './routes.ts';
import type { PullRun } from './run.ts';

const DAYS_A_PAGE = 1_000;
/** How long a venue may take to close a day, ms. */
const CLOSING_MS = 3_600_000;

function waitingMinutes({ minutes }: PullState): number {
  return Object.values(minutes).reduce((total, ends) => total + ends.length, 0);
}

/** Reads every price that the entries gathered so far need; true when none is left. */
export async function readMarks(run: PullRun, markets: Markets): Promise<boolean> {
  chooseRoutes(run, markets);
  noteFlowMinutes(run);
  for (const asset of Object.keys(run.state.assets)) {
    if (!(await readDailyCloses(run, markets, asset))) return false;
  }
  return drainMinutes(run, markets);
}

/**
 * Assets without a market have no price here. The coverage states them; a price is never guessed. A market in another
 * currency needs that currency's price too.
 */
function chooseRoutes(run: PullRun, markets: Markets): void {
  const { assets, minutes } = run.state;
  const { table } = run;
  for (const asset of new Set([...Object.keys(assets), ...Object.keys(minutes)])) {
    const market = routeOf(table, markets, asset);
    if (market === undefined) {
      run.noteUnavailable(`prices of ${asset}`);
      delete assets[asset];
      delete minutes[asset];
      continue;
    }
    const known = assets[asset];
    const quote = market.settle ?? market.quote;
    if (known && quote !== table.markQuote) noteRoute(run.state, table, quote, known.since);
    for (const end of minutes[asset] ?? []) {
      if (quote !== table.markQuote) noteMinute(run.state, table, quote, end);
    }
  }
}

/** Requests, at every external flow, the minute of every asset that was there. */
function noteFlowMinutes({ state, table }: PullRun): void {
  const { assets, flows } = state;
  for (const [asset, known] of Object.entries(assets)) {
    for (const time of flows.slice(known.flows))
      if (time >= known.since) noteMinute(state, table, asset, time);
    known.flows = flows.length;
  }
}

async function readDailyCloses(run: PullRun, markets: Markets, asset: string): Promise<boolean> {
  const known = run.state.assets[asset];
  const market = routeOf(run.table, markets, asset);
  if (!known || !market) return true;
  const first = Math.floor((run.state.earliest ?? known.since) / DAY_MS) * DAY_MS - DAY_MS;
  const until = Math.floor(run.now() / DAY_MS) * DAY_MS;
  while ((known.daily ?? first) < until && known.asked !== until) {
    if (!run.hasTime()) return false;
    const from = known.daily ?? first;
    const page = await run.client.closes({
      symbol: market.symbol,
      resolution: '1d',
      from,
      until,
      limit: DAYS_A_PAGE,
    });
    noteGaps(run, asset, from, page);
    for (const mark of page) run.emitMark(mark);
    const last = page.at(-1);
    if (last) known.daily = last.time;
    if (page.length >= DAYS_A_PAGE) continue;
    // The asset is delisted, or the venue has not closed the day yet. An hour later it has.
    if (run.now() - until < CLOSING_MS) break;
    known.asked = until;
  }
  return true;
}

/** Reports missing days, unless the asset was not there yet, or is in scope for its price only. */
function noteGaps(run: PullRun, asset: string, from: number, page: readonly Mark[]): void {
  const known = run.state.assets[asset];
  if (known === undefined || known.priceOnly) return;
  let expected = from + DAY_MS;
  for (const { time } of page) {
    const gap = { from: Math.max(expected - DAY_MS, known.since), to: time - DAY_MS };
    if (gap.from < gap.to) run.noteGap(`daily prices of ${asset}`, gap.from, gap.to);
    expected = time + DAY_MS;
  }
}

/** Reads the waiting minutes and compares fills. True when none is left. Neighbouring minutes share a page. */
export async function drainMinutes(run: PullRun, markets: Markets): Promise<boolean> {
  chooseRoutes(run, markets);
  const batches = Object.entries(run.state.minutes).flatMap(([asset, minutes]) =>
    batchMinutes(minutes).map((batch) => ({ asset, batch })),
  );
  await eachConcurrently(batches, async ({ asset, batch }) => {
    if (run.hasTime()) await readBatch(run, markets, asset, batch);
  });
  return waitingMinutes(run.state) === 0 && (await drainChecks(run, markets));
}

async function readBatch(
  run: PullRun,
  markets: Markets,
  asset: string,
  batch: readonly number[],
): Promise<void> {
  const { symbol } = routeOf(run.table, markets, asset)!;
  const found = await readMinutes(run, symbol, batch);
  const byTime = new Map(found.map((mark) => [mark.time, mark]));
  for (const time of batch) {
    // A venue without trades makes no candle. The last candle before holds the last traded price.
    const mark = byTime.get(time) ?? (await run.client.lastClose(symbol, time));
    if (mark) run.emitMark(mark);
    else run.noteGap(`minute prices of ${asset}`, time - MINUTE_MS, time);
  }
  const read = new Set(batch);
  const left = (run.state.minutes[asset] ?? []).filter((time) => !read.has(time));
  if (left.length > 0) run.state.minutes[asset] = left;
  else delete run.state.minutes[asset];
}
