/** Where a pull stands, as plain data: everything that the engine must remember between two pulls of an account. */
import * as z from 'zod';
import type { VenueCursor } from '../port.ts';

const instant = z.number().int();
const decimal = z.string().regex(/^-?\d+(?:\.\d+)?$/);

const walk = z.strictObject({
  /** By time: the first instant that is not read for good. */
  next: instant.nullable(),
  /** By rising id: the first id that is not read. */
  id: z.string().nullable(),
  /** A window under way, and the place in it: an offset, a page, a token or an instant. */
  inside: z.strictObject({ from: instant, to: instant, at: z.string() }).nullable(),
  /** The earliest row of this walk that may still change. */
  pendingSince: instant.nullable(),
  /** Everything that happened before this instant was read. Null: the walk has not ended once. */
  readTo: instant.nullable(),
});

const sums = z.record(z.string(), z.record(z.string(), decimal));

const row = z.strictObject({ wallet: z.string(), asset: z.string(), total: decimal, time: instant });
const position = z.strictObject({
  ...{ wallet: z.string(), time: instant, symbol: z.string(), base: z.string(), quote: z.string() },
  ...{
    settle: z.string(),
    inverse: z.boolean(),
    contracts: decimal,
    contractSize: decimal,
    entryPrice: decimal,
  },
});

/** The wallets as the venue showed them, and what is still to be explained. */
const reading = z.strictObject({
  balances: z.array(row),
  positions: z.array(position),
  /** Withdrawals that left their wallet before its row and have not ended, by id. They are still held. */
  transit: z.record(z.string(), z.strictObject({ wallet: z.string(), asset: z.string(), total: decimal })),
  /** When the venue answered about each wallet. */
  instants: z.record(z.string(), instant),
  /** Walks that this reading has already sent after a difference. */
  asked: z.array(z.string()),
  /** Whether walks started again from their beginning. */
  again: z.boolean(),
  /** Whether the wallets were asked once more, because something was left unexplained. */
  isRepeated: z.boolean(),
  /** Whether everything had been walked when it began. */
  isFinal: z.boolean(),
});

const assetState = z.strictObject({
  /** When the asset was first held or used. */
  since: instant,
  /** Time of the last daily close that was emitted. */
  daily: instant.nullable(),
  /** Midnight up to which days were last asked for. Null: never. */
  asked: instant.nullable(),
  /** How many of `flows` have requested their minute. */
  flows: z.number().int().min(0),
  /** Whether the asset is neither held nor used, but a currency of reports. */
  priceOnly: z.boolean(),
});

const pullState = z.strictObject({
  version: z.literal(3),
  /** By the name of the stream, and the key of the walk after a slash. */
  walks: z.record(z.string(), walk),
  /** Markets of the first reading, by stream: the last one that was walked, in order of their names. */
  scope: z.record(z.string(), z.strictObject({ after: z.string(), done: z.boolean() })),
  /** Sums of all entries, by wallet and asset: contracts by symbol, their cost in their currency. */
  explained: sums,
  /** Entries that are as late as the rows of a reading, or later: [wallet, asset, time, amount]. */
  later: z.array(z.tuple([z.string(), z.string(), instant, decimal])),
  /** How many fills the venue rounded, by wallet and currency. */
  roundedFills: z.record(z.string(), z.record(z.string(), z.number().int())),
  /** Wallets that ever held or moved anything. Others are dormant. */
  touched: z.array(z.string()),
  reading: reading.nullable(),
  /** Differences that the last reading left, by wallet and asset. Positive: the wallet holds more. */
  unexplained: sums,
  /** Rows that could not be read, by stream. */
  quarantined: z.record(
    z.string(),
    z.strictObject({ count: z.number().int(), from: instant, to: instant, rows: z.array(z.string()) }),
  ),
  assets: z.record(z.string(), assetState),
  /** Instants of external flows, in the order found. */
  flows: z.array(instant),
  /** Ends of minutes whose close is still to be read, by asset. */
  minutes: z.record(z.string(), z.array(instant)),
  /**
   * For each symbol: the ends of minutes that hold fills, and the value traded in them, in ten-thousandths of the
   * quote.
   */
  checks: z.record(z.string(), z.array(z.tuple([instant, z.number().int()]))),
  gaps: z.array(z.strictObject({ stream: z.string(), from: instant, to: instant })),
  unavailable: z.array(z.string()),
  /** Time of the earliest entry. */
  earliest: instant.nullable(),
  /** When the last reading ended. */
  readAt: instant.nullable(),
  /** Whether the balances were read after everything had been walked. */
  isFinal: z.boolean(),
  /** When old differences, and streams that only a difference sends for, were last looked at again. Null: they are due. */
  sweptAt: instant.nullable(),
});

/** The engine's memory of one account. */
export type PullState = z.infer<typeof pullState>;
export type WalkState = z.infer<typeof walk>;
export type ReadingState = z.infer<typeof reading>;
/** Amounts by wallet and asset. */
export type WalletSums = z.infer<typeof sums>;

/** Schemas of cursors by version: what sealed state may hold. */
export const CURSOR_FORMATS: Readonly<Record<number, z.ZodType<PullState>>> = { 3: pullState };

/** A state from which nothing has been read. */
export function initialState(): PullState {
  return {
    version: 3,
    ...{
      walks: {},
      scope: {},
      explained: {},
      later: [],
      roundedFills: {},
      touched: [],
      reading: null,
      unexplained: {},
    },
    ...{ quarantined: {}, assets: {}, flows: [], minutes: {}, checks: {}, gaps: [], unavailable: [] },
    ...{ earliest: null, readAt: null, isFinal: false, sweptAt: null },
  };
}

/** A walk that has not begun. */
export function initialWalk(): WalkState {
  return { next: null, id: null, inside: null, pendingSince: null, readTo: null };
}

/**
 * A copy of the state in `cursor`. Null without a cursor, or with one of another version: the pull starts from the
 * beginning then. Everything is read again, and an entry that comes twice has the same id.
 */
export function parseCursor(cursor: VenueCursor | null): PullState | null {
  const parsed = pullState.safeParse(structuredClone(cursor));
  return parsed.success ? parsed.data : null;
}

/** The cursor that {@link parseCursor} reads. */
export function toCursor(state: PullState): VenueCursor {
  return structuredClone(state) as VenueCursor;
}
