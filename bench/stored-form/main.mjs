// The stored form of a ledger (ADR 0023), against the form before it in the same run: CBOR chunks of a thousand entries.
//   fills  100,000 with numeric ids, and with UUIDs: bytes, and times of storing and of opening
//   idle   a year of synchronisations every five minutes: ten assets have a close, and the account a snapshot, every
//          day; and the same with interest every hour
//   forms  what else was weighed: canonical CBOR compressed as it is, and compressors over columns
//
//   node bench/stored-form/main.mjs [--fills 100000] [--rounds 5]
//
// Needs what `make build` built.
import { parseArgs } from 'node:util';
import { brotliCompressSync, constants, deflateRawSync } from 'node:zlib';
import { encodeColumns } from '../../enclave/dist/sessions/columns/batch-columns.js';
import { decodeChunk } from '../../enclave/dist/sessions/formats/chunk.js';
import { decodeChunkBeforeBatches } from '../../enclave/dist/sessions/formats/chunk-before-batches.js';
import { OpenBatch } from '../../enclave/dist/sessions/formats/leaf.js';
import { EMPTY_HEAD, EMPTY_LOG } from '../../enclave/dist/sessions/formats/state.js';
import { growLog, headOf } from '../../enclave/dist/sessions/log/ledger-log.js';
import { MerkleTree } from '../../enclave/dist/sessions/log/tree.js';
import { sealBlob } from '../../enclave/dist/sessions/sealing.js';
import { encodeCbor } from '../../shared/dist/codec/cbor-encode.js';
import { crypto } from '../../shared/dist/crypto/node.js';
import { systemRandom } from '../../shared/dist/random.js';
import { fills, idleYear, withInterest } from './data.mjs';

const { values } = parseArgs({
  options: { fills: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '5' } },
});
const FILLS = Math.min(Number(values.fills), 1_000_000);
const ROUNDS = Math.min(Number(values.rounds), 15);
/** What a synchronisation step reads at most. */
const STEP = 5_000;
const BATCH = 1_000;
const session = 's'.repeat(43);
const key = new Uint8Array(32).fill(7);

for (const ids of ['numbers', 'uuids']) measureFills(ids);
measureIdleYear('one idle year', idleYear());
measureIdleYear('the same with interest every hour', withInterest(idleYear()));

function measureFills(ids) {
  const all = fills(FILLS, ids);
  const steps = pieces(all, STEP);
  const batches = pieces(all, BATCH);
  const { log, chunks } = store(steps.map((records) => ({ at: 0, records })));
  const before = storeBefore(batches);
  const times = medians({
    store: () => store(steps.map((records) => ({ at: 0, records }))),
    open: () => open(log, chunks),
    storeBefore: () => storeBefore(batches),
    openBefore: () => openBefore(before),
  });
  const tail = store([{ at: 0, records: all.slice(0, BATCH - 1) }]).log.tail;
  console.log(`\n${FILLS} fills, ids: ${ids}`);
  const bytes = (blobs) => sum(sealed(blobs).map(({ length }) => length)) / FILLS;
  print('bytes a fill, sealed', bytes(log.tail === null ? chunks : [...chunks, log.tail]), bytes(before));
  print('µs a fill to store', (1_000 * times.store) / FILLS, (1_000 * times.storeBefore) / FILLS);
  print('µs a fill to open', (1_000 * times.open) / FILLS, (1_000 * times.openBefore) / FILLS);
  console.log(`  batches ${chunks.length}, a tail of ${BATCH - 1} records takes ${tail.length} bytes`);
  printForms(batches);
}

function measureIdleYear(name, steps) {
  const started = performance.now();
  const { log, chunks } = store(steps);
  const ms = performance.now() - started;
  const records = steps.reduce((count, step) => count + step.records.length, 0);
  const blobs = sealed(log.tail === null ? chunks : [...chunks, log.tail]);
  const total = sum(blobs.map(({ length }) => length));
  const changes = steps.filter((step) => step.records.length > 0);
  const before = sealed(storeBefore(changes.map((step) => step.records)));
  console.log(`\n${name}: ${steps.length} synchronisations, ${records} records`);
  print('batches', chunks.length, before.length);
  print('bytes, sealed', total, sum(before.map(({ length }) => length)));
  print('bytes a record', total / records, sum(before.map(({ length }) => length)) / records);
  console.log(`  µs a synchronisation ${((1_000 * ms) / steps.length).toFixed(1)}`);
}

