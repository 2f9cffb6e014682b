/**
 * The engine: one walk for every venue. It reads an account's streams from its cursor up to now, then the prices that
 * the entries need. It stays within a budget, and reports what it could not read. It never moves a cursor past anything
 * that it has not read.
 */
import { type PullState, parseCursor, toCursor } from './cursor.ts';
import { ExchangeError } from './errors.ts';
import { noteSymbols, walkFills } from './fills.ts';
import { readMarks } from './marks.ts';
import type { BalanceSnapshot, Coverage, Pull, PullBudget, VenueAccount, VenueCursor } from './port.ts';
import { type PullPorts, PullRun, type Stage } from './run.ts';
import { walkTransfers } from './transfers.ts';

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
  const run = new PullRun(ports, account, parseCursor(cursor, ports.table.launch), budget);
  let snapshot: BalanceSnapshot | null = null;
  try {
    // The balance is read first. Whatever it contains was booked before the streams are read to their ends.
    const taken = await run.client.balances();
    run.stage = await readAll(run, taken);
    if (run.stage === 'done') snapshot = taken;
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
    progress: progressOf(run),
  };
}

/** Reads stage after stage. Returns the stage at which the budget ended. */
async function readAll(run: PullRun, snapshot: BalanceSnapshot): Promise<Stage> {
  if (run.account.sandbox) for (const stream of run.table.sandboxLacks) run.noteUnavailable(stream);
  if (!(await readTransfers(run))) return 'transfers';
  run.stage = 'fills';
  const held = snapshot.balances.map(({ asset }) => asset);
  await noteSymbols(run, held);
  if (!(await walkFills(run))) return 'fills';
  // A holding that no entry explains needs prices as well.
  for (const asset of held) {
    if (!run.state.assets[asset]) run.noteAsset(asset, run.state.earliest ?? snapshot.time);
  }
  run.noteReportingAssets();
  run.stage = 'prices';
  return (await readMarks(run)) ? 'done' : 'prices';
}

async function readTransfers(run: PullRun): Promise<boolean> {
  if (run.account.sandbox) return true;
  const results = await Promise.allSettled([walkTransfers(run, 'deposit'), walkTransfers(run, 'withdrawal')]);
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.every((result) => result.status === 'fulfilled' && result.value);
}

function coverageOf(run: PullRun): Coverage {
  const { account, state, table } = run;
  const discovered = !account.symbols || account.symbols.length === 0;
  return {
    account: account.account,
    venue: account.venue,
    symbols: Object.keys(state.fills).sort((a, b) => (a < b ? -1 : 1)),
    from: state.earliest,
    to: run.now(),
    productsRead: table.products.read,
    productsNotRead: [
      ...table.products.notRead,
      discovered
        ? 'spot markets of assets neither held nor transferred'
        : 'spot markets other than the symbols given',
    ],
    gaps: [...state.gaps],
    unavailable: [...state.unavailable],
  };
}

/** An estimate for a progress bar: transfers, fills and prices count a third each. */
function progressOf(run: PullRun): number {
  const { stage } = run;
  if (stage === 'done') return 1;
  if (stage === 'prices') return 0.9;
  if (stage === 'fills') return 1 / 3 + symbolsStarted(run.state) / 3;
  const { launch } = run.table;
  const walked = Math.min(run.state.deposit.next, run.state.withdrawal.next) - launch;
  return Math.max(0, Math.min(1, walked / Math.max(1, run.now() - launch))) / 3;
}

function symbolsStarted(state: PullState): number {
  const positions = Object.values(state.fills);
  return positions.filter((next) => next !== '0').length / Math.max(1, positions.length);
}
