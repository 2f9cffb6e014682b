/** Reads what every wallet holds. A reading starts with it, and explains it with the streams. */
import { ExchangeError } from '../errors.ts';
import type { BalanceSnapshot } from '../port.ts';
import type { WalletReader } from '../table.ts';
import type { Markets } from './client.ts';
import type { ReadingState } from './cursor.ts';
import { isSweep, noteTouched, settleMoves } from './moves.ts';
import type { PullRun } from './run.ts';

/**
 * Asks for the rows of every wallet. One that fails, fails the reading: a part of an account is never taken for all of
 * it. A wallet that the key may not read is named in the coverage.
 * @throws ExchangeError
 */
export async function beginReading(run: PullRun, markets: Markets): Promise<ReadingState> {
  const reading: ReadingState = {
    ...{ balances: [], positions: [], transit: {}, instants: {}, asked: [] },
    ...{ again: false, isRepeated: false, isFinal: isScopeRead(run) },
  };
  await readRows(run, markets, reading);
  run.state.reading = reading;
  settleMoves(run.state);
  return reading;
}

/**
 * Asks for the rows once more. What a venue says while it settles may be wrong in either direction, so a balance that
 * nothing explains is not believed at once.
 */
export async function repeatReading(run: PullRun, markets: Markets, reading: ReadingState): Promise<void> {
  const fresh = { ...reading, balances: [], positions: [], transit: {}, instants: {} };
  await readRows(run, markets, fresh);
  Object.assign(reading, fresh, { isRepeated: true, asked: [] });
  settleMoves(run.state);
}

async function readRows(run: PullRun, markets: Markets, reading: ReadingState): Promise<void> {
  const { sandbox } = run.table;
  for (const reader of run.table.wallets) {
    const isThere = !run.account.sandbox || reader.wallets.every((name) => sandbox.wallets.includes(name));
    if (isThere && isWanted(run, reader)) await readWallet(run, reader, markets, reading);
  }
}

/** Whether a wallet is asked for at the beginning of a reading. */
function isWanted(run: PullRun, reader: WalletReader): boolean {
  const { state } = run;
  if (!reader.isCostly || state.readAt === null || isSweep(state, run.now())) return true;
  return isTouched(state, reader);
}

/** Whether a wallet has this name, or is of the kind of this name. */
function isNamed(wallet: string, name: string): boolean {
  return wallet === name || (name.endsWith(':') && wallet.startsWith(name));
}

function isTouched(state: PullRun['state'], { wallets }: WalletReader): boolean {
  return wallets.some((name) => state.touched.some((wallet) => isNamed(wallet, name)));
}

/** Asks for wallets that this reading has shown to be used. True when there was one. */
export async function readFound(run: PullRun, markets: Markets, reading: ReadingState): Promise<boolean> {
  let found = false;
  for (const reader of run.table.wallets) {
    const isRead = () =>
      Object.keys(reading.instants).some((wallet) => reader.wallets.some((name) => isNamed(wallet, name)));
    if (!reader.isCostly || isRead() || run.account.sandbox || !isTouched(run.state, reader)) continue;
    await readWallet(run, reader, markets, reading);
    // The account may not have it any more.
    found ||= isRead();
  }
  return found;
}

async function readWallet(
  run: PullRun,
  reader: WalletReader,
  markets: Markets,
  reading: ReadingState,
): Promise<void> {
  const answers: unknown[] = [];
  try {
    for (const { call, parameters = {} } of reader.calls)
      answers.push(await run.client.call(call, parameters));
  } catch (error) {
    // The account has no such wallet. It holds nothing there.
    if (error instanceof ExchangeError && error.code === 'exchange_not_offered') return;
    // A wallet that was read before would be missing from what the account is worth.
    const wasRead = reader.wallets.some((wallet) => Object.hasOwn(run.state.explained, wallet));
    if (wasRead || !isScopeMissing(error, reader.needs)) throw error;
    for (const wallet of reader.wallets) run.noteUnavailable(wallet);
    return;
  }
  // A request may have waited for its turn, or been repeated. What it shows is as late as its answer.
  const time = run.now();
  noteAvailable(run, reader);
  const rows = reader.read(answers, run.contextOf(markets, ''));
  for (const row of rows.balances) reading.balances.push({ ...row, time });
  for (const row of rows.positions) reading.positions.push({ ...row, time });
  // A wallet that shows nothing was read as well. One of many of a kind is known by its rows, or from before.
  const known = [...rows.balances, ...rows.positions].map(({ wallet }) => wallet);
  known.push(...(rows.wallets ?? []));
  for (const wallet of rows.wallets ?? []) noteTouched(run.state, wallet);
  for (const wallet of [...known, ...knownWallets(run, reader.wallets)]) reading.instants[wallet] = time;
}

/** A key may read the wallets, so their streams are tried again as well. */
function noteAvailable({ state, table }: PullRun, { wallets, needs }: WalletReader): void {
  const own = table.streams.filter((stream) => needs !== undefined && stream.needs === needs);
  const names = new Set([...wallets, ...own.map(({ name }) => name)]);
  state.unavailable = state.unavailable.filter((name) => !names.has(name));
}

/** The wallets of these names, and those known before whose names begin so. */
function knownWallets(run: PullRun, names: readonly string[]): readonly string[] {
  return names.flatMap((name) =>
    name.endsWith(':') ? run.state.touched.filter((wallet) => wallet.startsWith(name)) : [name],
  );
}

/** Whether the first reading has walked everything. */
export function isScopeRead({ state }: PullRun): boolean {
  return Object.hasOwn(state.scope, '') && state.scope['']!.done;
}

/** Whether the venue refuses a part of the account to a key that may read the rest. */
export function isScopeMissing(error: unknown, needs: string | undefined): boolean {
  return needs !== undefined && error instanceof ExchangeError && error.code === 'exchange_key_restricted';
}

/** The rows of a reading as a snapshot. Withdrawals under way are in the wallet `transit`. */
export function snapshotOf(reading: ReadingState): BalanceSnapshot {
  const transit = Object.values(reading.transit).map(({ wallet, asset, total }) => ({
    ...{ wallet: 'transit', asset, total, time: reading.instants[wallet]! },
  }));
  const time = Math.max(...Object.values(reading.instants));
  return { time, balances: [...reading.balances, ...transit], positions: [...reading.positions] };
}
