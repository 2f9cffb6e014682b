/**
 * The table of a venue that does not exist: every kind of paging, small pages, and rows that hold their entries. Its
 * wallets are `main` (spot), `perp` (contracts) and `iso:…` (one wallet for each market).
 */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { BalanceRow, PositionRow } from '../../../src/venues/port.ts';
import type {
  InTransit,
  Paging,
  RowReading,
  Stream,
  VenueTable,
  Windows,
} from '../../../src/venues/table.ts';
import { binance } from '../../../src/venues/tables/binance/table.ts';
import { fieldsOf, listOf, malformed } from '../../../src/venues/values.ts';

/** Midnight at the start of the first day of the venue. */
export const LAUNCH = Date.UTC(2024, 0, 1);

/** A row as the venue answers it. */
export interface Row {
  readonly id: string;
  readonly time: number;
  readonly entries: readonly LedgerEntry[];
  /** The row may still change. */
  readonly isPending?: boolean;
  /** No reader can read it. */
  readonly isStrange?: boolean;
  readonly inTransit?: InTransit;
  readonly tradedIn?: string;
}

/** The answer of a stream. */
export interface Answer {
  readonly rows: readonly Row[];
  readonly next: string | null;
}

/** The answer about a wallet. */
export interface WalletAnswer {
  readonly balances: readonly Omit<BalanceRow, 'time'>[];
  readonly positions: readonly Omit<PositionRow, 'time'>[];
  readonly wallets: readonly string[];
}

const rowOf = (raw: unknown) => fieldsOf(raw, 'row') as unknown as Row;

/** Ten days less a millisecond, of which the last three are read again. */
const windows: Windows = {
  ...{ from: 'from', to: 'to', longestMs: 10 * DAY_MS - 1, since: LAUNCH },
  ...{ horizonMs: null, overlapMs: 3 * DAY_MS },
};

export const PAGING = {
  byId: { kind: 'rising-id', from: 'fromId', id: (row) => rowOf(row).id, limit: 'limit', page: 3 },
  offset: { kind: 'offset', offset: 'offset', limit: 'limit', page: 2 },
  page: { kind: 'page', number: 'page', limit: 'limit', page: 2 },
  whole: { kind: 'whole', limit: 'limit', page: 2 },
  time: { kind: 'inclusive-time', limit: 'limit', page: 3 },
  token: {
    ...{ kind: 'token', token: 'token', limit: 'limit', page: 2 },
    next: (answer) => (answer as Answer).next,
  },
  falling: { kind: 'falling-id', before: 'before', id: (row) => rowOf(row).id, limit: 'limit', page: 2 },
} as const satisfies Readonly<Record<string, Paging>>;

type Terms = Partial<Stream> & Pick<Stream, 'paging' | 'wallets'>;

/** A stream that asks the call of its own name. */
export function streamOf(name: string, terms: Terms): Stream {
  return {
    ...{ name, call: name, scope: 'account', cadence: 'moved' },
    windows: terms.paging.kind === 'rising-id' ? null : windows,
    parameters: (key): Readonly<Record<string, string>> => (key === '' ? {} : { key }),
    rows: (answer) => listOf(fieldsOf(answer, name)['rows'], name),
    read: readRow,
    ...terms,
  };
}

function readRow(raw: unknown): RowReading {
  const { id, time, entries, isPending, isStrange, inTransit = null, tradedIn } = rowOf(raw);
  if (isStrange) throw malformed('row');
  if (isPending) return { pendingSince: time, id, inTransit };
  return { entries, time, id, ...(tradedIn === undefined ? {} : { tradedIn }) };
}

const futures = { wallets: ['perp'], needs: 'futures' } as const;
const isolated = { wallets: ['iso:', 'main'], needs: 'margin', scope: { wallets: 'iso:' } } as const;

export const STREAMS: readonly Stream[] = [
  streamOf('fills', { wallets: ['main'], scope: { product: 'spot' }, paging: PAGING.byId }),
  streamOf('deposits', { wallets: ['main'], paging: PAGING.offset, cadence: 'always', isSource: true }),
  streamOf('withdrawals', { wallets: ['main'], paging: PAGING.page, cadence: 'always' }),
  streamOf('rewards', { wallets: ['main'], paging: PAGING.whole, isSource: true }),
  streamOf('swaps', { wallets: ['main'], paging: PAGING.token }),
  streamOf('moves', { wallets: ['main', 'perp'], paging: PAGING.falling, cadence: 'unexplained' }),
  streamOf('income', { ...futures, paging: PAGING.time }),
  streamOf('perp fills', { ...futures, scope: { product: 'linear' }, paging: PAGING.byId }),
  streamOf('iso fills', { ...isolated, wallets: ['iso:'], paging: PAGING.byId }),
  streamOf('iso moves', { ...isolated, paging: PAGING.page }),
];

function readerOf(name: string, needs?: 'futures' | 'margin') {
  return {
    wallets: [name],
    calls: [{ call: `wallet ${name}` }],
    ...(needs === undefined ? {} : { needs }),
    read: ([answer]: readonly unknown[]) => answer as WalletAnswer,
  };
}

export const SCRIPTED: VenueTable = {
  ...binance,
  ...{ launch: LAUNCH, reportingAssets: [], streams: STREAMS, renames: [], quietMinutes: [] },
  wallets: [readerOf('main'), readerOf('perp', 'futures'), readerOf('iso:', 'margin')],
  products: [
    { name: 'spot', wallets: ['main'] },
    { name: 'contracts', wallets: ['perp'] },
    { name: 'isolated', wallets: ['iso:'] },
  ],
  notRead: ['options'],
  sandbox: { streams: ['fills'], wallets: ['main'] },
};
