/** A venue of plain lists behind the port of the engine. It has one account, and knows the truth about it. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import { Amount, parseDecimal, ZERO } from '@perf-aggregator/analytics/amount/decimal';
import { parseEntry } from '@perf-aggregator/analytics/entries/parse';
import { postEntry } from '@perf-aggregator/analytics/holdings/posting';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { indexOf } from '../../../src/venues/ccxt/markets.ts';
import type { CandleSpan, Markets, VenueClient } from '../../../src/venues/engine/client.ts';
import { ExchangeError } from '../../../src/venues/errors.ts';
import type { Market, Stream, VenueTable } from '../../../src/venues/table.ts';
import { type Answer, type Row, SCRIPTED, type WalletAnswer } from './scripted-table.ts';

/** A row of the venue's books. */
export interface Booking extends Row {
  readonly stream: string;
  /** The market or the wallet of the row, where the stream has several. */
  readonly key?: string;
  /** Until then the row is pending. */
  readonly settlesAt?: number;
  /** The row is shown from this instant on. Its movement happened at its own time. */
  readonly shownAt?: number;
}

type Parameters = Readonly<Record<string, string | number>>;

export interface Asked {
  readonly call: string;
  readonly parameters: Parameters;
  readonly isBackground: boolean;
}

/** Writes `BTC/USDT` or `BTC/USDT:USDT` as a market. The names of the venue have no separators. */
export function marketOf(symbol: string): Market {
  const [pair = '', settle = null] = symbol.split(':');
  const [base = '', quote = ''] = pair.split('/');
  const product = settle === null ? ('spot' as const) : ('linear' as const);
  return { symbol, id: `${base}${quote}`, product, base, quote, settle, contractSize: '1' };
}

export class ScriptedVenue implements VenueClient {
  table: VenueTable = SCRIPTED;
  now: number;
  /** Names of the listed markets. */
  listed = ['BTC/USDT', 'ETH/USDT', 'BNB/USDT', 'BTC/USDT:USDT', 'ETH/USDT:USDT'];
  readonly books: Booking[] = [];
  /** What wallets hold beside what the books say: [wallet, asset, amount]. */
  readonly secrets: [wallet: string, asset: string, amount: string][] = [];
  /** Missing candles, by symbol and the instant of their end. */
  readonly missing = new Set<string>();
  asked: Asked[] = [];
  closesAsked: CandleSpan[] = [];
  lastClosesAsked: { symbol: string; time: number }[] = [];
  /** The venue gives at most so many rows, whatever is asked for. */
  mostRows = Number.POSITIVE_INFINITY;
  /** Tokens of an earlier generation are refused. */
  generation = 0;
  /** Called after a request is noted and before it is answered. It may move the clock, or throw. */
  before: (call: string, parameters: Parameters) => void = () => undefined;
  /** Changes the rows of a page. */
  alter: (rows: readonly Row[], call: string, parameters: Parameters) => readonly Row[] = (rows) => rows;

  constructor(now: number) {
    this.now = now;
  }

  markets(): Promise<Markets> {
    return Promise.resolve(indexOf(this.listed.map(marketOf)));
  }

  async call(call: string, parameters: Parameters, isBackground = false): Promise<Answer | WalletAnswer> {
    this.asked.push({ call, parameters, isBackground });
    this.before(call, parameters);
    await Promise.resolve();
    if (call.startsWith('wallet ')) return this.#walletsOf(call.slice('wallet '.length));
    const stream = this.table.streams.find((one) => one.call === call);
    if (stream === undefined) throw new RangeError(`no call ${call}`);
    this.#requireListed(stream, parameters);
    const { rows, next } = this.#pageOf(stream, parameters);
    return { rows: this.alter(rows, call, parameters), next };
  }

  async closes(span: CandleSpan): Promise<readonly Mark[]> {
    this.closesAsked.push(span);
    this.before('closes', {});
    await Promise.resolve();
    const { symbol, resolution, from, until, limit } = span;
    const step = resolution === '1d' ? DAY_MS : MINUTE_MS;
    const marks: Mark[] = [];
    for (let end = Math.ceil(from / step) * step + step; end <= until && marks.length < limit; end += step) {
      if (!this.missing.has(`${symbol} ${end}`)) marks.push(markAt(symbol, resolution, end));
    }
    return marks;
  }

  async lastClose(symbol: string, time: number): Promise<Mark | null> {
    this.lastClosesAsked.push({ symbol, time });
    this.before('lastCloses', {});
    await Promise.resolve();
    return this.missing.has(symbol) ? null : markAt(symbol, '1m', time);
  }

  /** Every entry of the account that happened and is final. */
  truth(): readonly LedgerEntry[] {
    return this.books
      .filter((row) => !this.#isPending(row) && row.time <= this.now)
      .flatMap(({ entries }) => entries);
  }

  /** The calls that were asked for the rows of a stream, without those of prices and wallets. */
  asks(call: string): readonly Parameters[] {
    return this.asked.filter((one) => one.call === call).map(({ parameters }) => parameters);
  }

  #isPending({ settlesAt }: Booking): boolean {
    return settlesAt !== undefined && settlesAt > this.now;
  }

