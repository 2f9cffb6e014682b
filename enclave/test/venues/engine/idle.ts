/** An account that was read, and faults of single calls, for tests of how differences are explained. */
import { ExchangeError, type ExchangeErrorCode } from '../../../src/venues/errors.ts';
import { Reader } from './reader.ts';
import { at, booked } from './rows.ts';
import type { ScriptedVenue } from './scripted-venue.ts';

/** An account that was read wholly, and is idle since. */
export async function idle(...rows: Parameters<ScriptedVenue['books']['push']>): Promise<Reader> {
  const reader = new Reader();
  reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '1000'), ...rows);
  await reader.all();
  // The sweep that follows a first reading, and the first reading of a day.
  await reader.pull();
  reader.venue.now += 300_000;
  return reader;
}

export const callsOf = ({ venue }: Reader) =>
  venue.asked.map(({ call, parameters }) => `${call} ${parameters['key'] ?? ''}`.trim());
export const WALLETS = ['wallet main', 'wallet perp', 'wallet iso:'];
export const failing =
  (code: ExchangeErrorCode, call: string, key?: string) => (name: string, parameters: object) => {
    const isIt = name === call && (key === undefined || (parameters as { key?: string }).key === key);
    if (isIt) throw new ExchangeError(code, 'no');
  };
