/**
 * What the entries move in each wallet, and how that compares with what the venue shows. The sums are those of all
 * entries ever, so that a row that is found late explains an old difference.
 */
import { type Amount, parseDecimal, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import type { LedgerEntry } from '@perf-aggregator/analytics/entries/entry';
import { parseEntry } from '@perf-aggregator/analytics/entries/parse';
import { postEntry } from '@perf-aggregator/analytics/holdings/posting';
import { roundedIn, roundingOf } from '@perf-aggregator/analytics/holdings/rounding';
import { sumSnapshot } from '@perf-aggregator/analytics/holdings/snapshot-sums';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { PullState, ReadingState, WalletSums } from './cursor.ts';

/**
 * How close to the instant of a row an entry may lie and still count on either side, ms. The venue answers between the
 * request and the reply, and its clock is not ours.
 */
const EITHER_SIDE_MS = 2_000;
/** Entries this recent may lie beyond the rows of a reading that has not begun yet, ms. */
const RECENT_MS = 10_000;

/** A difference between what a wallet holds and what its entries explain. Positive: the wallet holds more. */
export interface Difference {
  readonly wallet: string;
  /** An asset, or the symbol of a contract. */
  readonly asset: string;
  readonly amount: Amount;
}

/** Counts an entry among what explains the holdings. */
export function noteMove(state: PullState, entry: LedgerEntry, now: number): void {
  const sums = new Map<string, Amount>();
  const parsed = parseEntry(entry);
  postEntry(parsed, sums);
  const { wallet, time } = entry;
  const instant = state.reading?.instants[wallet];
  const isEarlier = time < (instant === undefined ? now - RECENT_MS : instant - EITHER_SIDE_MS);
  for (const [asset, amount] of sums) {
    if (isEarlier) addTo(state.explained, wallet, asset, amount);
    else state.later.push([wallet, asset, time, amount.toString()]);
  }
  const rounded = roundedIn(parsed);
  if (rounded !== null) {
    const counts = state.roundedFills[wallet] ?? {};
    state.roundedFills[wallet] = counts;
    counts[rounded] = countIn(counts, rounded) + 1;
  }
  noteTouched(state, wallet);
  if (entry.kind === 'transfer' && entry.counterWallet !== undefined) noteTouched(state, entry.counterWallet);
}

export function noteTouched(state: PullState, wallet: string): void {
  if (!state.touched.includes(wallet)) state.touched.push(wallet);
}

/** Counts movements that are now older than the rows of the reading. Called when a reading begins. */
export function settleMoves(state: PullState): void {
  const later: PullState['later'] = [];
  for (const move of state.later) {
    const [wallet, asset, time, amount] = move;
    const instant = state.reading?.instants[wallet];
    if (instant !== undefined && time < instant - EITHER_SIDE_MS) {
      addTo(state.explained, wallet, asset, parseDecimal(amount, 'a move'));
    } else later.push(move);
  }
  state.later = later;
}

/**
 * Where the rows of the reading and the entries disagree. An entry near the instant of its wallet's row counts on the
 * side that explains the row.
 */
export function differencesOf(state: PullState, reading: ReadingState): readonly Difference[] {
  return Object.keys(reading.instants).flatMap((wallet) => {
    const { held, slack } = rowsOf(reading, wallet);
    const explained = state.explained[wallet] ?? {};
    const near = nearMoves(state, wallet, reading.instants[wallet]!);
    const roundedFills = state.roundedFills[wallet] ?? {};
    const assets = new Set([...held.keys(), ...Object.keys(explained), ...near.keys()]);
    return [...assets].sort().flatMap((asset): Difference[] => {
      const amount = (held.get(asset) ?? ZERO).minus(amountIn(explained, asset));
      const allowed = (slack.get(asset) ?? ZERO).plus(roundingOf(countIn(roundedFills, asset)));
      const isExplained = (sum: Amount) => !amount.minus(sum).abs().gt(allowed);
      return [ZERO, ...(near.get(asset) ?? [])].some(isExplained) ? [] : [{ wallet, asset, amount }];
    });
  });
}

/** How often old differences are looked for again, ms. */
const SWEEP_MS = DAY_MS;

/**
 * Whether a reading looks for old differences too: a row may be entered after the balance has moved. The reading after
 * one that left a new difference does, and then one a day.
 */
export function isSweep({ isFinal, sweptAt }: PullState, now: number): boolean {
  return isFinal && (sweptAt === null || now - sweptAt >= SWEEP_MS);
}

/**
 * The differences that the last reading did not have. An old one was looked for already, unless this is a sweep, or the
 * first reading after everything was walked.
 */
export function newDifferences(state: PullState, reading: ReadingState, now: number): readonly Difference[] {
  if ((reading.isFinal && !state.isFinal) || isSweep(state, now)) return differencesOf(state, reading);
  return differencesOf(state, reading).filter((difference) => isNew(state, difference));
}

/** Whether the last reading did not leave this very difference. */
export function isNew({ unexplained }: PullState, { wallet, asset, amount }: Difference): boolean {
  return !amount.eq(amountIn(unexplained[wallet] ?? {}, asset));
}

/** Ends the reading. What it leaves unexplained is kept, so that only a change of it is looked for again. */
export function closeReading(state: PullState, reading: ReadingState, now: number): void {
  const left = differencesOf(state, reading);
  const wasSweep = isSweep(state, now) || (reading.isFinal && !state.isFinal);
  if (left.some((difference) => isNew(state, difference))) state.sweptAt = null;
  else if (wasSweep) state.sweptAt = now;
  state.unexplained = {};
  for (const { wallet, asset, amount } of left) addTo(state.unexplained, wallet, asset, amount);
  for (const { wallet } of [...reading.balances, ...reading.positions]) noteTouched(state, wallet);
  state.isFinal = reading.isFinal;
  state.reading = null;
}

/** The holdings of a wallet by its rows, in the form of the entries' sums, and what rounding may move. */
function rowsOf(reading: ReadingState, wallet: string) {
  const own = <T extends { readonly wallet: string }>(rows: readonly T[]) =>
    rows.filter((row) => row.wallet === wallet);
  const positions = own(reading.positions);
  const balances = [...own(reading.balances), ...own(Object.values(reading.transit))];
  const sums = sumSnapshot(
    { account: wallet, time: reading.instants[wallet]!, balances, positions },
    undefined,
  );
  return { held: sums?.held ?? new Map<string, Amount>(), slack: sums?.slack ?? new Map<string, Amount>() };
}

/** For each asset, the sums of the first, the first two, … movements of a wallet near an instant or before it. */
function nearMoves(
  state: PullState,
  wallet: string,
  instant: number,
): ReadonlyMap<string, readonly Amount[]> {
  const found = new Map<string, Amount[]>();
  const moves = state.later.filter(([name, , time]) => name === wallet && time <= instant + EITHER_SIDE_MS);
  for (const [, asset, , amount] of moves.sort((a, b) => a[2] - b[2])) {
    const sums = found.get(asset) ?? [];
    sums.push((sums.at(-1) ?? ZERO).plus(parseDecimal(amount, 'a move')));
    found.set(asset, sums);
  }
  return found;
}

function amountIn(sums: Readonly<Record<string, string>>, asset: string): Amount {
  const text = Object.hasOwn(sums, asset) ? sums[asset] : undefined;
  return text === undefined ? ZERO : parseDecimal(text, 'a sum');
}

function countIn(counts: Readonly<Record<string, number>>, asset: string): number {
  return Object.hasOwn(counts, asset) ? counts[asset]! : 0;
}

function addTo(sums: WalletSums, wallet: string, asset: string, amount: Amount): void {
  const own = Object.hasOwn(sums, wallet) ? sums[wallet]! : {};
  sums[wallet] = own;
  const sum = amountIn(own, asset).plus(amount);
  if (sum.isZero()) delete own[asset];
  else own[asset] = sum.toString();
}
