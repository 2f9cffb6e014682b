/** An account with one stream, for tests of how a stream is walked. */
import type { Paging, Stream, Windows } from '../../../src/venues/table.ts';
import { Reader } from './reader.ts';
import { at, booked } from './rows.ts';
import { PAGING, SCRIPTED, streamOf } from './scripted-table.ts';
import { type Booking, ScriptedVenue } from './scripted-venue.ts';

export const refused = { code: 'exchange_bad_response' };

/** An account with one stream, of a kind of paging, that is read at every reading. */
export function walking(paging: Paging, windows: Partial<Windows> = {}): Reader {
  const stream = streamOf('deposits', { wallets: ['main'], paging, cadence: 'always', isSource: true });
  const own: Stream = { ...stream, windows: { ...stream.windows!, ...windows } };
  const reader = new Reader(new ScriptedVenue(at(25, 12)));
  reader.venue.table = { ...SCRIPTED, streams: [own] };
  return reader;
}

/** Deposits of numbers, at instants. */
export const deposited = (...times: readonly number[]): readonly Booking[] =>
  times.map((time, index) => booked(String(100 + index), 'deposit', 'USDT', time));

/** A deposit a day, from the first day on. */
export const daily = (days: number) => deposited(...Array.from({ length: days }, (_, day) => at(day + 1)));

export const windowsOf = ({ venue }: Reader) => venue.asks('deposits').map(({ from, to }) => [from, to]);

/** Each kind of paging by time. */
export const KINDS = Object.entries(PAGING).filter(([, { kind }]) => kind !== 'rising-id') as [
  string,
  Paging,
][];
