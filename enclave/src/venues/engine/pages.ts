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

/** Reads the page at a place of a span. @throws ExchangeError */
export async function readPage(
  run: PullRun,
  { stream, key }: { readonly stream: Stream; readonly key: string },
  place: Place,
  isBackground: boolean,
  timeOf: (row: unknown) => number,
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

function nextPlace(
  paging: Paging,
  place: Place,
  answer: unknown,
  rows: readonly unknown[],
  timeOf: (row: unknown) => number,
): Place | null {
  const isFull = rows.length >= paging.page;
  switch (paging.kind) {
    case 'page':
      return isFull ? { ...place, at: String(Number(place.at === '' ? 1 : place.at) + 1) } : null;
    case 'offset':
      return isFull ? { ...place, at: String(Number(place.at) + rows.length) } : null;
    case 'whole':
      return isFull ? halved(place) : null;
    case 'inclusive-time':
      return isFull ? later(place, rows, timeOf) : null;
    case 'token': {
      const token = paging.next(answer);
      return token === null || token === place.at ? null : { ...place, at: token };
    }
    case 'falling-id':
      return isFull ? { ...place, at: paging.id(rows.at(-1)) } : null;
    case 'rising-id':
      throw new RangeError('rising ids have no span');
  }
}

/** The first half of a window whose answer was full. The rest is read as the next window. */
function halved({ from, to }: Place): Place {
  if (to - from < SMALLEST_MS) {
    throw new ExchangeError('exchange_bad_response', 'one second holds more rows than one answer');
  }
  return { from, to: Math.floor((from + to) / 2), at: '' };
}

/** From the last instant of a full page on. Its rows come once more, since others may share the instant. */
function later(place: Place, rows: readonly unknown[], timeOf: (row: unknown) => number): Place {
  const last = rows.reduce<number>((latest, row) => Math.max(latest, timeOf(row)), 0);
  if (last <= (place.at === '' ? place.from : Number(place.at))) {
    throw new ExchangeError('exchange_bad_response', 'one instant holds more rows than one answer');
  }
  return { ...place, at: String(last) };
}
