/**
 * Ledger chunks of formats 1 to 3, as releases before batches stored them: CBOR of observations, chained by hash. They
 * are read once. The session's next write stores the same records as batches (ADR 0023).
 *
 * Their MAC is not read. It was made with a key of a process that is gone, so all that they hold is `sealed`.
 */
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import * as z from 'zod';
import { cash, fill, markMembers, transfer } from '../records/schema.ts';
import { decodeSealed, memberOf, parseFormat } from './format.ts';
import type { Observations } from './observations.ts';

/** A chunk that was read back. */
export interface ChunkBeforeBatches {
  readonly observations: Observations;
  /** Ledger head after this chunk, hex. */
  readonly head: string;
}

/** Schema of what a chunk of format 3 holds. Most entries are fills, so fills are tried first. */
const observations: z.ZodType<Observations> = z.strictObject({
  entries: z.array(z.union([fill, transfer, cash])),
  marks: z.array(z.strictObject(markMembers)),
});

/** Schema of observations whose entries named no wallet. They were all of spot. */
const observationsBeforeWallets: z.ZodType<Observations> = z.preprocess((value) => {
  const entries = (value as { entries?: unknown } | null)?.entries;
  if (!Array.isArray(entries)) return value;
  return { ...(value as object), entries: entries.map(withWallet) };
}, observations);

const content = {
  mac: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32),
  observations: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
};
/** In format 2 entries named no wallet. Format 1 had no number. */
const schemas: Readonly<Record<number, z.ZodType<{ readonly observations: Uint8Array }>>> = {
  1: z.strictObject(content),
  2: z.strictObject({ format: z.literal(2), ...content }),
  3: z.strictObject({ format: z.literal(3), ...content }),
};
const contents: Readonly<Record<number, z.ZodType<Observations>>> = {
  1: observationsBeforeWallets,
  2: observationsBeforeWallets,
  3: observations,
};

const WHAT = 'a ledger chunk';

/**
 * @param previous - ledger head before this chunk, hex
 * @throws Refusal `state_version_unsupported`, `state_rejected`
 */
export function decodeChunkBeforeBatches(plaintext: Uint8Array, previous: string): ChunkBeforeBatches {
  const value = decodeSealed(plaintext, WHAT);
  const format = memberOf(value, 'format') ?? 1;
  const { observations: bytes } = parseFormat({ format, value }, schemas, WHAT);
  const inside = { format, value: decodeSealed(bytes, WHAT) };
  return { observations: parseFormat(inside, contents, WHAT), head: headAfter(previous, bytes) };
}

/** SHA-256(previous head ‖ SHA-256(observations)), hex. */
function headAfter(previous: string, bytes: Uint8Array): string {
  return encodeHex(crypto.sha256(concatBytes(decodeHex(previous), crypto.sha256(bytes))));
}

/** An entry that names a wallet is of no version before wallets. It keeps no form that the schema accepts. */
function withWallet(entry: unknown): unknown {
  if (typeof entry !== 'object' || entry === null || Object.hasOwn(entry, 'wallet')) return null;
  return { ...entry, wallet: 'spot' };
}
