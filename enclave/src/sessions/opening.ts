/** How a session is opened from what the parent has stored of it. */
import { equalBytes } from '@perf-aggregator/shared/bytes';
import type { Random } from '@perf-aggregator/shared/random';
import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import { Refusal } from '../errors.ts';
import { decodeChunk, type StoredBatch } from './formats/chunk.ts';
import { decodeChunkBeforeBatches } from './formats/chunk-before-batches.ts';
import { toObservations, toRecords } from './formats/observations.ts';
import {
  decodeState,
  EMPTY_HEAD,
  type SessionState,
  type StateBeforeBatches,
  type StoredLog,
} from './formats/state.ts';
import { Ledger } from './ledger.ts';
import { growLog, headOf } from './log/ledger-log.ts';
import { MerkleTree } from './log/tree.ts';
import { openBlob, sealBlob } from './sealing.ts';
import { openSession, type Session } from './session.ts';

/** What opening needs. */
export interface OpeningKeys {
  readonly sealingBase: Uint8Array;
  readonly bootKey: Uint8Array;
  readonly random: Random;
  /** ms */
  readonly now: number;
}

/**
 * The session `id` at `version`, from its stored state.
 * @throws Refusal `session_lost`, `state_rejected`, `state_version_unsupported`
 */
export function openStored(keys: OpeningKeys, id: string, version: number, stored: StoredState): Session {
  if (stored.blob.length === 0) {
    throw new Refusal('session_lost', 'the session lived in the memory of a process that is gone');
  }
  // The version is only the parent's claim until the blob has opened under it.
  const context = { kind: 'session', session: id, version: stored.version } as const;
  const opened = decodeState(openBlob(keys.sealingBase, context, stored.blob));
  const isOld = 'chunkVersions' in opened;
  const state = isOld ? opened.state : opened;
  if (state.version !== version) {
    throw new Refusal('state_rejected', 'the stored state is of another version than the request');
  }
  return isOld
    ? openBeforeBatches(keys, opened, stored.chunks)
    : openSession(state, openLedger(keys, state, stored.chunks));
}

function openLedger(keys: OpeningKeys, state: SessionState, chunks: readonly Uint8Array[]): Ledger {
  const { sealingBase, bootKey } = keys;
  const { id: session, log } = state;
  requireCount(chunks, known(log).size);
  const ledger = new Ledger();
  let tree = new MerkleTree();
  for (const [index, blob] of chunks.entries()) {
    const plaintext = openBlob(sealingBase, { kind: 'batch', session, index }, blob);
    const stored = decodeChunk(plaintext, { session, index, bootKey });
    tree = tree.append(stored.batch.leaf());
    take(ledger, stored);
  }
  const tail = log.tail && decodeChunk(log.tail, { session, index: tree.size, bootKey });
  if (tail) take(ledger, tail);
  // The state has the head of its own log, so the head is that of the state's tree as well.
  const isSame = equalBytes(tree.root(), known(log).root());
  if (!isSame || headOf(tree, tail?.batch ?? null) !== state.ledgerHead) {
    throw new Refusal('state_rejected', 'the ledger is not the one of this state');
  }
  return ledger;
}

/** The tree that the session blob has. @throws Refusal `state_rejected` */
function known({ tiles, leaves }: StoredLog): MerkleTree {
  try {
    return new MerkleTree(tiles, leaves);
  } catch (cause) {
    throw new Refusal('state_rejected', 'a session has no tree', { cause });
  }
}

/** Adds a batch to the ledger: first what came from sealed storage, then what this process fetched. */
function take(ledger: Ledger, { batch, sealed }: StoredBatch): void {
  ledger.append(toObservations(batch.records.slice(0, sealed)), 'sealed');
  ledger.append(toObservations(batch.records.slice(sealed)), 'fetched');
}

/**
 * A session that a release before batches stored. Its records become batches at once. They are stored with the next
 * write. Until then the session has the head that it had: clients have seen it at this version.
 */
function openBeforeBatches(
  keys: OpeningKeys,
  { state, chunkVersions }: StateBeforeBatches,
  chunks: readonly Uint8Array[],
): Session {
  const { sealingBase, bootKey, random, now } = keys;
  requireCount(chunks, chunkVersions.length);
  const session = state.id;
  const ledger = new Ledger();
  const sealed: Uint8Array[] = [];
  let [before, log, head] = [EMPTY_HEAD, state.log, EMPTY_HEAD];
  for (const [index, blob] of chunks.entries()) {
    const context = {
      kind: 'chunk',
      session,
      index,
      version: chunkVersions[index]!,
      previous: before,
    } as const;
    const chunk = decodeChunkBeforeBatches(openBlob(sealingBase, context, blob), before);
    before = chunk.head;
    ledger.append(chunk.observations, 'sealed');
    const records = toRecords(chunk.observations);
    const grown = growLog(log, head, { records, provenance: 'sealed', session, bootKey, now });
    for (const plaintext of grown.chunks) {
      sealed.push(sealBlob(sealingBase, random, { kind: 'batch', session, index: sealed.length }, plaintext));
    }
    [log, head] = [grown.log, grown.head];
  }
  if (before !== state.ledgerHead)
    throw new Refusal('state_rejected', 'the ledger is not the one of this state');
  return { ...openSession({ ...state, log }, ledger), migration: { chunks: sealed, head } };
}

function requireCount(chunks: readonly Uint8Array[], expected: number): void {
  if (chunks.length === expected) return;
  throw new Refusal('state_rejected', `${expected} ledger chunks expected, ${chunks.length} came`);
}
