/**
 * The engine: one way of reading for every venue. A reading asks what every wallet holds, explains it with the streams
 * of the venue's table, and reads the prices that the entries need. Between readings the first reading of everything
 * goes on. The engine stays within a budget, and reports what it could not read. It never moves a cursor past anything
 * that it has not read.
 */
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { ExchangeError } from '../errors.ts';
import type { BalanceSnapshot, Pull, PullBudget, VenueAccount, VenueCursor } from '../port.ts';
import type { Markets } from './client.ts';
import { coverageOf } from './coverage.ts';
import { initialState, parseCursor, type ReadingState, toCursor } from './cursor.ts';
import { explain } from './explain.ts';
import { readMarks } from './marks.ts';
import { closeReading, noteMove } from './moves.ts';
import { noteAsset, notePricesOf, noteReportingAssets } from './needs.ts';
import { type PullPorts, PullRun } from './run.ts';
import { scopeShare, widenScope } from './scope.ts';
import { beginReading, isScopeRead, snapshotOf } from './wallets.ts';

/** While the first reading is under way, the balances are read this often, ms. */
const READING_MS = 300_000;
/** The parts of a first reading in its progress: balances and what explains them, then prices, then everything else. */
const PRICES_AT = 0.3;
const NUMBERS_AT = 0.5;

/**
 * One pull. When a fault interrupts a pull that has made progress, the pull returns what it gathered, and the next pull
 * meets the fault. So an account is read even when its venue fails now and then. A pull without progress throws.
 * @throws ExchangeError
 */
export async function pullAccount(
  ports: PullPorts,
  account: VenueAccount,
  cursor: VenueCursor | null,
  budget: PullBudget,
): Promise<Pull> {
  const known = parseCursor(cursor);
  const run = new PullRun(ports, account, known ?? initialState(), budget);
  if (known === null) recall(run, ports);
  const markets = await run.client.markets();
  requireListed(run, markets);
  let snapshot: BalanceSnapshot | null = null;
  try {
    if (isReadingDue(run)) snapshot = await readAccount(run, markets);
    if (run.state.reading === null && !isScopeRead(run)) await widenQuietly(run, markets);
  } catch (error) {
    if (!(error instanceof ExchangeError) || !run.hasAdvanced()) throw error;
  }
  return {
    entries: run.entries,
    marks: run.marks,
    cursor: toCursor(run.state),
    done: snapshot !== null,
    snapshot,
    coverage: coverageOf(run),
    progress: progressOf(run, markets),
    ...{ gaps: run.gaps, quarantined: run.quarantined },
  };
}

/** A pull that starts from the beginning counts what the ledger has. It will not be handed over again. */
function recall({ state, table }: PullRun, { ledger }: PullPorts): void {
  for (const entry of ledger.entries()) {
    noteMove(state, entry, Number.POSITIVE_INFINITY);
    notePricesOf(state, table, entry);
  }
}

/**
 * A given symbol that is not listed is a mistake. Once the account was read, it is a market that is gone, and a gap.
 * @throws ExchangeError `exchange_symbol_unknown`
 */
function requireListed(run: PullRun, markets: Markets): void {
  const { earliest, readAt } = run.state;
  for (const symbol of run.account.symbols ?? []) {
    if (markets.bySymbol(symbol) !== undefined) continue;
    if (earliest === null && readAt === null) {
      throw new ExchangeError('exchange_symbol_unknown', `${symbol} is not listed`);
    }
    run.noteGap(`fills of ${symbol}`, earliest ?? run.table.launch, run.now());
  }
}

/** Between two steps of the first reading, the balances are read again only after a while. */
function isReadingDue(run: PullRun): boolean {
  const { reading, readAt, isFinal } = run.state;
  if (reading !== null || readAt === null) return true;
  // An account that waits for its first whole reading does not wait for this.
  if (isFinal && isQuiet(run)) return false;
  return isScopeRead(run) || run.now() - readAt >= READING_MS;
}

/** Whether the venue settles balances now. What it says then must not be believed. */
function isQuiet(run: PullRun): boolean {
  const minute = Math.floor((run.now() % DAY_MS) / MINUTE_MS);
  return run.table.quietMinutes.some(([from, to]) => minute >= from && minute < to);
}

/** Continues the first reading. Where the venue's limits leave nothing for it, it goes on another time. */
async function widenQuietly(run: PullRun, markets: Markets): Promise<void> {
  try {
    await widenScope(run, markets);
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.code !== 'exchange_rate_limited') throw error;
  }
}

/** One reading. Null: the budget ended before its end. */
async function readAccount(run: PullRun, markets: Markets): Promise<BalanceSnapshot | null> {
  const { state } = run;
  const reading = state.reading ?? (await beginReading(run, markets));
  if (!(await explain(run, reading, markets))) return null;
  noteHoldings(run, reading);
  noteReportingAssets(state, run.table);
  if (!(await readMarks(run, markets))) return null;
  const snapshot = snapshotOf(reading);
  closeReading(state, reading, run.now());
  state.readAt = run.now();
  return snapshot;
}

/** A holding that no entry explains needs prices as well, since it may always have been there. */
function noteHoldings({ state, table }: PullRun, { balances, positions }: ReadingState): void {
  const held = [
    ...balances.map(({ asset, time }) => ({ asset, time })),
    ...positions.flatMap(({ symbol, settle, time }) => [symbol, settle].map((asset) => ({ asset, time }))),
  ];
  for (const { asset, time } of held) {
    const known = Object.hasOwn(state.assets, asset) && !state.assets[asset]!.priceOnly;
    if (!known) noteAsset(state, table, asset, state.earliest ?? time);
  }
}

/** An estimate for a progress bar. Below 1 the parent asks for the next step at once. */
function progressOf(run: PullRun, markets: Markets): number {
  const { state } = run;
  if (state.readAt === null) return state.reading === null ? 0 : PRICES_AT;
  if (state.isFinal) return state.reading === null ? 1 : 0.99;
  if (isScopeRead(run)) return 0.99;
  return NUMBERS_AT + (0.99 - NUMBERS_AT) * scopeShare(run, markets);
}
