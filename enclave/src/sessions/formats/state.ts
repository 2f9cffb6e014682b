/**
 * The session blob: everything about a session except the closed batches of its ledger. It is small and written whole.
 */
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import * as z from 'zod';
import { CURSOR_FORMATS, toCursor } from '../../venues/engine/cursor.ts';
import {
  type AccountInspection,
  type BalanceSnapshot,
  type Coverage,
  type PositionRow,
  VENUES,
  type VenueAccount,
  type VenueCursor,
} from '../../venues/port.ts';
import { decodeSealed, memberOf, parseFormat } from './format.ts';

/** The format that this version writes. In format 1 the ledger was a chain of chunks without batches. */
const FORMAT = 2;
const BEFORE_BATCHES = 1;

/** The present state of one account of a session. */
export interface AccountState {
  readonly access: VenueAccount;
  readonly inspection: AccountInspection;
  /** Where the next pull starts. Null: at the beginning. */
  readonly cursor: VenueCursor | null;
  /** Holdings at the end of the last complete pull. */
  readonly snapshot: BalanceSnapshot | null;
  readonly coverage: Coverage | null;
  /** Share of the history read, 0..1. */
  readonly progress: number;
  /** Whether the account has been read up to its end at least once. */
  readonly complete: boolean;
  /** Closed code of the last failure. Null after a success. */
  readonly failure: string | null;
  /** Failures since the last success. */
  readonly failures: number;
  /** Readings in a row that found nothing new. */
  readonly quietReadings: number;
}

/** A session at one version. */
export interface SessionState {
  readonly format: typeof FORMAT;
  readonly id: string;
  readonly version: number;
  /** Instants, ms. */
  readonly createdAt: number;
  readonly expiresAt: number;
  readonly persistence: 'sealed' | 'memory';
  /** Highest counter of a renewal so far. */
  readonly renewals: number;
  readonly requestKey: Uint8Array;
  readonly responseKey: Uint8Array;
  readonly userId: string;
  readonly label: string | null;
  readonly reportingCurrency: string;
  readonly allowTradingKeys: boolean;
  readonly accounts: readonly AccountState[];
  readonly log: StoredLog;
  /** Hash over the whole ledger, hex (`log/ledger-log.ts`). {@link EMPTY_HEAD} before the first record. */
  readonly ledgerHead: string;
}

/** What the session blob holds of the ledger. */
export interface StoredLog {
  /** Hashes of the full tiles of the tree, 32 bytes each. */
  readonly tiles: Uint8Array;
  /** Leaves of the last tile, 32 bytes each. */
  readonly leaves: Uint8Array;
  /** The open batch, as a chunk (`chunk.ts`). Null: there is none. */
  readonly tail: Uint8Array | null;
}

/** A session blob of format 1. Its ledger is not read yet. */
export interface StateBeforeBatches {
  /** The state with an empty log, and the ledger head that the blob had. */
  readonly state: SessionState;
  /** Version at which each ledger chunk was written, by index. */
  readonly chunkVersions: readonly number[];
}

/** Ledger head of a session without records. */
export const EMPTY_HEAD = '0'.repeat(64);

/** Log of a session without records. */
export const EMPTY_LOG: StoredLog = { tiles: new Uint8Array(), leaves: new Uint8Array(), tail: null };

// A copy: without it, the keys of an open session would keep the whole plaintext of its blob in memory.
const key = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32)
  .transform((bytes) => bytes.slice());
const count = z.number().int().nonnegative();
const permission = z.enum(['yes', 'no', 'unknown']);

const access: z.ZodType<VenueAccount> = z.strictObject({
  account: z.string(),
  venue: z.enum(VENUES),
  accountType: z.literal('spot'),
  apiKey: z.string(),
  apiSecret: z.string(),
  password: z.string().exactOptional(),
  sandbox: z.boolean(),
  symbols: z.array(z.string()).exactOptional(),
});

const inspection: z.ZodType<AccountInspection, unknown> = z.strictObject({
  canRead: permission,
  canTrade: permission,
  canWithdraw: permission,
  uid: z.string().nullable(),
  scopesMissing: z.array(z.string()).default([]),
  mode: z.string().default('classic'),
  expiresAt: count.nullable().default(null),
});

