// What a ledger takes in memory: heap and array buffers after a garbage collection, before and after.
//
//   node --expose-gc bench/analytics/memory.mjs [--fills 1000000] [--book]
//
//   entries  packed, with the index of their identities (analytics/src/entries/entry-log.ts)
//   book     what an account's book keeps beside them: closed trades, days, lots, prices, checkpoints (--book; minutes)
import { parseArgs } from 'node:util';
import { AccountBook, EntryLog } from '../../analytics/dist/index.js';
import { account } from './account.mjs';

const { values } = parseArgs({
  options: { fills: { type: 'string', default: '1000000' }, book: { type: 'boolean', default: false } },
});
const FILLS = Math.min(Number(values.fills), 2_000_000);

// Compiled and warm, so that code is not counted.
packed(account(1_000).entries);

const { marks } = account(1);
const empty = used();
let source = account(FILLS).entries;
const count = source.length;
const objects = used() - empty;
const log = packed(source);
source = null;
const kept = used() - empty;
console.log(`${count} entries, ${FILLS} of them fills`);
line('an entry as an object, its strings included', objects / count);
line('an entry in the log, its index included', kept / count);

if (values.book) {
  const book = new AccountBook(log, { reportingCurrency: 'USDT' });
  const from = used();
  const started = performance.now();
  book.append({ added: Array.from({ length: count }, (_, i) => i), marks });
  const ms = performance.now() - started;
  const closed = book.journal.closedTrades.length;
  line('book, for each entry', (used() - from) / count);
  line(`  for each of ${closed} closed trades, all told`, (used() - from) / closed);
  console.log(`  built from the log in ${(ms / 1_000).toFixed(1)} s; ${book.checkpointCount} checkpoints`);
}
if (log.length !== count) throw new Error('entries were lost');

function packed(entries) {
  const result = new EntryLog();
  for (const entry of entries) result.push(entry);
  return result;
}

function used() {
  for (let i = 0; i < 3; i++) globalThis.gc();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function line(name, bytes) {
  console.log(`${name.padEnd(46)} ${bytes.toFixed(0).padStart(7)} bytes`);
}
