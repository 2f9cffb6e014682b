// Runs in the guest of simulator/guest/boot.sh: rates, round trips and misbehaviour over AF_VSOCK of our transport, of the
// node-vsock binary and of socat, each with processes of its own, in turns. Says one line of JSON for each measurement.
import { execSync, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout as rest } from 'node:timers/promises';
import { startPart, stopped } from '../part.mjs';

const { rounds } = JSON.parse(readFileSync('/bench/options.json', 'utf8'));
const END = new URL('end.mjs', import.meta.url);
const MIB = 1_048_576;
const WARM_UP = 128 * MIB;
const MEASURED = 128 * MIB;
const WINDOW_MS = 300;
const PINGS = 20_000;
/** For so long the busy reader computes. */
const BUSY_MS = 1_500;
/** Bytes of each write of an end. */
const PIECE = 262_144;

let nextPort = 7000;
const say = (measured) => console.log(`measured ${JSON.stringify(measured)}`);

/** Runs `work` with ends that are started for it and stopped after it. */
async function withEnds(kinds, work) {
  const ends = kinds.map((kind) => startPart(END, [kind]));
  try {
    return await work(...ends);
  } finally {
    for (const end of ends) await end.stop();
  }
}

const socat = (...options) => spawn('socat', options, { stdio: ['ignore', 'ignore', 'ignore'] });
const childrenOf = (pid) =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean);

/** Bytes that each child of a socat that listens has read. */
function readByChildren(pid) {
  return childrenOf(pid).map((child) => {
    const file = `/proc/${child}/io`;
    return existsSync(file) ? Number(/rchar: (\d+)/.exec(readFileSync(file, 'utf8'))[1]) : 0;
  });
}

/** Bytes per second into `counted`, when every connection has moved and all that is to be compiled has been. */
async function rateOf(counted, connections) {
  const patience = performance.now() + 180_000;
  const until = async (enough) => {
    for (;;) {
      const counts = await counted();
      const [moving, bytes] = [counts.filter(Boolean).length, counts.reduce((sum, each) => sum + each, 0)];
      if (enough(moving, bytes)) return [bytes, performance.now()];
      if (performance.now() > patience) throw new Error(`${moving} connections moved ${bytes} bytes`);
      await rest(100);
    }
  };
  const [bytes, started] = await until((moving, come) => moving === connections && come > WARM_UP);
  await rest(WINDOW_MS);
  const [later, ended] = await until((_, come) => come > bytes + MEASURED);
  return ((later - bytes) / (ended - started)) * 1000;
}

const RATES = {
  ours: (connections) => rateBetween('ours', connections),
  'node-vsock': (connections) =>
    connections === 1 ? rateBetween('node-vsock', 1) : rateOfSome('node-vsock', connections),
  async socat(connections) {
    const port = nextPort++;
    const sink = socat('-u', '-b', '65536', `VSOCK-LISTEN:${port},fork,backlog=128`, 'OPEN:/dev/null');
    const sources = [];
    try {
      await rest(500);
      // One after the other, each held back: all at once starve the listener until their connecting times out.
      while (sources.length < connections) {
        const source = socat('-u', '-b', '65536', 'OPEN:/dev/zero', `VSOCK-CONNECT:1:${port},retry=9`);
        sources.push(source);
        while (childrenOf(sink.pid).length < sources.length && source.exitCode === null) await rest(20);
        source.kill('SIGSTOP');
      }
      for (const source of sources) source.kill('SIGCONT');
      return await rateOf(() => Promise.resolve(readByChildren(sink.pid)), connections);
    } finally {
      for (const source of sources) await stopped(source);
      // Its children see the end of their connections.
      while (childrenOf(sink.pid).length > 0) await rest(50);
      await stopped(sink);
    }
  },
};

function rateBetween(kind, connections) {
  const port = nextPort++;
  return withEnds([kind, kind], async (sink, source) => {
    await sink.ask('sink', port);
    await source.ask('source', port, connections);
    return rateOf(() => sink.ask('counted'), connections);
  });
}

/** Of 64 MiB in all: an unending source has the reader killed for its memory, and the guest with it. */
function rateOfSome(kind, connections) {
  const port = nextPort++;
  const times = Math.ceil((64 * MIB) / PIECE / connections);
  const bytes = times * PIECE * connections;
  return withEnds([kind, kind], async (sink, source) => {
    const elapsed = sink.ask('sinkOf', port, bytes);
    await rest(1_500);
    await source.ask('source', port, connections, times);
    return (bytes / (await elapsed)) * 1000;
  });
}