const position: z.ZodType<PositionRow> = z.strictObject({
  ...{ wallet: z.string(), time: count, symbol: z.string(), base: z.string(), quote: z.string() },
  ...{ settle: z.string(), inverse: z.boolean(), contracts: z.string(), contractSize: z.string() },
  entryPrice: z.string(),
});

/** Before wallets, a row named none and had the instant of the whole. It was of spot. */
const snapshot: z.ZodType<BalanceSnapshot, unknown> = z
  .strictObject({
    time: count,
    balances: z.array(
      z.strictObject({
        ...{ wallet: z.string().default('spot'), asset: z.string(), total: z.string() },
        time: count.optional(),
      }),
    ),
    positions: z.array(position).default([]),
  })
  .transform(({ time, balances, positions }) => ({
    ...{ time, positions },
    balances: balances.map((row) => ({ ...row, time: row.time ?? time })),
  }));

const coverage: z.ZodType<Coverage, unknown> = z.strictObject({
  account: z.string(),
  venue: z.enum(VENUES),
  symbols: z.array(z.string()),
  from: count.nullable(),
  to: count,
  productsRead: z.array(z.string()),
  productsNotRead: z.array(z.string()),
  gaps: z.array(z.strictObject({ stream: z.string(), from: count, to: count })),
  unavailable: z.array(z.string()),
  scope: z
    .strictObject({
      from: count.nullable(),
      state: z.enum(['complete', 'partial']),
      missing: z.array(z.string()),
    })
    .default({ from: null, state: 'partial', missing: ['everything that an earlier version did not read'] }),
});

const account = z.strictObject({
  access,
  inspection,
  /** {@link readCursor} reads it, because it has its own format. */
  cursor: z.unknown(),
  snapshot: snapshot.nullable(),
  coverage: coverage.nullable(),
  progress: z.number().min(0).max(1),
  complete: z.boolean(),
  failure: z.string().nullable(),
  failures: count,
  quietReadings: count.default(0),
});

const members = {
  id: sessionId,
  version: count,
  createdAt: count,
  expiresAt: count,
  persistence: z.enum(['sealed', 'memory']),
  renewals: count,
  requestKey: key,
  responseKey: key,
  userId: z.string(),
  label: z.string().nullable(),
  reportingCurrency: z.string(),
  allowTradingKeys: z.boolean(),
  accounts: z.array(account),
  ledgerHead: z.string().regex(/^[0-9a-f]{64}$/),
};

// Copies, as of keys.
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array).transform((view) => view.slice());

const current = z.strictObject({
  format: z.literal(FORMAT),
  ...members,
  log: z.strictObject({ tiles: bytes, leaves: bytes, tail: bytes.nullable() }),
});
const beforeBatches = z.strictObject({
  format: z.literal(BEFORE_BATCHES),
  ...members,
  chunkVersions: z.array(count),
});
type Read = z.infer<typeof current> | z.infer<typeof beforeBatches>;
const schemas: Readonly<Record<number, z.ZodType<Read>>> = {
  [FORMAT]: current,
  [BEFORE_BATCHES]: beforeBatches,
};

const WHAT = 'a session';

/** CBOR of a state. */
export function encodeState(state: SessionState): Uint8Array {
  return encodeCbor(state as unknown as CborValue);
}

/**
 * The state of a session blob.
 * @throws Refusal `state_version_unsupported`, also for the cursor of an account; `state_rejected`
 */
export function decodeState(plaintext: Uint8Array): SessionState | StateBeforeBatches {
  const value = decodeSealed(plaintext, WHAT);
  const read = parseFormat({ format: memberOf(value, 'format'), value }, schemas, WHAT);
  const accounts = read.accounts.map((stored) => ({ ...stored, cursor: readCursor(stored.cursor) }));
  if (read.format === FORMAT) return { ...read, accounts };
  const { chunkVersions, ...rest } = read;
  return { state: { ...rest, format: FORMAT, accounts, log: EMPTY_LOG }, chunkVersions };
}

/** Where reading of an account continues. Null: at the beginning. */
function readCursor(value: unknown): VenueCursor | null {
  // A cursor of version 2 was of spot alone. The account is read from the beginning.
  if (value === null || memberOf(value, 'version') === 2) return null;
  return toCursor(parseFormat({ format: memberOf(value, 'version'), value }, CURSOR_FORMATS, 'a cursor'));
}
