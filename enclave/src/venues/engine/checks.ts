/**
 * Compares fills with their market (docs/metrics.md §1 "Position moves"): the range of the minute that holds a fill.
 * One request returns the minutes of one market over sixteen hours, and all accounts share the venue's limits. So the
 * minutes of the largest fills come first. A minute that one round of requests does not reach is not compared:
 * `checkedFillShare` states the share (ADR 0012).
 */
import { batchMinutes, readMinutes } from './batches.ts';
import type { Markets } from './client.ts';
import { eachConcurrently } from './concurrently.ts';
import type { PullState } from './cursor.ts';
import type { PullRun } from './run.ts';

/** Minutes of one market that one request returns. */
interface Page {
  readonly symbol: string;
  readonly ends: readonly number[];
  /** Approximate value traded in them, in the quote of marks. */
  readonly value: number;
}

/**
 * Reads the minutes that are over, the most traded first. Forgets the minutes that one round of requests does not
 * reach. True when only unfinished minutes are left, or none.
 */
export async function drainChecks(run: PullRun, markets: Markets): Promise<boolean> {
  const { checks } = run.state;
  const pages = await rankedPages(run, markets);
  for (const { symbol, ends } of pages.slice(run.table.checkRequests)) forget(checks, symbol, ends);
  await eachConcurrently(pages.slice(0, run.table.checkRequests), async (page) => {
    if (!run.hasTime()) return;
    await readRanges(run, page);
    forget(checks, page.symbol, page.ends);
  });
  return Object.values(checks).every((noted) => noted.every(([end]) => end > run.now()));
}

async function rankedPages(run: PullRun, markets: Markets): Promise<readonly Page[]> {
  const now = run.now();
  const rates = new Map<string, number>();
  const pages: Page[] = [];
  for (const [symbol, noted] of Object.entries(run.state.checks)) {
    const market = markets.bySymbol(symbol);
    if (!market) {
      delete run.state.checks[symbol];
      continue;
    }
    const over = new Map<number, number>();
    for (const [end, value] of noted) if (end <= now) over.set(end, (over.get(end) ?? 0) + value);
    if (over.size === 0) continue;
    if (!rates.has(market.quote)) rates.set(market.quote, await rateOf(run, markets, market.quote));
    for (const ends of batchMinutes([...over.keys()])) {
      const traded = ends.reduce((sum, end) => sum + over.get(end)!, 0);
      pages.push({ symbol, ends, value: traded * rates.get(market.quote)! });
    }
  }
  return pages.sort((a, b) => b.value - a.value || a.ends[0]! - b.ends[0]! || (a.symbol < b.symbol ? -1 : 1));
}

/** The value of one unit of `quote` now. 1 where no market gives it, as for a dollar by another name. */
async function rateOf(run: PullRun, markets: Markets, quote: string): Promise<number> {
  const symbol = `${quote}/${run.table.markQuote}`;
  if (markets.bySymbol(symbol) === undefined) return 1;
  const mark = await run.client.lastClose(symbol, run.now());
  return mark === null ? 1 : Number(mark.price);
}

async function readRanges(run: PullRun, { symbol, ends }: Page): Promise<void> {
  const wanted = new Set(ends);
  // A minute that the venue does not return cannot be compared.
  for (const mark of await readMinutes(run, symbol, ends)) if (wanted.has(mark.time)) run.emitMark(mark);
}

function forget(checks: PullState['checks'], symbol: string, ends: readonly number[]): void {
  const done = new Set(ends);
  const left = (checks[symbol] ?? []).filter(([end]) => !done.has(end));
  if (left.length > 0) checks[symbol] = left;
  else delete checks[symbol];
}
