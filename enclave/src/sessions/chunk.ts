/**
 * Ledger chunks: append-only pieces of what was observed (entries and prices), chained by hash, each with a
 * MAC under a key that lives as long as this process.
 *
 * The MAC tells entries that this very process fetched over TLS (`fetched`) from entries that came back from
 * sealed storage (`sealed`): whoever can unwrap the sealing key could forge the latter, never the former.
 */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import { concatBytes, equalBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import * as z from 'zod';
import { Refusal } from '../errors.ts';
import { decodeSealed } from './sealing.ts';

/** Whether this process fetched an observation itself. */
export type Provenance = 'fetched' | 'sealed';

/** What one synchronisation step observed. */
export interface Observations {
  readonly entries: readonly LedgerEntry[];
  readonly marks: readonly Mark[];
}

/** A chunk that was read back. */
export interface OpenedChunk extends Observations {
  readonly provenance: Provenance;
  /** Ledger head after this chunk, hex. */
  readonly head: string;
}

const schema = z.strictObject({
  mac: z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length === 32),
  // Authentic by the seal; the shape is ours.
  observations: z.custom<Uint8Array>((value) => value instanceof Uint8Array),
});
const observationsSchema = z.strictObject({
  entries: z.array(z.custom<LedgerEntry>((value) => typeof value === 'object' && value !== null)),
  marks: z.array(z.custom<Mark>((value) => typeof value === 'object' && value !== null)),
});

/** Entries and marks that one chunk may hold: it is read whole, and its CBOR is bounded in items. */
const CHUNK_OBSERVATIONS = 1_000;

/** `observations` in pieces that fit a chunk each, in order; none for nothing. */
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
  observations: Observations,
  previous: string,
  bootKey: Uint8Array,
): { readonly plaintext: Uint8Array; readonly head: string } {
  const bytes = encodeCbor(observations as unknown as CborValue);
  const mac = macOf(bootKey, previous, bytes);
  return { plaintext: encodeCbor({ mac, observations: bytes }), head: headAfter(previous, bytes) };
}

/** @throws Refusal `state_version_unsupported` */
export function decodeChunk(plaintext: Uint8Array, previous: string, bootKey: Uint8Array): OpenedChunk {
  const chunk = schema.safeParse(decodeSealed(plaintext));
  const parsed = chunk.success
    ? observationsSchema.safeParse(decodeSealed(chunk.data.observations))
    : undefined;
  if (!chunk.success || !parsed?.success) {
    throw new Refusal('state_version_unsupported', 'a ledger chunk was written in another format');
  }
  const { mac, observations } = chunk.data;
  const fetched = equalBytes(mac, macOf(bootKey, previous, observations));
  return {
    ...parsed.data,
    provenance: fetched ? 'fetched' : 'sealed',
    head: headAfter(previous, observations),
  };
}

/** SHA-256(previous head ‖ SHA-256(observations)), hex. */
function headAfter(previous: string, observations: Uint8Array): string {
  return encodeHex(crypto.sha256(concatBytes(decodeHex(previous), crypto.sha256(observations))));
}

function macOf(bootKey: Uint8Array, previous: string, observations: Uint8Array): Uint8Array {
  return crypto.hmacSha256(bootKey, concatBytes(utf8('chunk'), decodeHex(previous), observations));
}
