/**
 * The engine: one walk for every venue. It reads an account's streams up to now from wherever its cursor
 * stands, then the prices that the entries need, within a budget, and says what it could not read. It never
 * moves a cursor over something that it has not read.
 */
import { type PullState, parseCursor, toCursor } from './cursor.ts';
import { ExchangeError } from './errors.ts';
import { noteSymbols, walkFills } from './fills.ts';
import { readMarks } from './marks.ts';
import type { BalanceSnapshot, Coverage, Pull, PullBudget, VenueAccount, VenueCursor } from './port.ts';
import { type PullPorts, PullRun, type Stage } from './run.ts';
import { walkTransfers } from './transfers.ts';

/**
 * One pull. When a fault interrupts it after some way, what was gathered is handed over and the next pull meets
 * the fault, so that a venue that fails now and then is read all the same; a pull that got nowhere throws.
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
    // Taken first: whatever it holds was booked before the streams are read to their ends.
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

/** Reads stage after stage; returns the one at which the budget ended. */
async function readAll(run: PullRun, snapshot: BalanceSnapshot): Promise<Stage> {
  if (run.account.sandbox) for (const stream of run.table.sandboxLacks) run.noteUnavailable(stream);
  if (!(await readTransfers(run))) return 'transfers';
  run.stage = 'fills';
  const held = snapshot.balances.map(({ asset }) => asset);
  await noteSymbols(run, held);
  if (!(await walkFills(run))) return 'fills';
  // What is held and no entry explains needs prices all the same.
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

/** A guess for a progress bar: transfers, fills and prices count a third each. */
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
