/** Reads a span page by page, in the way of its stream, from any place in it. */
import { ExchangeError } from '../errors.ts';
import type { Paging, Stream } from '../table.ts';
import type { PullRun } from './run.ts';

/** Where a span is read next. */
export interface Place {
  readonly from: number;
  readonly to: number;
  /** An offset, a page, a token or an instant. Empty: at the beginning. */
  readonly at: string;
}

/** What one request brought. */
export interface Page {
  readonly rows: readonly unknown[];
  /** The next place in the span. Null: the span is read. */
  readonly next: Place | null;
}

/** The smallest window that a full answer is halved into, ms. */
const SMALLEST_MS = 1_000;

/**
 * Reads the page at a place of a span.
 * @param timeOf - the instant of a row; null for a row that cannot be read
 * @throws ExchangeError
 */
export async function readPage(
  run: PullRun,
  { stream, key }: { readonly stream: Stream; readonly key: string },
  place: Place,
  isBackground: boolean,
  timeOf: (row: unknown) => number | null,
): Promise<Page> {
  const { paging, windows } = stream;
  const times = windows === null ? {} : { [windows.from]: startOf(paging, place), [windows.to]: place.to };
  const parameters = { ...stream.parameters(key), ...times, ...pageParameters(paging, place) };
  const answer = await run.client.call(stream.call, parameters, isBackground);
  const rows = stream.rows(answer);
  return { rows, next: nextPlace(paging, place, answer, rows, timeOf) };
}

/** Only by time does the start of the window move inside it. */
function startOf(paging: Paging, { from, at }: Place): number {
  return paging.kind === 'inclusive-time' && at !== '' ? Number(at) : from;
}

function pageParameters(paging: Paging, { at }: Place): Record<string, string | number> {
  switch (paging.kind) {
    case 'page':
      return { [paging.number]: at === '' ? 1 : Number(at), [paging.limit]: paging.page };
    case 'offset':
      return { [paging.offset]: at === '' ? 0 : Number(at), [paging.limit]: paging.page };
    case 'whole':
      return paging.limit === null ? {} : { [paging.limit]: paging.page };
    case 'inclusive-time':
      return { [paging.limit]: paging.page };
    case 'token':
      return { [paging.limit]: paging.page, ...(at === '' ? {} : { [paging.token]: at }) };
    case 'falling-id':
      return { [paging.limit]: paging.page, ...(at === '' ? {} : { [paging.before]: at }) };
    case 'rising-id':
      throw new RangeError('rising ids have no span');
  }
}

/**
 * Where the span goes on. A page with fewer rows than were asked for is not its end, since a venue may give fewer: an
 * empty page is, or one that brings nothing later. Of a whole answer only its size can be judged.
 */
function nextPlace(
  paging: Paging,
  place: Place,
  answer: unknown,
  rows: readonly unknown[],
  timeOf: (row: unknown) => number | null,
): Place | null {
  const isFull = rows.length >= paging.page;
  if (rows.length === 0 && paging.kind !== 'token') return null;
  switch (paging.kind) {
    case 'page':
      return { ...place, at: String(Number(place.at === '' ? 1 : place.at) + 1) };
    case 'offset':
      return { ...place, at: String(Number(place.at) + Math.min(rows.length, paging.page)) };
    case 'whole':
      return isFull ? halved(place) : null;
    case 'inclusive-time':
      return later(place, rows, isFull, timeOf);
    case 'token': {
      const token = paging.next(answer);
      return token === null || token === place.at ? null : { ...place, at: token };
    }
    case 'falling-id':
      return below(place, rows.map(paging.id), isFull);
    case 'rising-id':
      throw new RangeError('rising ids have no span');
  }
}

/**
 * The first half of a window whose answer was full. The rest is read as the next window. Some venues tell the times of
 * rows in whole seconds, so the half ends with a second.
 */
function halved({ from, to }: Place): Place {
  if (to - from < SMALLEST_MS) {
    throw new ExchangeError('exchange_bad_response', 'one second holds more rows than one answer');
  }
  const middle = Math.floor((from + to) / 2);
  const end = wholeSecond(middle) + 999;
  return { from, to: end < to ? end : middle, at: '' };
}

/** The beginning of the second of an instant. */
export function wholeSecond(instant: number): number {
  return Math.floor(instant / 1_000) * 1_000;
}

/**
 * From the last instant of a page on. Its rows come once more, since others may share the instant. Null: nothing was
 * later. Rows that cannot be read have no instant. Where they fill a page, the window is halved.
 */
function later(
  place: Place,
  rows: readonly unknown[],
  isFull: boolean,
  timeOf: (row: unknown) => number | null,
): Place | null {
  const times = rows.map(timeOf);
  const last = times.reduce<number>((latest, time) => Math.max(latest, time ?? 0), 0);
  const from = place.at === '' ? place.from : Number(place.at);
  if (last > from) return { ...place, at: String(last) };
  if (!isFull) return null;
  if (times.includes(null)) return halved({ ...place, from: wholeSecond(from) });
  throw new ExchangeError('exchange_bad_response', 'one instant holds more rows than one answer');
}

/** Below the lowest id of a page. Its rows may come in any order. Null: a page with room brought nothing lower. */
function below(place: Place, ids: readonly string[], isFull: boolean): Place | null {
  let lowest = BigInt(ids[0]!);
  for (const id of ids) if (BigInt(id) < lowest) lowest = BigInt(id);
  if (place.at !== '' && lowest >= BigInt(place.at)) {
    if (!isFull) return null;
    throw new ExchangeError('exchange_bad_response', 'a page came with no id below the ones before');
  }
  return { ...place, at: String(lowest) };
}
