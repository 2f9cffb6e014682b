// The egress proxy of the parent against socat with buffers of 64 KiB, each relaying a unix socket to TCP on this machine,
// in turns: CPU time of the relay for a GB, connections per second, memory of idle connections.
//   node bench/transport/host/main.mjs [--rounds 5] [--gigabytes 1] [--idle 10000]
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as rest } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { machine, median, printTable, spread } from '../../service/statistics.mjs';
import { startPart, stopped } from '../part.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    gigabytes: { type: 'string', default: '1' },
    idle: { type: 'string', default: '10000' },
  },
});
const ROUNDS = Math.min(Number(values.rounds), 15);
/** Of each transfer. */
const BYTES = Math.min(Number(values.gigabytes), 4) * 1e9;
/** A tunnel takes two descriptors of the proxy. */
const DESCRIPTORS = Number(/^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))[1]);
const IDLE = Math.min(Number(values.idle), 12_000, Math.floor((DESCRIPTORS - 100) / 2));
const TOUCHES = 1_000;
const IDLE_SOCATS = 100;
const TICKS_PER_SECOND = 100;

const folder = mkdtempSync(join(tmpdir(), 'pa-bench-relay-'));
const part = (name) => startPart(new URL(`${name}.mjs`, import.meta.url));
const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);

/** CPU time so far, seconds: of the process, and of its children that have ended. */
function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / TICKS_PER_SECOND;
}

/** Bytes of a line of `file`, which is in kB. */
const kilobytes = (file, line) =>
  Number(new RegExp(`^${line}:\\s+(\\d+)`, 'm').exec(readFileSync(file, 'utf8'))[1]) * 1024;

async function startProxy(port) {
  const path = join(folder, 'proxy');
  const child = part('proxy');
  await child.ask('serve', path, port, 2 * IDLE + 1_000);
  return {
    name: 'ours',
    path,
    proxy: true,
    pid: child.pid,
    settled: async () => undefined,
    stop: child.stop,
  };
}

async function startSocat(port) {
  const path = join(folder, 'socat');
  const child = spawn('socat', [
    '-b',
    '65536',
    `UNIX-LISTEN:${path},fork,backlog=1024`,
    `TCP4:127.0.0.1:${port},nodelay`,
  ]);
  while (!existsSync(path)) await rest(20);
  const settled = async () => {
    while (childrenOf(child.pid).length > 0) await rest(20);
  };
  return { name: 'socat', path, proxy: false, pid: child.pid, settled, stop: () => stopped(child) };
}

/** CPU seconds and elapsed seconds of the relay while `work` runs. */
async function during(relay, work) {
  const [cpu, started] = [cpuOf(relay.pid), performance.now()];
  await work();
  const elapsed = (performance.now() - started) / 1000;
  await relay.settled();
  return { cpu: cpuOf(relay.pid) - cpu, elapsed };
}

const CASES = [
  ['i', 1],
  ['i', 100],
  ['o', 1],
  ['o', 100],
];

async function measureRounds(client, relays) {
  const found = [];
  for (let round = 0; round < ROUNDS; round++) {
    const order = round % 2 === 0 ? relays : [...relays].reverse();
    for (const [direction, connections] of CASES) {
      const each = Math.ceil(BYTES / connections / 262_144) * 262_144;
      for (const relay of order) {
        const { path, proxy, name } = relay;
        const { cpu, elapsed } = await during(relay, () =>
          client.ask('transfer', path, proxy, direction, connections, each),
        );
        const gigabytes = (each * connections) / 1e9;
        found.push({
          round,
          name,
          what: `${direction}${connections}`,
          cpu: cpu / gigabytes,
          rate: gigabytes / elapsed,
        });
      }
    }
    for (const relay of order) {
      const { path, proxy, name } = relay;
      const { cpu, elapsed } = await during(relay, () => client.ask('touch', path, proxy, TOUCHES, 16));
      found.push({ round, name, what: 'touch', cpu: cpu / TOUCHES, rate: TOUCHES / elapsed });
    }
  }
  return found;
}

/** Bytes for each idle connection. */
async function measureIdle(port, relays) {
  const client = part('client');
  const [, socat] = relays;
  const fresh = await startProxy(port);
  const before = kilobytes(`/proc/${fresh.pid}/status`, 'VmRSS');
  await client.ask('hold', fresh.path, true, IDLE);
  const grew = kilobytes(`/proc/${fresh.pid}/status`, 'VmRSS') - before;
  await client.ask('hold', socat.path, false, IDLE_SOCATS);
  const processes = childrenOf(socat.pid).reduce((sum, pid) => {
    const file = `/proc/${pid}/smaps_rollup`;
    return sum + kilobytes(file, 'Private_Dirty') + kilobytes(file, 'Private_Clean');
  }, 0);
  await client.stop();
  await fresh.stop();
  return { ours: grew / IDLE, total: grew, socat: processes / IDLE_SOCATS };
}

function report(found, idle) {
  const NAMES = {
    i1: 'from the venue, 1 connection',
    i100: 'from the venue, 100 connections',
    o1: 'to the venue, 1 connection',
    o100: 'to the venue, 100 connections',
  };
  const pick = (what, name, field) =>
    found.filter((one) => one.what === what && one.name === name).map((one) => one[field]);
  const ratios = (what, field) => {
    const theirs = pick(what, 'socat', field);
    const { min, median: middle, max } = spread(pick(what, 'ours', field).map((own, i) => own / theirs[i]));
    return `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  };
  printTable(
    ['', 'ours: CPU s per GB', 'socat', 'ratio by round', 'ours: GB/s', 'socat'],
    Object.entries(NAMES).map(([what, name]) => [
      name,
      median(pick(what, 'ours', 'cpu')).toFixed(3),
      median(pick(what, 'socat', 'cpu')).toFixed(3),
      ratios(what, 'cpu'),
      median(pick(what, 'ours', 'rate')).toFixed(2),
      median(pick(what, 'socat', 'rate')).toFixed(2),
    ]),
  );
  const perSecond = (name) => Math.round(median(pick('touch', name, 'rate')));
  const micros = (name) => Math.round(median(pick('touch', name, 'cpu')) * 1e6);
  console.log(
    `\nconnections per second: ours ${perSecond('ours')} (${micros('ours')} µs of CPU each), socat ${perSecond('socat')} (${micros('socat')} µs), ratio ${ratios('touch', 'rate')}`,
  );
  console.log(
    `memory of an idle connection: ours ${(idle.ours / 1024).toFixed(1)} KiB (${IDLE} of them: ${(idle.total / 1e6).toFixed(0)} MB), socat ${(idle.socat / 1024).toFixed(0)} KiB in a process of its own`,
  );
}

console.log(`egress proxy: ${ROUNDS} rounds of ${BYTES / 1e9} GB; ${machine()}`);
const venue = part('venue');
const client = part('client');
const port = await venue.ask('serve');
const relays = [await startProxy(port), await startSocat(port)];
try {
  const found = await measureRounds(client, relays);
  await relays[0].stop();
  report(found, await measureIdle(port, relays));
} finally {
  for (const each of [...relays, client, venue]) await each.stop();
  rmSync(folder, { recursive: true, force: true });
}
process.exit(0);
