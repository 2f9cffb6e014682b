/**
 * The log of a session: closed batches, whose leaves are in a Merkle tree, and an open batch at the end (the tail). A
 * log is bytes alone, because it lies in the session blob and in the memory of every open session.
 */
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { DAY_MS } from '@perf-aggregator/shared/time';
import {
  begunAtOf,
  type ChunkPlace,
  decodeChunk,
  encodeChunk,
  type Provenance,
  type StoredBatch,
} from '../formats/chunk.ts';
import { OpenBatch } from '../formats/leaf.ts';
import { EMPTY_HEAD, type StoredLog } from '../formats/state.ts';
import type { LedgerRecord } from '../records/record.ts';
import { HASH_BYTES, MerkleTree } from './tree.ts';

/** A batch that is not full is closed at a write after so long. */
const OPEN_MS = DAY_MS;

const HEAD_DOMAIN = utf8('perf-aggregator ledger head 1\n');
const NO_TAIL = new Uint8Array(HASH_BYTES);

/** What came, and what is needed to store it. */
export interface Arrival {
  readonly records: readonly LedgerRecord[];
  readonly provenance: Provenance;
  readonly session: string;
  readonly bootKey: Uint8Array;
  /** ms */
  readonly now: number;
}

/** A log that has grown. */
export interface Growth {
  readonly log: StoredLog;
  /** Plaintexts of the batches that were closed. They follow those that were closed before. */
  readonly chunks: readonly Uint8Array[];
  /** Ledger head, hex. */
  readonly head: string;
}

/** The tree of a log. */
export function treeOf({ tiles, leaves }: StoredLog): MerkleTree {
  return new MerkleTree(tiles, leaves);
}

/**
 * Adds records to a log. A tail that is a day old is closed first. A batch that is full is closed at once.
 * @param head - the log's head
 * @throws CodecError `cbor_malformed` and RangeError for a record that cannot be stored
 */
export function growLog(log: StoredLog, head: string, arrival: Arrival): Growth {
  const { records, now } = arrival;
  const isDue = log.tail !== null && now - begunAtOf(log.tail) >= OPEN_MS;
  if (records.length === 0 && !isDue) return { log, chunks: [], head };
  const growing = new GrowingLog(log, arrival);
  if (isDue) growing.close();
  for (const record of records) growing.push(record);
  return growing.end();
}

/**
 * The head of a log: SHA-256("perf-aggregator ledger head 1\n" ‖ size ‖ root ‖ tail), hex. `size` is the number of
 * closed batches in 8 bytes, the highest first; `tail` the leaf that the open batch has if no record follows, or 32 zero
 * bytes. A log without records has {@link EMPTY_HEAD}.
 */
export function headOf(tree: MerkleTree, tail: OpenBatch | null): string {
  if (tree.size === 0 && tail === null) return EMPTY_HEAD;
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(tree.size));
  return encodeHex(crypto.sha256(concatBytes(HEAD_DOMAIN, size, tree.root(), tail?.leaf() ?? NO_TAIL)));
}

class GrowingLog {
  readonly #arrival: Arrival;
  #tree: MerkleTree;
  #tail: { readonly batch: OpenBatch; sealed: number } | null;
  readonly #chunks: Uint8Array[] = [];

  constructor(log: StoredLog, arrival: Arrival) {
    this.#arrival = arrival;
    this.#tree = treeOf(log);
    this.#tail = log.tail && decodeChunk(log.tail, this.#place);
  }

  push(record: LedgerRecord): void {
    const { now, provenance } = this.#arrival;
    this.#tail ??= { batch: new OpenBatch({ begunAt: now, records: [] }), sealed: 0 };
    this.#tail.batch.push(record);
    // Records that came from sealed storage are the first ones. So whatever is before such a record counts as one.
    if (provenance === 'sealed') this.#tail.sealed = this.#tail.batch.records.length;
    if (this.#tail.batch.isFull) this.close();
  }

  close(): void {
    if (this.#tail === null) return;
    this.#chunks.push(this.#encode(this.#tail));
    this.#tree = this.#tree.append(this.#tail.batch.leaf());
    this.#tail = null;
  }

  end(): Growth {
    const { tiles, leaves } = this.#tree;
    const tail = this.#tail && this.#encode(this.#tail);
    const head = headOf(this.#tree, this.#tail?.batch ?? null);
    return { log: { tiles, leaves, tail }, chunks: this.#chunks, head };
  }

  get #place(): ChunkPlace {
    const { session, bootKey } = this.#arrival;
    return { session, index: this.#tree.size, bootKey };
  }

  #encode(stored: StoredBatch): Uint8Array {
    return encodeChunk(stored, this.#place);
  }
}