  /** @throws ExchangeError `exchange_symbol_unknown` for a market that is gone */
  #requireListed({ scope }: Stream, { key }: Parameters): void {
    if (typeof scope !== 'object' || !('product' in scope)) return;
    const isListed = this.listed
      .map(marketOf)
      .some(({ product, id }) => product === scope.product && id === key);
    if (!isListed) throw new ExchangeError('exchange_symbol_unknown', 'no such market');
  }

  #rowsOf({ name, windows, paging }: Stream, parameters: Parameters): readonly Row[] {
    const shown = this.books.filter(
      ({ stream, key = '', shownAt = 0, time }) =>
        stream === name && key === (parameters['key'] ?? '') && Math.max(time, shownAt) <= this.now,
    );
    const rows = shown.map((row): Row => {
      const { id, time, entries, isStrange = false, inTransit, tradedIn } = row;
      const rest = { ...(inTransit ? { inTransit } : {}), ...(tradedIn ? { tradedIn } : {}) };
      return { id, time, entries, isStrange, isPending: this.#isPending(row), ...rest };
    });
    const byId = paging.kind === 'rising-id' || paging.kind === 'falling-id';
    const ordered = rows.sort((a, b) => (byId ? Number(BigInt(a.id) - BigInt(b.id)) : a.time - b.time));
    if (windows === null) return ordered;
    const [from, to] = [Number(parameters[windows.from]), Number(parameters[windows.to])];
    const horizon = windows.horizonMs === null ? 0 : this.now - windows.horizonMs;
    return ordered.filter(({ time }) => time >= Math.max(from, horizon) && time <= to);
  }

  #pageOf(stream: Stream, parameters: Parameters): Answer {
    const { paging } = stream;
    const rows = this.#rowsOf(stream, parameters);
    const newest = [...rows].reverse();
    const size = Math.min(paging.page, this.mostRows);
    const page = (from: number, of = newest): Answer => ({
      rows: of.slice(from, from + size),
      next: null,
    });
    switch (paging.kind) {
      case 'rising-id': {
        // Without an id, the latest rows.
        const from = parameters[paging.from];
        if (from === undefined) return page(0);
        const limit = Math.min(Number(parameters[paging.limit]), this.mostRows);
        const found = rows.filter(({ id }) => BigInt(id) >= BigInt(from)).slice(0, limit);
        return { rows: found, next: null };
      }
      case 'page':
        return page((Number(parameters[paging.number]) - 1) * size);
      case 'offset':
        return page(Number(parameters[paging.offset]));
      case 'whole':
        return page(0);
      case 'inclusive-time':
        return page(0, [...rows]);
      case 'token':
        return this.#tokenPage(newest, String(parameters[paging.token] ?? `${this.generation}:0`), size);
      case 'falling-id': {
        const before = parameters[paging.before];
        return page(
          0,
          before === undefined ? newest : newest.filter(({ id }) => BigInt(id) < BigInt(before)),
        );
      }
    }
  }

  #tokenPage(rows: readonly Row[], token: string, size: number): Answer {
    const [generation, from = 0] = token.split(':').map(Number);
    if (generation !== this.generation)
      throw new ExchangeError('exchange_bad_response', 'the token has expired');
    const end = from + size;
    return { rows: rows.slice(from, end), next: end < rows.length ? `${this.generation}:${end}` : null };
  }

  /** What a wallet, or all wallets whose name begins so, hold now. */
  #walletsOf(name: string): WalletAnswer {
    const sums = this.#sums();
    const own = [...sums.keys()].filter(
      (wallet) => wallet === name || (name.endsWith(':') && wallet.startsWith(name)),
    );
    const rows = own.flatMap((wallet) =>
      [...sums.get(wallet)!].map(([asset, amount]) => ({ wallet, asset, amount })),
    );
    const held = rows.filter(({ asset, amount }) => !asset.includes(':') && !amount.isZero());
    const open = rows.filter(({ asset, amount }) => asset.includes(':') && !amount.isZero());
    return {
      balances: held.map(({ wallet, asset, amount }) => ({ wallet, asset, total: amount.toString() })),
      positions: open.map(({ wallet, asset: symbol, amount }) => {
        const { id: _, product: __, settle, ...names } = marketOf(symbol);
        return {
          ...names,
          wallet,
          settle: settle!,
          inverse: false,
          contracts: amount.toString(),
          entryPrice: '100',
        };
      }),
      wallets: name.endsWith(':') ? own : [],
    };
  }

  /** Sums of wallet balances. The cost of open contracts, at an entry price of 100, is no part of a balance. */
  #sums(): ReadonlyMap<string, Map<string, Amount>> {
    const sums = new Map<string, Map<string, Amount>>();
    const of = (wallet: string) => {
      const known = sums.get(wallet) ?? new Map<string, Amount>();
      sums.set(wallet, known);
      return known;
    };
    const add = (wallet: string, asset: string, amount: Amount) =>
      of(wallet).set(asset, (of(wallet).get(asset) ?? ZERO).plus(amount));
    for (const entry of this.truth()) postEntry(parseEntry(entry), of(entry.wallet));
    for (const row of this.books) {
      const { inTransit: gone, time } = row;
      if (gone && this.#isPending(row) && time <= this.now)
        add(gone.wallet, gone.asset, parseDecimal(gone.total, 'x').neg());
    }
    for (const [wallet, asset, amount] of this.secrets) add(wallet, asset, parseDecimal(amount, 'x'));
    for (const [wallet, own] of [...sums]) {
      for (const [symbol, units] of [...own]) {
        if (symbol.includes(':')) add(wallet, marketOf(symbol).settle!, units.times(new Amount(100n, 0)));
      }
    }
    return sums;
  }
}

function markAt(symbol: string, resolution: Mark['resolution'], time: number): Mark {
  const { base, quote, product } = marketOf(symbol);
  const asset = product === 'spot' ? base : symbol;
  return { venue: 'binance', asset, quote, time, price: '100', resolution };
}