const ROUND_TRIPS = {
  ours: () => roundTrips('ours'),
  'node-vsock': () => roundTrips('node-vsock'),
  /** Our client at socat's echo. */
  async socat() {
    const port = nextPort++;
    const echo = socat('-b', '65536', `VSOCK-LISTEN:${port}`, 'PIPE');
    try {
      await rest(500);
      return await withEnds(['ours'], (client) => client.ask('ping', port, PINGS));
    } finally {
      await stopped(echo);
    }
  },
};

function roundTrips(kind) {
  const port = nextPort++;
  return withEnds([kind, kind], async (server, client) => {
    await server.ask('echo', port);
    return client.ask('ping', port, PINGS);
  });
}

/** The second half: what comes before compiles. */
function quantiles(times) {
  const sorted = times.slice(times.length >> 1).sort((a, b) => a - b);
  const at = (p) => Math.round(sorted[Math.floor(p * sorted.length)]);
  return { p50: at(0.5), p99: at(0.99) };
}

const memoryOf = (pid) =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) * 1024;

/** What `offer` gets rid of while its reader is busy, and by how much the reader grows. */
async function offerTo(pid, port) {
  const before = memoryOf(pid);
  return withEnds(['ours'], async (sender) => {
    const taken = await sender.ask('offer', port, 64 * MIB, BUSY_MS / 2);
    return { taken, grew: memoryOf(pid) - before };
  });
}

const MISBEHAVIOUR = {
  /** The peer is one of ours each time. */
  longestTurn: (kind) =>
    withEnds(['ours', kind], async (peer, client) => {
      const port = nextPort++;
      await peer.ask('lazy', port, 2_000);
      return client.ask('writeToLazy', port, 3_000);
    }),
  busyReader: (kind) =>
    withEnds([kind], async (reader) => {
      const port = nextPort++;
      await reader.ask('busyReader', port, BUSY_MS);
      return offerTo(reader.pid, port);
    }),
  answerAfterEnd: (kind) =>
    withEnds(['ours', kind], async (peer, client) => {
      const port = nextPort++;
      await peer.ask('lateAnswer', port, 1_000);
      return client.ask('askAndEnd', port);
    }),
  threadsOf20: (kind) =>
    withEnds(['ours', kind], async (peer, client) => {
      const port = nextPort++;
      await peer.ask('idle', port);
      return client.ask('threads', port, 20);
    }),
};

const SOCATS_MISBEHAVIOUR = {
  async busyReader() {
    const port = nextPort++;
    const reader = socat('-u', '-b', '65536', `VSOCK-LISTEN:${port}`, 'EXEC:/bin/sleep 15');
    try {
      await rest(500);
      return await offerTo(reader.pid, port);
    } finally {
      await stopped(reader);
    }
  },
  answerAfterEnd: () => askWithSocat(''),
  answerAfterEndPatient: () => askWithSocat('-t 10'),
  threadsOf20: () =>
    withEnds(['ours'], async (peer) => {
      const port = nextPort++;
      await peer.ask('idle', port);
      const clients = Array.from({ length: 20 }, () => socat(`VSOCK-CONNECT:1:${port}`, 'EXEC:/bin/sleep 5'));
      await rest(1_000);
      const threads = clients.reduce(
        (sum, { pid }) => sum + (existsSync(`/proc/${pid}`) ? readdirSync(`/proc/${pid}/task`).length : 0),
        0,
      );
      for (const client of clients) await stopped(client);
      return threads;
    }),
};

function askWithSocat(options) {
  return withEnds(['ours'], async (peer) => {
    const port = nextPort++;
    await peer.ask('lateAnswer', port, 1_000);
    return Number(execSync(`head -c 1000 /dev/zero | socat ${options} - VSOCK-CONNECT:1:${port} | wc -c`));
  });
}

const KINDS = ['ours', 'node-vsock', 'socat'];
for (let round = 0; round < rounds; round++) {
  // Each begins a round in its turn.
  const order = KINDS.map((_, i) => KINDS[(i + round) % KINDS.length]);
  for (const kind of order) say({ round, kind, roundTrip: quantiles(await ROUND_TRIPS[kind]()) });
  for (const connections of [1, 100]) {
    for (const kind of order)
      say({ round, kind, connections, bytesPerSecond: await RATES[kind](connections) });
  }
}
for (const [what, measure] of Object.entries(MISBEHAVIOUR)) {
  for (const kind of ['ours', 'node-vsock']) say({ kind, [what]: await measure(kind) });
}
for (const [what, measure] of Object.entries(SOCATS_MISBEHAVIOUR))
  say({ kind: 'socat', [what]: await measure() });
process.exit(0);
