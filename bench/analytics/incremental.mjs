// An account's history after each synchronisation: what 100 more fills cost, and the same built from nothing.
//
//   node --max-old-space-size=12000 bench/analytics/incremental.mjs [--fills 1000000] [--updates 25]
//
// Every update appends 100 fills later than all before, and asks for the history
// with a new snapshot; the last history is compared with the one built from nothing.
import { parseArgs } from 'node:util';
import {
  AccountBook,
  buildAccountHistory,
  computeMetrics,
  EntryLog,
  historyOf,
} from '../../analytics/dist/index.js';
import { account, Balances, DAY, DAYS, moreFills, START } from './account.mjs';

const { values } = parseArgs({
  options: {
    fills: { type: 'string', default: '1000000' },
    updates: { type: 'string', default: '25' },
  },
});
const FILLS = Math.min(Number(values.fills), 2_000_000);
const UPDATES = Math.min(Number(values.updates), 200);
const PER_UPDATE = 100;
const terms = { reportingCurrency: 'USDT' };
const end = START + (DAYS - 1) * DAY;

const { entries, marks } = account(FILLS);
const held = new Balances(entries);
const question = (time, extra = '0') => ({ asOf: time, snapshots: held.snapshots(time, extra) });

console.log(
  `${FILLS} fills, ${entries.length} entries, ${marks.length} marks; ${PER_UPDATE} fills an update`,
);
console.log(`${''.padEnd(46)}   elapsed  CPU time of all threads`);

const log = new EntryLog();
const book = new AccountBook(log, terms);
/** Takes entries that are new, as the enclave does. */
const append = (fresh, marks = []) => {
  const first = log.length;
  for (const entry of fresh) log.push(entry);
  book.append({ added: Array.from({ length: log.length - first }, (_, i) => first + i), marks });
};
let history;
line('append and history, from nothing', [
  timed(() => {
    append(entries, marks);
    history = historyOf(book, question(end), log);
  }),
]);

const times = { update: [], days30: [], whole: [], balances: [] };
let next = FILLS;
let asked;
for (let i = 0; i < UPDATES; i++) {
  const time = end + 1 + i * 200_000;
  const fills = moreFills(next, PER_UPDATE, time);
  next += PER_UPDATE;
  held.add(fills);
  entries.push(...fills);
  asked = question(time + 150_000);
  times.update.push(
    timed(() => {
      append(fills);
      history = historyOf(book, asked, log);
    }),
  );
  times.days30.push(timed(() => computeMetrics(history, { period: '30d' })));
  // As long as the account: a few are enough.
  if (i % 5 === 0) times.whole.push(timed(() => computeMetrics(history)));
}
line('append 100 fills and history, median', times.update);
line('  the fastest', [times.update.toSorted((a, b) => a.ms - b.ms)[0]]);
line('  the slowest', [times.update.toSorted((a, b) => b.ms - a.ms)[0]]);
line('metrics of 30d, median', times.days30);
line('metrics of the whole, median', times.whole);

// The venue says other balances than the entries add up to: every day is worth something else.
for (let i = 0; i < UPDATES; i++) {
  const other = question(asked.asOf, String(i + 1));
  times.balances.push(timed(() => historyOf(book, other, log)));
}
line('history under other balances, median', times.balances);
for (const [name, ms] of [
  ['an hour', DAY / 24],
  ['a day', DAY],
  ['a month', 30 * DAY],
]) {
  const late = moreFills(next++, 1, end - ms);
  held.add(late);
  entries.push(...late);
  asked = question(asked.asOf);
  line(`a fill that is ${name} late`, [
    timed(() => {
      append(late);
      history = historyOf(book, asked, log);
    }),
  ]);
}

let whole;
line('buildAccountHistory of all', [
  timed(() => {
    whole = buildAccountHistory({ ...terms, entries, marks, ...asked });
  }),
]);
if (JSON.stringify(computeMetrics(whole)) !== JSON.stringify(computeMetrics(history)))
  throw new Error('the history that grew is another one than that built from nothing');
console.log(`versions ${JSON.stringify({ node: process.versions.node })}`);

function timed(work) {
  const [from, before] = [performance.now(), process.cpuUsage()];
  work();
  const { user, system } = process.cpuUsage(before);
  return { ms: performance.now() - from, cpu: (user + system) / 1_000 };
}

/** Medians of each. */
function line(name, samples) {
  const median = (of) => samples.map(of).sort((a, b) => a - b)[samples.length >> 1];
  const [ms, cpu] = [median((sample) => sample.ms), median((sample) => sample.cpu)];
  console.log(`${name.padEnd(46)} ${ms.toFixed(1).padStart(9)} ${cpu.toFixed(1).padStart(9)} ms`);
}
