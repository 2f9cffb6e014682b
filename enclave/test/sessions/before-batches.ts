/** Sessions as releases before batches stored them: states of format 1, chunks of formats 1 to 3. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import { concatBytes, utf8 } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { StoredState } from '@perf-aggregator/shared/wire/envelope';
import { EMPTY_HEAD, type SessionState } from '../../src/sessions/formats/state.ts';
import { sealBlob } from '../../src/sessions/sealing.ts';
import { stateOf } from './states.ts';
import { BASE } from './stored.ts';

/** What such a chunk held. */
export interface Observed {
  readonly entries: readonly LedgerEntry[];
  readonly marks: readonly Mark[];
}

const BOOT_KEY = new Uint8Array(32).fill(3);

/** A chunk of format 3, and the ledger head after it. */
export function chunkBeforeBatches(observed: object, previous: string) {
  const observations = encodeCbor(observed as CborValue);
  const mac = crypto.hmacSha256(BOOT_KEY, concatBytes(utf8('chunk'), decodeHex(previous), observations));
  const head = encodeHex(crypto.sha256(concatBytes(decodeHex(previous), crypto.sha256(observations))));
  return { plaintext: encodeCbor({ format: 3, mac, observations }), head };
}

/** Members of a state of format 1, with the version of each chunk. */
export function stateBeforeBatches(state: SessionState, chunkVersions: readonly number[]): object {
  const { log: _, ...members } = state;
  return { ...members, format: 1, chunkVersions };
}

/** What a parent has stored of a session of which each of `steps` was a version with a chunk, from version 2 on. */
export function storedBeforeBatches(
  steps: readonly Observed[],
  changes: Partial<SessionState> = {},
): { readonly stored: StoredState; readonly head: string } {
  const version = steps.length + 1;
  let head = EMPTY_HEAD;
  const { id: session } = stateOf(changes);
  const chunks = steps.map((observed, index) => {
    const previous = head;
    const made = chunkBeforeBatches(observed, previous);
    head = made.head;
    return sealBlob(
      BASE,
      random,
      { kind: 'chunk', session, index, version: index + 2, previous },
      made.plaintext,
    );
  });
  const state = stateOf({ version, ledgerHead: head, ...changes });
  const old = stateBeforeBatches(
    state,
    steps.map((_, index) => index + 2),
  );
  const blob = sealBlob(BASE, random, { kind: 'session', session, version }, encodeCbor(old as CborValue));
  return { stored: { version, blob, chunks }, head };
}
