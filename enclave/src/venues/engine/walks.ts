/** Walks of streams: each continues where it ended, and never passes over what it has not read. */
import { ExchangeError } from '../errors.ts';
import type { RowReading, Stream } from '../table.ts';
import type { Markets } from './client.ts';
import { initialWalk, type WalkState } from './cursor.ts';
import { type Page, type Place, readPage, wholeSecond } from './pages.ts';
import type { PullRun } from './run.ts';

/** An empty answer is asked again this often before a walk by ids that brought rows counts as read. */
const EMPTY_ANSWERS = 2;

/** One walk of a stream. */
export interface Walk {
  readonly stream: Stream;
  /** The venue's name of a market, or the rest of a wallet's name. Empty: there is none. */
  readonly key: string;
}

export function nameOf({ stream, key }: Walk): string {
  return key === '' ? stream.name : `${stream.name}/${key}`;
}

/** What a walk may do. */
export interface WalkTerms {
  readonly markets: Markets;
  /** The walk may wait for the calls of all others. */
  readonly isBackground?: boolean;
  /** The instant before which nothing can have happened. */
  readonly notBefore?: number;
  /** Called with markets in which a row shows trades. */
  readonly onTraded?: (stream: Stream, id: string) => void;
}

/**
 * Continues a walk. True when it has been read up to now.
 * @throws ExchangeError
 */
export function walk(run: PullRun, it: Walk, terms: WalkTerms): Promise<boolean> {
  const { walks } = run.state;
  const name = nameOf(it);
  const state = Object.hasOwn(walks, name) ? walks[name]! : initialWalk();
  walks[name] = state;
  return it.stream.windows === null ? walkIds(run, it, state, terms) : walkTime(run, it, state, terms);
}

/** By the venue's own rising ids. So no row can be skipped. A short page is the end when empty answers confirm it. */
async function walkIds(run: PullRun, it: Walk, state: WalkState, terms: WalkTerms): Promise<boolean> {
  const { stream, key } = it;
  const { paging } = stream;
  if (paging.kind !== 'rising-id') throw new RangeError(`${stream.name} has neither windows nor ids`);
  let empty = state.id === null ? 1 : 0;
  for (let room = run.room(); room > 0; room = run.room()) {
    const began = run.now();
    const from = state.id ?? '0';
    const limit = Math.min(paging.page, room);
    const parameters = { ...stream.parameters(key), [paging.from]: from, [paging.limit]: limit };
    const answer = await run.client.call(stream.call, parameters, terms.isBackground);
    const rows = stream.rows(answer);
    const ids = rows.map((row) => BigInt(paging.id(row)));
    if (ids.some((id) => id < BigInt(from))) {
      throw new ExchangeError(
        'exchange_bad_response',
        `${stream.name} came with rows before the ones asked for`,
      );
    }
    for (const row of rows) readFill(run, it, terms, row, began);
    if (ids.length > 0) {
      state.id = String(highest(ids) + 1n);
      empty = 0;
      continue;
    }
    empty += 1;
    if (empty < EMPTY_ANSWERS) continue;
    state.readTo = began;
    return true;
  }
  return false;
}

/** By time, window by window, then the latest stretch again. */
async function walkTime(run: PullRun, it: Walk, state: WalkState, terms: WalkTerms): Promise<boolean> {
  const windows = it.stream.windows!;
  let hasExpired = false;
  let before: string | null = null;
  while (run.room() > 0) {
    const now = run.now();
    const place = state.inside ?? nextWindow(run, it, state, terms, now);
    const page = await pageAt(run, it, terms, place, hasExpired);
    if (page === null) {
      hasExpired = true;
      state.inside = { ...place, at: '' };
      continue;
    }
    readRows(run, it, state, terms, { rows: page.rows, place });
    // Some venues give their last page under every higher number.
    const content = isNumbered(it.stream) ? JSON.stringify(page.rows) : null;
    state.inside = content !== null && content === before ? null : page.next;
    before = content;
    if (state.inside !== null) continue;
    if (place.to < now) {
      state.next = place.to + 1;
      run.stepped();
      continue;
    }
    const again = Math.min(now - windows.overlapMs, state.pendingSince ?? Number.POSITIVE_INFINITY);
    state.next = Math.max(windows.since, again);
    state.readTo = place.to;
    state.pendingSince = null;
    return true;
  }
  return false;
}

