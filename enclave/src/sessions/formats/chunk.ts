/**
 * Chunks: a batch as it is stored, in columns and compressed. The open batch at the end of a ledger has the same form
 * and lies in the session blob.
 *
 * A chunk says how many of its first records came from sealed storage when it was written. The process that wrote it
 * fetched the others over TLS. A MAC under a key that lives as long as the process holds that: anyone who can unwrap
 * the sealing key could forge records that are `sealed`, but never records that are `fetched`.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { concatBytes, equalBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { crypto } from '@perf-aggregator/shared/crypto';
import * as z from 'zod';
import { Refusal } from '../../errors.ts';
import { decodeColumns, encodeColumns } from '../columns/batch-columns.ts';
import type { LedgerRecord } from '../records/record.ts';
import { UnknownKindError } from '../records/schema.ts';
import { decodeSealed, memberOf, parseFormat } from './format.ts';
import { MAX_BATCH_RECORDS, OpenBatch } from './leaf.ts';

/** Whether this process fetched an observation itself. */
export type Provenance = 'fetched' | 'sealed';

/** Where a batch lies, and the key of the process. */
export interface ChunkPlace {
  readonly session: string;
  /** Number of the batch's leaf. */
  readonly index: number;
  readonly bootKey: Uint8Array;
}

/** A batch, and how many of its first records came from sealed storage. */
export interface StoredBatch {
  readonly batch: OpenBatch;
  readonly sealed: number;
}

/** The format that this version writes. Formats 1 to 3 held no batch (`chunk-before-batches.ts`). */
const FORMAT = 4;
/** Fast, and within a hundredth of the strongest on columns (ADR 0023). */
const LEVEL = 6;
/** The most bytes of columns: several times what the largest batch has. A mistake of ours must not take the memory. */
const MAX_COLUMNS_BYTES = 8 * 1024 * 1024;

interface Chunk {
  readonly begun: number;
  readonly sealed: number;
  readonly mac: Uint8Array;
  readonly columns: Uint8Array;
}

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);
const schemas: Readonly<Record<number, z.ZodType<Chunk>>> = {
  [FORMAT]: z.strictObject({
    format: z.literal(FORMAT),
    begun: z.number().int().nonnegative(),
    sealed: z.number().int().nonnegative().max(MAX_BATCH_RECORDS),
    mac: bytes.refine(({ length }) => length === 32),
    /** {@link encodeColumns}, DEFLATE (RFC 1951). */
    columns: bytes,
  }),
};

const WHAT = 'a ledger chunk';

/**
 * Plaintext of a chunk. It is read back before it is given out, so that nothing is stored that does not come back.
 * @throws Error for a batch that does not come back: a mistake of ours
 */
export function encodeChunk({ batch, sealed }: StoredBatch, place: ChunkPlace): Uint8Array {
  const leaf = batch.leaf();
  const mac = macOf(place, sealed, leaf);
  const columns = new Uint8Array(deflateRawSync(encodeColumns(batch.records), { level: LEVEL }));
  const again = new OpenBatch({ begunAt: batch.begunAt, records: recordsOf(columns) });
  if (!equalBytes(again.leaf(), leaf)) throw new Error('a batch that its columns do not give back');
  return encodeCbor({ format: FORMAT, begun: batch.begunAt, sealed, mac, columns });
}

/**
 * Reads a chunk back. Whether its batch is the one of its leaf is for the caller to check.
 * @throws Refusal `state_version_unsupported`, also for a kind of record of a later release; `state_rejected`
 */
export function decodeChunk(plaintext: Uint8Array, place: ChunkPlace): StoredBatch {
  const { begun, sealed, mac, columns } = parseChunk(plaintext);
  let batch: OpenBatch;
  try {
    batch = new OpenBatch({ begunAt: begun, records: recordsOf(columns) });
  } catch (cause) {
    if (cause instanceof UnknownKindError) {
      throw new Refusal('state_version_unsupported', `${WHAT} has a record of an unknown kind`, { cause });
    }
    throw new Refusal('state_rejected', `${WHAT} holds no batch`, { cause });
  }
  const count = batch.records.length;
  const isOurs = sealed <= count && equalBytes(mac, macOf(place, sealed, batch.leaf()));
  return { batch, sealed: isOurs ? sealed : count };
}

/** When the batch of a chunk was begun. @throws Refusal as {@link decodeChunk} */
export function begunAtOf(plaintext: Uint8Array): number {
  return parseChunk(plaintext).begun;
}

function parseChunk(plaintext: Uint8Array): Chunk {
  const value = decodeSealed(plaintext, WHAT);
  return parseFormat({ format: memberOf(value, 'format'), value }, schemas, WHAT);
}

function recordsOf(columns: Uint8Array): LedgerRecord[] {
  const inflated = inflateRawSync(columns, { maxOutputLength: MAX_COLUMNS_BYTES });
  return decodeColumns(inflated, MAX_BATCH_RECORDS);
}

/** HMAC-SHA-256 over session, number of the batch, number of sealed records, and the leaf, which stands for the batch. */
function macOf({ session, index, bootKey }: ChunkPlace, sealed: number, leaf: Uint8Array): Uint8Array {
  return crypto.hmacSha256(bootKey, concatBytes(utf8(`batch ${session} ${index} ${sealed} `), leaf));
}