/** What else was weighed, in bytes a fill before sealing. */
function printForms(batches) {
  const canonical = batches.map((records) => new OpenBatch({ begunAt: 0, records }).encode());
  const columns = batches.map((records) => encodeColumns(records));
  const brotli = (quality) => (bytes) =>
    brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: quality } });
  const deflate = (level) => (bytes) => deflateRawSync(bytes, { level });
  const form = (name, blobs, compress) => {
    const started = performance.now();
    const length = sum(blobs.map((bytes) => compress(bytes).length));
    const us = (1_000 * (performance.now() - started)) / FILLS;
    console.log(
      `  ${name.padEnd(30)} ${(length / FILLS).toFixed(1).padStart(7)} bytes ${us.toFixed(2).padStart(7)} µs`,
    );
  };
  form('canonical CBOR', canonical, (bytes) => bytes);
  form('canonical CBOR, deflate 6', canonical, deflate(6));
  form('canonical CBOR, brotli 5', canonical, brotli(5));
  form('columns', columns, (bytes) => bytes);
  for (const level of [1, 6, 9]) form(`columns, deflate ${level}`, columns, deflate(level));
  for (const quality of [1, 4, 6, 9, 11]) form(`columns, brotli ${quality}`, columns, brotli(quality));
}

/** The road of the vault, without the sealing. */
function store(steps) {
  let [log, head] = [EMPTY_LOG, EMPTY_HEAD];
  const chunks = [];
  for (const { at, records } of steps) {
    const grown = growLog(log, head, { records, provenance: 'fetched', session, bootKey: key, now: at });
    chunks.push(...grown.chunks);
    [log, head] = [grown.log, grown.head];
  }
  return { log, head, chunks };
}

/** Every chunk is read, and its leaf is put into a tree. */
function open(log, chunks) {
  let tree = new MerkleTree();
  for (const [index, chunk] of chunks.entries()) {
    tree = tree.append(decodeChunk(chunk, { session, index, bootKey: key }).batch.leaf());
  }
  const tail = log.tail && decodeChunk(log.tail, { session, index: tree.size, bootKey: key }).batch;
  return headOf(tree, tail);
}

/** Chunks of format 3, as the release before wrote them. */
function storeBefore(batches) {
  let head = new Uint8Array(32);
  return batches.map((records) => {
    const entries = records.filter(({ kind }) => kind !== 'mark' && kind !== 'snapshot');
    const marks = records.filter(({ kind }) => kind === 'mark').map(({ kind: _kind, ...mark }) => mark);
    const observations = encodeCbor({ entries, marks });
    const mac = crypto.hmacSha256(key, Buffer.concat([head, observations]));
    head = crypto.sha256(Buffer.concat([head, crypto.sha256(observations)]));
    return encodeCbor({ format: 3, mac, observations });
  });
}

function openBefore(chunks) {
  let head = EMPTY_HEAD;
  for (const chunk of chunks) head = decodeChunkBeforeBatches(chunk, head).head;
  return head;
}

function sealed(chunks) {
  return chunks.map((chunk, index) => sealBlob(key, systemRandom, { kind: 'batch', session, index }, chunk));
}

/** Milliseconds of each work: medians of rounds in which all take turns, after one round in which they are compiled. */
function medians(works) {
  const times = Object.fromEntries(Object.keys(works).map((name) => [name, []]));
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, work] of Object.entries(works)) {
      const started = performance.now();
      work();
      if (round >= 0) times[name].push(performance.now() - started);
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, list]) => [name, list.sort((a, b) => a - b)[list.length >> 1]]),
  );
}

function print(name, now, before) {
  const [a, b] = [now, before].map((value) => value.toFixed(value < 1_000 ? 1 : 0).padStart(10));
  console.log(`  ${name.padEnd(22)} ${a}   before ${b}   ratio ${(now / before).toFixed(2)}`);
}

function pieces(list, size) {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) =>
    list.slice(i * size, (i + 1) * size),
  );
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
