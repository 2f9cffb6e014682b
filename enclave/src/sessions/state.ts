/** The session blob: everything about a session that is not the ledger itself. Small; written whole. */
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { sessionId } from '@perf-aggregator/shared/wire/envelope';
import * as z from 'zod';
import { Refusal } from '../errors.ts';
import type {
  AccountInspection,
  BalanceSnapshot,
  Coverage,
  VenueAccount,
  VenueCursor,
} from '../exchanges/port.ts';
import { decodeSealed } from './sealing.ts';

const FORMAT = 1;

/** What one account of a session has come to. */
export interface AccountState {
  readonly access: VenueAccount;
  readonly inspection: AccountInspection;
  /** Where the next pull goes on; null: at the beginning. */
  readonly cursor: VenueCursor | null;
  /** Holdings at the end of the last complete pull. */
  readonly snapshot: BalanceSnapshot | null;
  readonly coverage: Coverage | null;
  /** Share of the history read, 0..1. */
  readonly progress: number;
  /** Whether the account was read up to its end at least once. */
  readonly complete: boolean;
  /** Closed code of the last failure; null after a success. */
  readonly failure: string | null;
  /** Failures since the last success. */
  readonly failures: number;
}

/** A session, as of one version. */
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
  /** Version at which each ledger chunk was written, by index. */
  readonly chunkVersions: readonly number[];
  /** Hash over all chunks, hex; {@link EMPTY_HEAD} before the first. */
  readonly ledgerHead: string;
}

/** Ledger head of a session without entries. */
export const EMPTY_HEAD = '0'.repeat(64);

// A copy: the keys of an open session must not keep the whole plaintext of its blob.
const key = z
  .custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32)
  .transform((bytes) => bytes.slice());
const count = z.number().int().nonnegative();
// What we sealed ourselves is authentic: the schema guards against our own older formats, not against attackers.
const schema = z.strictObject({
  format: z.literal(FORMAT),
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
  accounts: z.array(z.custom<AccountState>((value) => typeof value === 'object' && value !== null)),
  chunkVersions: z.array(count),
  ledgerHead: z.string().length(64),
});

/** CBOR of a state. */
export function encodeState(state: SessionState): Uint8Array {
  return encodeCbor(state as unknown as CborValue);
}

/** @throws Refusal `state_version_unsupported` */
export function decodeState(plaintext: Uint8Array): SessionState {
  const parsed = schema.safeParse(decodeSealed(plaintext));
  if (!parsed.success) {
    throw new Refusal('state_version_unsupported', 'the session was written in another format', {
      cause: parsed.error,
    });
  }
  return parsed.data;
}
