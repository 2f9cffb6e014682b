/** A venue made of plain lists behind the port of the engine. It records each call of a walk. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { binance } from '../../src/exchanges/binance.ts';
import type { CandleSpan, SpotMarket, VenueClient } from '../../src/exchanges/client.ts';
import type { PullState } from '../../src/exchanges/cursor.ts';
import { pullAccount } from '../../src/exchanges/engine.ts';
import { ExchangeError } from '../../src/exchanges/errors.ts';
import type { Pull, PullBudget, VenueAccount, VenueCursor } from '../../src/exchanges/port.ts';
import type { VenueTable } from '../../src/exchanges/table.ts';

/** Midnight at the start of the first day of the venue. */
export const LAUNCH = Date.UTC(2026, 0, 1);
/** The instant `days`, `hours` and `minutes` after {@link LAUNCH}. */
export const at = (days: number, hours = 0, minutes = 0) =>
  LAUNCH + days * DAY_MS + hours * 60 * MINUTE_MS + minutes * MINUTE_MS;

/** Small pages and windows: ten days less a millisecond, of which the last three are read again. */
export const TABLE: VenueTable = {
  ...binance,
  launch: LAUNCH,
  reportingAssets: [],
  fillsPage: 3,
  candlesPage: 4,
  transfers: { windowMs: 10 * DAY_MS - 1, page: 2, overlapMs: 3 * DAY_MS },
};

const ACCOUNT: VenueAccount = {
  account: 'a0',
  venue: 'binance',
  accountType: 'spot',
  apiKey: 'key',
  apiSecret: 'secret',
  sandbox: false,
};

/** A transfer that the venue shows as pending until it is final. */
export interface Booking {
  readonly entry: TransferEntry;
  readonly settlesAt: number;
}

/** The contents of the venue. Tests change them between pulls. */
export interface Books {
  now: number;
  fills: FillEntry[];
  transfers: Booking[];
  balances: string[];
  /** Names of the listed markets. */
  markets: string[];
  /** Missing candles, by symbol and the instant of their end. */
  missing: Set<string>;
}

/** Answers that the venue gives to any question. */
interface Lies {
  readonly fills?: readonly FillEntry[];
  readonly deposits?: readonly TransferEntry[];
}

export interface Asked {
  readonly fills: { symbol: string; fromId: string; limit: number }[];
  readonly transfers: { direction: string; from: number; to: number; offset: number }[];
  readonly closes: CandleSpan[];
  readonly lastCloses: { symbol: string; time: number }[];
}

/** A venue, an account there, and the means to read it. */
export class ListedVenue {
  readonly books: Books = {
    now: at(25, 12),
    fills: [],
    transfers: [],
    balances: [],
    markets: ['BTC/USDT', 'ETH/USDT', 'BNB/USDT'],
    missing: new Set(),
  };
  readonly table: VenueTable;
  asked: Asked = { fills: [], transfers: [], closes: [], lastCloses: [] };
  lies: Lies = {};
  /** Called after a call is recorded and before it is answered. A test can advance the time here, or fail the call. */
  before: (call: keyof Asked) => void = () => undefined;

  constructor(changes: Partial<VenueTable> = {}) {
    this.table = { ...TABLE, ...changes };
  }

