// Boots the guest, runs rates.mjs in it and prints what it measured: node bench/transport/guest/main.mjs [--rounds 3]
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { machine, median, printTable, spread } from '../../service/statistics.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
const ROUNDS = Math.min(Number(values.rounds), 9);
const KINDS = ['ours', 'node-vsock', 'socat'];
const MIB = 1_048_576;

async function run() {
  const boot = fileURLToPath(new URL('boot.sh', import.meta.url));
  const guest = spawn(boot, [String(ROUNDS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const measured = [];
  for await (const line of createInterface({ input: guest.stdout })) {
    const [, json] = /^measured (.*)$/.exec(line) ?? [];
    if (json) measured.push(JSON.parse(json));
    else console.error(line);
  }
  return measured;
}

/** The rounds of one measurement, by kind; `read` returns undefined for another one's. */
function report(name, measured, read, unit, print) {
  const of = (kind) =>
    measured
      .filter((one) => one.kind === kind)
      .map(read)
      .filter((value) => value !== undefined);
  const ratios = (kind) => {
    const theirs = of(kind);
    const { min, median: middle, max } = spread(of('ours').map((own, i) => own / theirs[i]));
    return `${middle.toFixed(2)} (${min.toFixed(2)}–${max.toFixed(2)})`;
  };
  return [
    `${name}, ${unit}`,
    ...KINDS.map((kind) => print(median(of(kind)))),
    ratios('node-vsock'),
    ratios('socat'),
  ];
}

function reportRates(measured) {
  const rate = (connections) => (one) => (one.connections === connections ? one.bytesPerSecond : undefined);
  const megabytes = (value) => (value / 1e6).toFixed(1);
  const micros = (value) => String(value);
  printTable(
    ['', ...KINDS, 'ours to node-vsock, by round', 'ours to socat'],
    [
      report('1 connection', measured, rate(1), 'MB/s', megabytes),
      report('100 connections', measured, rate(100), 'MB/s', megabytes),
      report('round trip p50', measured, (one) => one.roundTrip?.p50, 'µs', micros),
      report('round trip p99', measured, (one) => one.roundTrip?.p99, 'µs', micros),
    ],
  );
}

function reportMisbehaviour(measured) {
  const of = (what, kind) => measured.find((one) => one.kind === kind && what in one)?.[what];
  const row = (name, what, print, socat) => [
    name,
    ...KINDS.map((kind) =>
      of(what, kind) === undefined
        ? (socat ?? '')
        : print(of(what, kind)) + ((kind === 'socat' && socat) || ''),
    ),
  ];
  const patient = of('answerAfterEndPatient', 'socat');
  const mebibytes = (bytes) => `${(bytes / MIB).toFixed(1)} MiB`;
  printTable(
    ['', ...KINDS],
    [
      row(
        'longest turn, 1 MiB to a peer that does not read for 2 s',
        'longestTurn',
        (ms) => `${Math.round(ms)} ms`,
        'a process for each connection',
      ),
      row('reader busy for 1.5 s while 64 MiB are offered: it grows by', 'busyReader', ({ grew }) =>
        mebibytes(grew),
      ),
      row(
        'of an answer of 1 MiB, a second after the end of the question, came',
        'answerAfterEnd',
        mebibytes,
        ` (${mebibytes(patient)} with -t 10)`,
      ),
      row('threads for 20 idle connections', 'threadsOf20', String, ', processes'),
    ],
  );
}

console.log(`AF_VSOCK in an emulated guest: ${ROUNDS} rounds; ${machine()}`);
const measured = await run();
reportRates(measured);
console.log();
reportMisbehaviour(measured);
