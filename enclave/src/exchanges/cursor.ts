/** Where a pull stands, as plain data: everything that the engine must remember between two pulls of an account. */
import * as z from 'zod';
import type { VenueCursor } from './port.ts';

const instant = z.number().int();

const transferState = z.strictObject({
  /** The first instant that is not yet read for good. */
  next: instant,
  /** Identifiers already emitted at or after `next`, with their times. */
  seen: z.array(z.tuple([z.string(), instant])),
  /** The earliest transfer on this walk that may still settle. */
  pendingSince: instant.nullable(),
});

const assetState = z.strictObject({
  /** When the asset was first held or used. */
  since: instant,
  /** Time of the last daily close that was emitted. */
  daily: instant.nullable(),
  /** How many of `flows` have requested their minute. */
  flows: z.number().int().min(0),
  /** Whether the asset is neither held nor used, but a currency of reports. */
  priceOnly: z.boolean(),
});

const pullState = z.strictObject({
  version: z.literal(2),
  deposit: transferState,
  withdrawal: transferState,
  /** Next fill id by symbol: the symbols in scope. */
  fills: z.record(z.string(), z.string().regex(/^\d+$/)),
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
});

/** The engine's memory of one account. */
export type PullState = z.infer<typeof pullState>;
export type TransferState = z.infer<typeof transferState>;

/** Schemas of cursors by version: what sealed state may hold. */
export const CURSOR_FORMATS: Readonly<Record<number, z.ZodType<PullState>>> = { 2: pullState };

/** A state from which nothing has been read; `launch` is the first instant of any history at the venue. */
export function initialState(launch: number): PullState {
  const fromLaunch = (): TransferState => ({ next: launch, seen: [], pendingSince: null });
  return {
    version: 2,
    deposit: fromLaunch(),
    withdrawal: fromLaunch(),
    fills: {},
    assets: {},
    flows: [],
    minutes: {},
    checks: {},
    gaps: [],
    unavailable: [],
    earliest: null,
  };
}

/**
 * A copy of the state in `cursor`. Without a cursor, or with one of another version, the pull starts from the
 * beginning: everything is read again, and an entry that comes twice has the same id.
 */
export function parseCursor(cursor: VenueCursor | null, launch: number): PullState {
  const parsed = pullState.safeParse(structuredClone(cursor));
  return parsed.success ? parsed.data : initialState(launch);
}

/** The cursor that {@link parseCursor} reads. */
export function toCursor(state: PullState): VenueCursor {
  return structuredClone(state) as VenueCursor;
}