  /** Continues to read the account from a cursor. `asked` holds only the calls of this pull. */
  async pull(
    cursor: VenueCursor | null = null,
    budget: Partial<PullBudget> = {},
    account: Partial<VenueAccount> = {},
  ): Promise<Pull> {
    this.asked = { fills: [], transfers: [], closes: [], lastCloses: [] };
    const ports = { client: this.#client(), table: this.table, clock: { now: () => this.books.now } };
    const whole = { maxEntries: 1_000, until: Number.MAX_SAFE_INTEGER, ...budget };
    return pullAccount(ports, { ...ACCOUNT, ...account }, cursor, whole);
  }

  #client(): VenueClient {
    const { books, asked, lies } = this;
    const markets = new Map(books.markets.map((symbol) => [symbol, marketOf(symbol)]));
    const holdings = () => books.balances.map((asset) => ({ asset, total: '1' }));
    const settled = () => Promise.resolve();
    const requireListed = (symbol: string) => {
      if (!markets.has(symbol)) throw new ExchangeError('exchange_symbol_unknown', `${symbol} is not listed`);
    };
    return {
      inspect: () => Promise.reject(new Error('not asked')),
      balances: () => Promise.resolve({ time: books.now, balances: holdings() }),
      markets: () => Promise.resolve(markets),
      fills: async (symbol, fromId, limit) => {
        asked.fills.push({ symbol, fromId, limit });
        this.before('fills');
        await settled();
        if (lies.fills) return lies.fills;
        const all = books.fills.filter((fill) => fill.symbol === symbol && BigInt(fill.id) >= BigInt(fromId));
        return all.sort((a, b) => (BigInt(a.id) < BigInt(b.id) ? -1 : 1)).slice(0, limit);
      },
      transfers: async (direction, from, to, offset) => {
        asked.transfers.push({ direction, from, to, offset });
        this.before('transfers');
        await settled();
        const { deposits } = lies;
        if (deposits && direction === 'deposit') {
          return { entries: deposits, pendingSince: null, count: deposits.length };
        }
        const page = books.transfers
          .filter(({ entry }) => entry.direction === direction && entry.time >= from && entry.time <= to)
          .slice(offset, offset + this.table.transfers.page);
        const pending = page.filter(({ settlesAt }) => settlesAt > books.now);
        return {
          entries: page.filter((booking) => !pending.includes(booking)).map(({ entry }) => entry),
          pendingSince: pending.length > 0 ? Math.min(...pending.map(({ entry }) => entry.time)) : null,
          count: page.length,
        };
      },
      closes: async (span) => {
        asked.closes.push(span);
        this.before('closes');
        await settled();
        requireListed(span.symbol);
        return this.#candles(span);
      },
      lastClose: async (symbol, time) => {
        asked.lastCloses.push({ symbol, time });
        this.before('lastCloses');
        await settled();
        requireListed(symbol);
        return markAt(symbol, '1m', time);
      },
    };
  }

  #candles({ symbol, resolution, from, until, limit }: CandleSpan): readonly Mark[] {
    const step = resolution === '1d' ? DAY_MS : MINUTE_MS;
    const marks: Mark[] = [];
    for (let end = Math.ceil(from / step) * step + step; end <= until && marks.length < limit; end += step) {
      if (!this.books.missing.has(`${symbol} ${end}`)) marks.push(markAt(symbol, resolution, end));
    }
    return marks;
  }
}

function marketOf(symbol: string): SpotMarket {
  const [base = '', quote = ''] = symbol.split('/');
  return { symbol, base, quote };
}

function markAt(symbol: string, resolution: Mark['resolution'], time: number): Mark {
  const { base: asset, quote } = marketOf(symbol);
  return { venue: 'binance', asset, quote, time, price: '100', resolution };
}

/** A purchase of one unit at 100, without a fee. */
export function bought(
  id: number,
  symbol: string,
  time: number,
  changes: Partial<FillEntry> = {},
): FillEntry {
  return {
    ...{
      kind: 'fill',
      venue: 'binance',
      account: 'a0',
      wallet: 'spot',
      market: 'spot',
      id: String(id),
      time,
    },
    ...marketOf(symbol),
    ...{ side: 'buy', quantity: '1', price: '100', fee: null, orderId: null },
    ...changes,
  };
}

/** A transfer that is final at once, or at `settlesAt`. */
export function booked(
  id: string,
  direction: TransferEntry['direction'],
  asset: string,
  time: number,
  settlesAt = time,
): Booking {
  const entry: TransferEntry = {
    ...{ kind: 'transfer', venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot', id, time },
    ...{ direction, asset, amount: '10', fee: null, transactionHash: null },
  };
  return { entry, settlesAt };
}

/** The cursor in the form that the engine reads. */
export function stateIn({ cursor }: Pull): PullState {
  return cursor as unknown as PullState;
}

export const idsOf = (entries: readonly LedgerEntry[]) => entries.map(({ id }) => id);

/** Prices as `asset resolution time`. */
export const pricesOf = ({ marks }: Pull) =>
  marks.map(({ asset, resolution, time }) => `${asset} ${resolution} ${time}`);

/** An account that bought bitcoin on the sixth day, at three minutes past noon. */
export function holding(changes: ConstructorParameters<typeof ListedVenue>[0] = {}): ListedVenue {
  const venue = new ListedVenue(changes);
  venue.books.balances = ['BTC'];
  venue.books.fills.push(bought(1, 'BTC/USDT', at(5, 12, 3)));
  venue.books.now = at(10, 12);
  return venue;
}

/** The requested candles, as first opening, last end and number. */
export const spansOf = ({ asked }: ListedVenue, resolution: string, symbol = 'BTC/USDT') =>
  asked.closes
    .filter((span) => span.resolution === resolution && span.symbol === symbol)
    .map(({ from, until, limit }) => [from, until, limit]);
