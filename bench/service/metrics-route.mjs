// How fast `GET /enclave/metrics` is through parent and enclave, every reply sealed afresh, against the same
// express application with the same middleware that answers as many bytes itself: on the server that express
// brings (`app.listen`), and on the parent's own. All in turn, in many short rounds: ratios of one round share
// whatever else the machine does.
import { load, repeat, requestOf } from './load.mjs';
import { Part } from './part.mjs';
import { PARENT, startRig } from './rig.mjs';
import { machineCpu, median, printTable, quantile, spread } from './statistics.mjs';

const WARM_UP = 4;
const CONNECTIONS = 16;

/** @param requests - in each round and on each side */
export async function measureMetricsRoute({ rounds = 15, requests = 1_000 } = {}) {
  const rig = await startRig();
  const baselines = [];
  try {
    const path = await openSession(rig);
    const bytes = await bytesOfFreshReplies(rig, path);
    const { parent, enclave } = rig;
    const sides = [sideOf('through parent and enclave', rig.port, { parent, enclave })];
    for (const server of ['express', 'parent']) {
      const log = rig.log(`baseline-${server}`);
      const part = await Part.start('express', { bytes, server }, { log, execArgv: PARENT });
      baselines.push(part);
      sides.push(sideOf(`express itself, ${server}'s server`, part.facts.port, { express: part }));
    }
    const queues = () => repeat(requestOf('GET', path), requests, CONNECTIONS);
    for (let round = -WARM_UP; round < rounds; round++) {
      for (const side of sides) {
        const result = await measure(side, queues());
        if (round >= 0) side.results.push(result);
      }
    }
    report({ bytes, rounds, requests }, sides);
  } finally {
    for (const part of baselines) await part.stop();
    await rig.stop();
  }
}

/** @returns the path of the metrics of a session that was read whole */
export async function openSession(rig) {
  const client = rig.client();
  await client.register();
  await client.getMetrics();
  return `/enclave/metrics/${client.export().sessionId}`;
}

/** Bytes of a reply, after seeing that no two replies have the same nonce. */
async function bytesOfFreshReplies(rig, path) {
  const nonces = new Set();
  let bytes = 0;
  for (let i = 0; i < 32; i++) {
    const text = await (await fetch(rig.url + path)).text();
    nonces.add(JSON.parse(text).nonce);
    bytes = text.length;
  }
  if (nonces.size < 32) throw new Error('a reply was not sealed afresh');
  return bytes;
}

function sideOf(name, port, parts) {
  return { name, port, parts: Object.values(parts), labels: Object.keys(parts), results: [] };
}

async function measure({ port, parts }, queues) {
  const cpu = () => Promise.all(parts.map((part) => part.cpu()));
  const [before, machine, own] = [await cpu(), machineCpu(), process.cpuUsage()];
  const { rate, seconds, latencies } = await load({ port, queues });
  const { user, system } = process.cpuUsage(own);
  const all = machineCpu() - machine;
  const costs = (await cpu()).map((after, index) => after - before[index]);
  const used = costs.reduce((sum, cost) => sum + cost, user + system);
  const count = latencies.length;
  return {
    rate,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    costs: costs.map((cost) => cost / count),
    client: (user + system) / count,
    others: Math.max(0, all - used) / 1e6 / seconds,
  };
}

function report({ bytes, rounds, requests }, sides) {
  console.log(
    `\nGET /enclave/metrics: ${bytes} bytes, ${CONNECTIONS} connections, ${rounds} rounds of ${requests}`,
  );
  const rows = sides.map(({ name, labels, results }) => {
    const pick = (read) => median(results.map(read));
    return [
      name,
      pick(({ rate }) => rate).toFixed(0),
      `${pick(({ p50 }) => p50).toFixed(1)} ms`,
      `${pick(({ p99 }) => p99).toFixed(1)} ms`,
      labels.map((label, index) => `${label} ${pick(({ costs }) => costs[index]).toFixed(0)} µs`).join(', '),
      `${pick(({ client }) => client).toFixed(0)} µs`,
    ];
  });
  printTable(['', 'requests/s', 'p50', 'p99', 'CPU time per request', 'of the client'], rows);
  const [own, ...baselines] = sides;
  for (const { name, results } of baselines) {
    const { min, median: middle, max } = spread(own.results.map(({ rate }, i) => rate / results[i].rate));
    console.log(
      `ratio to ${name}: median ${middle.toFixed(2)}, min ${min.toFixed(2)}, max ${max.toFixed(2)}`,
    );
  }
  const others = median(sides.flatMap(({ results }) => results.map((result) => result.others)));
  console.log(`other processes took ${others.toFixed(2)} cores meanwhile`);
}
