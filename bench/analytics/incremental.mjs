// An account's history after each synchronisation: what 100 more fills cost, and the same built from nothing.
//
//   node bench/analytics/incremental.mjs [--fills 1000000] [--updates 25]
//
// Medians of CPU-bound work of one run. Every update appends 100 fills later than all before, and asks for the history
// with a new snapshot; the last history is compared with the one built from nothing.
import { parseArgs } from 'node:util';
import { buildAccountHistory, computeMetrics, HistoryBuilder } from '../../analytics/dist/index.js';
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

const started = performance.now();
const builder = new HistoryBuilder(terms);
builder.append({ entries, marks });
let history = builder.history(question(end));
const first = performance.now() - started;

const times = { update: [], update30d: [], updateWhole: [], changedOpening: [], late: [] };
let next = FILLS;
for (let i = 0; i < UPDATES; i++) {
  const time = end + 1 + i * 200_000;
  const fills = moreFills(next, PER_UPDATE, time);
  next += PER_UPDATE;
  held.add(fills);
  const asked = question(time + 150_000);
  const ms = [
    () => {
      builder.append({ entries: fills });
      history = builder.history(asked);
    },
    () => computeMetrics(history, { period: '30d' }),
    () => computeMetrics(history),
  ].map(timeOf);
  entries.push(...fills);
  times.update.push(ms[0]);
  times.update30d.push(ms[0] + ms[1]);
  times.updateWhole.push(ms[0] + ms[2]);
}
const last = question(end + 1 + (UPDATES - 1) * 200_000 + 150_000);
// The venue says other balances than the entries add up to: every day is worth something else.
for (let i = 0; i < UPDATES; i++) {
  const other = question(last.asOf, String(i + 1));
  times.changedOpening.push(timeOf(() => builder.history(other)));
}
history = builder.history(last);
let whole;
const scratch = timeOf(() => {
  whole = buildAccountHistory({ ...terms, entries, marks, ...last });
});
const metricsMs = timeOf(() => computeMetrics(whole));
if (JSON.stringify(computeMetrics(whole)) !== JSON.stringify(computeMetrics(history)))
  throw new Error('the history that grew is another one than that built from nothing');

console.log(
  `${FILLS} fills, ${entries.length} entries, ${marks.length} marks; ${PER_UPDATE} fills an update`,
);
line('append and history, from nothing', first);
line('buildAccountHistory of all at the end', scratch);
line('append 100 fills and history', median(times.update), scratch);
line('  slowest', Math.max(...times.update));
line('the same and metrics of 30d', median(times.update30d), scratch + metricsMs);
line('the same and metrics of the whole', median(times.updateWhole), scratch + metricsMs);
line('history under other balances', median(times.changedOpening), scratch);
console.log(`versions ${JSON.stringify({ node: process.versions.node })}`);

function timeOf(work) {
  const from = performance.now();
  work();
  return performance.now() - from;
}

function median(samples) {
  return samples.toSorted((a, b) => a - b)[samples.length >> 1];
}

function line(name, ms, against) {
  const ratio = against === undefined ? '' : `  ${(against / ms).toFixed(0)} times less`;
  console.log(`${name.padEnd(46)} ${ms.toFixed(1).padStart(9)} ms${ratio}`);
}
