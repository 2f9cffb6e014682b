/** Reads rows of Binance with the readers of its table. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { ExchangeError } from '../../../../src/venues/errors.ts';
import type { Market, Product, RowContext, RowReading, Stream } from '../../../../src/venues/table.ts';
import { binance } from '../../../../src/venues/tables/binance/table.ts';

export const OWNER = { venue: 'binance', account: 'a0' } as const;
export type Row = Readonly<Record<string, unknown>>;

/** Recorded answers (`../../../fixtures/binance`). */
export function recorded(file: 'recorded' | 'recorded-contracts'): Readonly<Record<string, readonly Row[]>> {
  const path = new URL(`../../../fixtures/binance/${file}.json`, import.meta.url);
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, readonly Row[]>>;
}

const spot = (base: string, quote: string): Market => ({
  ...{ symbol: `${base}/${quote}`, id: `${base}${quote}`, product: 'spot', base, quote, settle: null },
  contractSize: '1',
});
const MARKETS: readonly Market[] = [
  ...[spot('LTC', 'USDT'), spot('BTC', 'USDT'), spot('LDO', 'USDT')],
  {
    ...{ symbol: 'BTC/USDT:USDT', id: 'BTCUSDT', product: 'linear', base: 'BTC', quote: 'USDT' },
    ...{ settle: 'USDT', contractSize: '1' },
  },
  {
    ...{ symbol: 'BTC/USD:BTC', id: 'BTCUSD_PERP', product: 'inverse', base: 'BTC', quote: 'USD' },
    ...{ settle: 'BTC', contractSize: '100' },
  },
];

export function contextOf(key = ''): RowContext {
  return {
    owner: OWNER,
    market: (product: Product, id: string) =>
      MARKETS.find((market) => market.product === product && market.id === id),
    isListed: (asset) => MARKETS.some(({ base, quote }) => base === asset || quote === asset),
    key,
  };
}

export function streamOf(name: string): Stream {
  const stream = binance.streams.find((one) => one.name === name);
  if (stream === undefined) throw new RangeError(`no stream ${name}`);
  return stream;
}

export function readRow(name: string, row: unknown, key = ''): RowReading {
  return streamOf(name).read(row, contextOf(key));
}

/** The entries of a row that is final. */
export function entriesOf(name: string, row: unknown, key = '') {
  const reading = readRow(name, row, key);
  if (!('entries' in reading)) throw new RangeError('the row may still change');
  return reading.entries;
}

/** Asserts that a reader refuses a row, so that the engine puts it in quarantine. */
export function refuses(action: () => unknown): void {
  expect(action).toThrow(ExchangeError);
  expect(action).toThrow(expect.objectContaining({ code: 'exchange_bad_response' }));
}

/** Asserts that a reader refuses each of these rows. */
export function refusesRows(name: string, rows: readonly unknown[], key = ''): void {
  for (const row of [null, [], 'text', {}, ...rows]) refuses(() => readRow(name, row, key));
}
