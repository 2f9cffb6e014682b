/**
 * Batches and their leaves. A batch is records in the order of arrival, and the instant at which it was begun. Its leaf
 * is SHA-256(0x00 ‖ leaf format ‖ deterministic CBOR of the batch), where 0x00 is the leaf prefix of RFC 6962 §2.1.
 *
 * The encoder of a leaf format is frozen. `enclave/test/sessions/formats/leaf-vectors.json` holds it, byte for byte. To
 * encode a record in another way is another leaf format. A kind or an optional member that no record had before is not.
 */
import { concatBytes } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { type CanonicalValue, CanonicalWriter } from '../records/canonical-cbor.ts';
import type { LedgerRecord } from '../records/record.ts';

export const LEAF_FORMAT = 1;
/** The most records of a batch. */
export const MAX_BATCH_RECORDS = 1_000;
/** A batch of so many bytes takes no more records. */
const FULL_BATCH_BYTES = 512 * 1024;
/** The most bytes of one record. A snapshot of four thousand balances has fewer. */
const MAX_RECORD_BYTES = 256 * 1024;

const LEAF_PREFIX = 0x00;

export interface Batch {
  /** ms. When the first record came. */
  readonly begunAt: number;
  readonly records: readonly LedgerRecord[];
}

/** A batch that takes records. */
export class OpenBatch implements Batch {
  readonly begunAt: number;
  readonly records: LedgerRecord[] = [];
  /** The records, encoded one after the other. */
  readonly #writer = new CanonicalWriter();
  /** Null: not known since the last record. */
  #leaf: Uint8Array | null = null;

  constructor({ begunAt, records }: Batch) {
    this.begunAt = begunAt;
    for (const record of records) this.push(record);
  }

  /** Whether the batch takes no more records. */
  get isFull(): boolean {
    return this.records.length >= MAX_BATCH_RECORDS || this.#writer.length >= FULL_BATCH_BYTES;
  }

  /** @throws CodecError `cbor_malformed`; RangeError for a record that is too long */
  push(record: LedgerRecord): void {
    const before = this.#writer.length;
    this.#writer.write(record as unknown as CanonicalValue);
    if (this.#writer.length - before > MAX_RECORD_BYTES) throw new RangeError('a record that is too long');
    this.records.push(record);
    this.#leaf = null;
  }

  /** Deterministic CBOR of `{"begun": instant, "records": [...]}`. */
  encode(): Uint8Array {
    const head = new CanonicalWriter();
    head.beginMap(2);
    head.write('begun');
    head.write(this.begunAt);
    head.write('records');
    head.beginArray(this.records.length);
    return concatBytes(head.take(), this.#writer.take());
  }

  /** The leaf that the batch has if no record follows, 32 bytes. */
  leaf(): Uint8Array {
    this.#leaf ??= crypto.sha256(concatBytes(Uint8Array.of(LEAF_PREFIX, LEAF_FORMAT), this.encode()));
    return this.#leaf;
  }
}