function isNumbered({ paging }: Stream): boolean {
  return paging.kind === 'page' || paging.kind === 'offset';
}

/** The page at a place. Null: the venue refuses its token, which may have expired, so the window has to begin again. */
async function pageAt(
  run: PullRun,
  it: Walk,
  terms: WalkTerms,
  place: Place,
  hasExpired: boolean,
): Promise<Page | null> {
  try {
    return await readPage(run, it, place, terms.isBackground ?? false, (row) => timeOf(run, it, terms, row));
  } catch (error) {
    const isToken = it.stream.paging.kind === 'token' && place.at !== '' && !hasExpired;
    if (isToken && error instanceof ExchangeError && error.code === 'exchange_bad_response') return null;
    throw error;
  }
}

function nextWindow(
  run: PullRun,
  { stream }: Walk,
  state: WalkState,
  { notBefore = 0 }: WalkTerms,
  now: number,
) {
  const { since, horizonMs, longestMs } = stream.windows!;
  const horizon = horizonMs === null ? since : Math.max(since, now - horizonMs + 1);
  // Some venues tell the times of rows in whole seconds, so a window begins with a second.
  const begin = wholeSecond(state.next ?? Math.max(since, stream.isSource ? since : notBefore));
  if (state.next !== null && begin < horizon) run.noteGap(stream.name, begin, horizon);
  const from = Math.max(begin, horizon);
  return { from, to: Math.min(from + longestMs, now), at: '' };
}

function highest(ids: readonly bigint[]): bigint {
  let most = ids[0]!;
  for (const id of ids) if (id > most) most = id;
  return most;
}

function readFill(run: PullRun, it: Walk, terms: WalkTerms, row: unknown, now: number): void {
  const read = readRow(run, it, terms, row);
  if (read === null) run.quarantine(it.stream.name, row, run.state.earliest ?? now, now);
  else if ('entries' in read) for (const entry of read.entries) run.emit(entry);
}

/** Hands over the rows of a page. A row that cannot be read is put in quarantine. */
function readRows(
  run: PullRun,
  it: Walk,
  state: WalkState,
  terms: WalkTerms,
  { rows, place }: { readonly rows: readonly unknown[]; readonly place: Place },
): void {
  for (const row of rows) {
    const read = readRow(run, it, terms, row);
    if (read === null) run.quarantine(it.stream.name, row, place.from, place.to);
    else if ('pendingSince' in read) {
      state.pendingSince = Math.min(state.pendingSince ?? read.pendingSince, read.pendingSince);
      noteTransit(run, read);
    } else {
      requireInside(it, read.time, place);
      // It ended since a page before showed it under way.
      delete run.state.reading?.transit[read.id];
      if (read.tradedIn !== undefined) terms.onTraded?.(it.stream, read.tradedIn);
      for (const entry of read.entries) run.emit(entry);
    }
  }
}

function requireInside({ stream }: Walk, time: number, { from, to }: Place): void {
  if (time >= from && time <= to) return;
  throw new ExchangeError(
    'exchange_bad_response',
    `${stream.name} came with a row outside the window asked for`,
  );
}

/** Null: the row cannot be read. */
function readRow(run: PullRun, it: Walk, terms: WalkTerms, row: unknown): RowReading | null {
  try {
    return it.stream.read(row, run.contextOf(terms.markets, it.key));
  } catch (error) {
    if (!(error instanceof ExchangeError) || error.code !== 'exchange_bad_response') throw error;
    return null;
  }
}

/** Money that left a wallet before its row and has not arrived is still held. */
function noteTransit({ state }: PullRun, read: Extract<RowReading, { pendingSince: number }>): void {
  const { reading } = state;
  if (reading === null || read.inTransit === null) return;
  const instant = reading.instants[read.inTransit.wallet];
  if (instant !== undefined && read.pendingSince <= instant) reading.transit[read.id] = { ...read.inTransit };
}

function timeOf(run: PullRun, it: Walk, terms: WalkTerms, row: unknown): number | null {
  const read = readRow(run, it, terms, row);
  if (read === null) return null;
  return 'pendingSince' in read ? read.pendingSince : read.time;
}
