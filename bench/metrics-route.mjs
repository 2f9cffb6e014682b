// How fast `GET /enclave/metrics` is through parent and enclave, every reply sealed afresh, against the same
// express application with the same middleware that answers as many bytes itself. Both in turn, several rounds,
// one client on loopback; the ratio is what counts, the machine's speed drifts.
//
//   node bench/metrics-route.mjs [--requests 2000] [--connections 16] [--rounds 5]
//
// Builds on what `make build` built.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { SecureClient } from '../client/dist/index.js';
import { systemClock } from '../shared/dist/clock.js';
import { systemRandom } from '../shared/dist/random.js';
import { startLocalWorld } from '../simulator/dist/local-world.js';
import { SIMULATED_PCRS_HEX } from '../simulator/dist/nsm/measurements.js';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '2000' },
    connections: { type: 'string', default: '16' },
    rounds: { type: 'string', default: '5' },
  },
});
const REQUESTS = Math.min(Number(values.requests), 20_000);
const CONNECTIONS = Math.min(Number(values.connections), 64);
const ROUNDS = Math.min(Number(values.rounds), 20);

const home = mkdtempSync(join(tmpdir(), 'pa-bench-'));
let world;
let baseline;
try {
  world = await startLocalWorld({
    home,
    host: '127.0.0.1',
    port: 0,
    clock: systemClock,
    random: systemRandom,
    seed: 'bench',
    onDeath: (name) => console.error(`${name} died`),
    onGiveUp: (error) => {
      throw error;
    },
  });
  const path = await openSession();
  const [first, second] = [await get(world.url + path), await get(world.url + path)];
  if (JSON.parse(first).nonce === JSON.parse(second).nonce) throw new Error('a reply was not sealed afresh');
  baseline = await startBaseline(first.length);
  const rounds = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const own = await load(world.url + path);
    const bare = await load(baseline.url + path);
    // The first round warms both up.
    if (round > 0) rounds.push({ own, bare, ratio: own.rate / bare.rate });
  }
  report(first.length, rounds);
} finally {
  baseline?.child.kill();
  await world?.stop();
  rmSync(home, { recursive: true, force: true });
}

async function openSession() {
  const { apiKey, apiSecret } = world.state.venue;
  const client = new SecureClient({
    enclaveUrl: world.url,
    expect: { roots: [world.state.nsm.rootCertDer], measurements: [SIMULATED_PCRS_HEX] },
    userId: 'bench',
    exchange: 'binance',
    apiKey,
    apiSecret,
  });
  await client.register();
  await client.getMetrics();
  return `/enclave/metrics/${client.export().sessionId}`;
}

async function startBaseline(bytes) {
  const child = fork(fileURLToPath(new URL('baseline.mjs', import.meta.url)), [String(bytes)], {
    execArgv: ['--conditions=untrusted'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const port = await new Promise((resolve) => child.once('message', resolve));
  return { child, url: `http://127.0.0.1:${port}` };
}

/** REQUESTS requests over CONNECTIONS kept connections. */
async function load(url) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latencies = [];
  let left = REQUESTS;
  const started = performance.now();
  const worker = async () => {
    while (left-- > 0) {
      const at = performance.now();
      await get(url, agent);
      latencies.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, worker));
  const seconds = (performance.now() - started) / 1_000;
  agent.destroy();
  latencies.sort((a, b) => a - b);
  return { rate: REQUESTS / seconds, p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99) };
}

function get(url, agent) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => {
        body += chunk;
      });
      response.on('end', () => (response.statusCode === 200 ? resolve(body) : reject(new Error(body))));
    });
    request.on('error', reject);
  });
}

function report(bytes, rounds) {
  const median = (pick) =>
    quantile(
      rounds.map(pick).sort((a, b) => a - b),
      0.5,
    );
  const line = (name, side) =>
    `${name.padEnd(28)} ${median(({ [side]: { rate } }) => rate)
      .toFixed(0)
      .padStart(6)} requests/s` +
    `  p50 ${median(({ [side]: { p50 } }) => p50).toFixed(1)} ms  p99 ${median(({ [side]: { p99 } }) => p99).toFixed(1)} ms`;
  const ratios = rounds.map(({ ratio }) => ratio).sort((a, b) => a - b);
  console.log(
    `GET /enclave/metrics, ${bytes} bytes, ${REQUESTS} requests, ${CONNECTIONS} connections, ${ROUNDS} rounds`,
  );
  console.log(line('through parent and enclave', 'own'));
  console.log(line('express answering itself', 'bare'));
  console.log(
    `ratio: median ${quantile(ratios, 0.5).toFixed(2)}, min ${ratios[0].toFixed(2)}, max ${ratios.at(-1).toFixed(2)}`,
  );
}

function quantile(sorted, p) {
  return sorted[Math.min(sorted.length - 1, Math.floor(p * sorted.length))];
}
