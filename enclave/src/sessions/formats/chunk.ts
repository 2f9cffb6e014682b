/**
 * Ledger chunks: append-only pieces of the observations (entries and prices), chained by hash. Each has a MAC under a
 * key that lives as long as this process.
 *
 * The MAC separates entries that this process fetched over TLS (`fetched`) from entries that came back from sealed
 * storage (`sealed`). Anyone who can unwrap the sealing key could forge the latter, but never the former.
 */
import { concatBytes, equalBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import * as z from 'zod';
import { decodeSealed, memberOf, parseFormat } from './format.ts';
import { type Observations, observations, observationsBeforeWallets } from './observations.ts';

/** Whether this process fetched an observation itself. */
export type Provenance = 'fetched' | 'sealed';

/** A chunk that was read back. */
export interface OpenedChunk extends Observations {
  readonly provenance: Provenance;
  /** Ledger head after this chunk, hex. */
  readonly head: string;
}

/** The format that this version writes: 3. In format 2 entries named no wallet. Format 1 had no number. */
const FORMAT = 3;

interface Chunk {
  readonly mac: Uint8Array;
  /** CBOR of {@link Observations}. */
  readonly observations: Uint8Array;
}

const content = {
  mac: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32),
  observations: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
};
const schemas: Readonly<Record<number, z.ZodType<Chunk>>> = {
  1: z.strictObject(content),
  2: z.strictObject({ format: z.literal(2), ...content }),
  [FORMAT]: z.strictObject({ format: z.literal(FORMAT), ...content }),
};
const contents: Readonly<Record<number, z.ZodType<Observations>>> = {
  1: observationsBeforeWallets,
  2: observationsBeforeWallets,
  [FORMAT]: observations,
};

const WHAT = 'a ledger chunk';

/** How many entries and marks one chunk may hold. A chunk is read whole, and its CBOR has a bounded number of items. */
const CHUNK_OBSERVATIONS = 1_000;

/** `observations` in pieces that fit one chunk each, in order. No pieces for no observations. */
export function splitObservations({ entries, marks }: Observations): Observations[] {
  const parts: Observations[] = [];
  for (let at = 0; at < entries.length; at += CHUNK_OBSERVATIONS) {
    parts.push({ entries: entries.slice(at, at + CHUNK_OBSERVATIONS), marks: [] });
  }
  for (let at = 0; at < marks.length; at += CHUNK_OBSERVATIONS) {
    parts.push({ entries: [], marks: marks.slice(at, at + CHUNK_OBSERVATIONS) });
  }
  return parts;
}

/** CBOR of a chunk that follows `previous`, and the ledger head after it. */
export function encodeChunk(
  observed: Observations,
  previous: string,
  bootKey: Uint8Array,
): { readonly plaintext: Uint8Array; readonly head: string } {
  const bytes = encodeCbor(observed as unknown as CborValue);
  const mac = macOf(bootKey, previous, bytes);
  const plaintext = encodeCbor({ format: FORMAT, mac, observations: bytes });
  return { plaintext, head: headAfter(previous, bytes) };
}

/** @throws Refusal `state_version_unsupported`, `state_rejected` */
export function decodeChunk(plaintext: Uint8Array, previous: string, bootKey: Uint8Array): OpenedChunk {
  const value = decodeSealed(plaintext, WHAT);
  const format = memberOf(value, 'format') ?? 1;
  const { mac, observations: bytes } = parseFormat({ format, value }, schemas, WHAT);
  const inside = { format, value: decodeSealed(bytes, WHAT) };
  const fetched = equalBytes(mac, macOf(bootKey, previous, bytes));
  return {
    ...parseFormat(inside, contents, WHAT),
    provenance: fetched ? 'fetched' : 'sealed',
    head: headAfter(previous, bytes),
  };
}

/** SHA-256(previous head ‖ SHA-256(observations)), hex. */
function headAfter(previous: string, bytes: Uint8Array): string {
  return encodeHex(crypto.sha256(concatBytes(decodeHex(previous), crypto.sha256(bytes))));
}

function macOf(bootKey: Uint8Array, previous: string, bytes: Uint8Array): Uint8Array {
  return crypto.hmacSha256(bootKey, concatBytes(utf8('chunk'), decodeHex(previous), bytes));
}
