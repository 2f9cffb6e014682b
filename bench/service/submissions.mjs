// How many sealed submissions a second the service takes: those that end before any venue is asked, renewals, and
// registrations, which the venue answers.
import { ClientSession } from '../../client/dist/sdk/session.js';
import { encodeBase64 } from '../../shared/dist/codec/base64.js';
import { crypto } from '../../shared/dist/crypto/node.js';
import { sealBox } from '../../shared/dist/messages/box.js';
import { deriveSessionKeys } from '../../shared/dist/messages/handshake.js';
import { systemRandom } from '../../shared/dist/random.js';
import { load, requestOf } from './load.mjs';
import { quickWorld, startRig } from './rig.mjs';
import { printTable, quantile } from './statistics.mjs';

const CONNECTIONS = 16;
const TTL_S = 604_800;

export async function measureSubmissions({ refused = 4_000, renewals = 480, registrations = 60 } = {}) {
  const rows = [];
  const slow = await startRig({ historyDays: 2 });
  try {
    rows.push(await measureRefused(slow, refused));
    rows.push((await measureRegistrations('registrations, the venue’s limits as they are', slow, 40)).row);
  } finally {
    await slow.stop();
  }
  const quick = await startRig(quickWorld());
  try {
    const opened = await measureRegistrations('registrations, 15 times those limits', quick, registrations);
    // The readings that they began are not the next measurement's.
    for (const client of opened.clients) await client.getSummary();
    rows.push(opened.row, await measureRenewals(quick, opened.clients, renewals));
  } finally {
    await quick.stop();
  }
  console.log('\nSealed submissions');
  printTable(['', 'count', 'a second', 'p50', 'p99', 'CPU of the enclave', 'of the parent'], rows);
}

/** Opened, checked against replay, read, refused: the reason is sealed, and no venue was asked. */
async function measureRefused(rig, count) {
  const { handshakePub } = await rig.client().quote();
  const requests = Array.from({ length: count }, () =>
    requestOf('POST', '/enclave/submit_key', composeRefused(handshakePub)),
  ).values();
  const queues = Array(CONNECTIONS).fill(requests);
  return timed('refused for a sealed reason, no venue asked', rig, () =>
    load({ port: rig.port, queues, status: 422 }),
  );
}

function composeRefused(handshakePub) {
  const ephemeral = systemRandom.bytes(32);
  const ephemeralPub = crypto.x25519PublicKey(ephemeral);
  const keys = deriveSessionKeys(crypto, ephemeral, handshakePub, { ephemeralPub, handshakePub });
  const metadata = { v: 1, handshake_pub: encodeBase64(handshakePub), ttl: TTL_S };
  const account = { exchange: 'nowhere', apiKey: 'k'.repeat(64), apiSecret: 's'.repeat(64) };
  const plaintext = new TextEncoder().encode(JSON.stringify({ userId: 'bench', ...account }));
  const box = sealBox(crypto, systemRandom, keys.submit, plaintext, metadata);
  return JSON.stringify({ ephemeral_pub: encodeBase64(ephemeralPub), ...box, metadata });
}

/** Quote, verification and submission by the SDK, 8 at once; each session is read in the background at once. */
export async function register(rig, count) {
  const clients = [];
  const latencies = [];
  let left = count;
  const work = async () => {
    while (left-- > 0) {
      const client = rig.client({ ttl: TTL_S });
      const began = performance.now();
      await client.register();
      latencies.push(performance.now() - began);
      clients.push(client);
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
  return { clients, latencies: latencies.sort((a, b) => a - b) };
}

async function measureRegistrations(name, rig, count) {
  let clients = [];
  const row = await timed(name, rig, async () => {
    const began = performance.now();
    const registered = await register(rig, count);
    clients = registered.clients;
    const { latencies } = registered;
    return { rate: (count * 1_000) / (performance.now() - began), latencies };
  });
  return { row, clients };
}

/** Each changes a session, is on disk before it is answered, and makes its session due to be read. */
async function measureRenewals(rig, clients, count) {
  const each = Math.floor(count / CONNECTIONS);
  const queues = clients.slice(0, CONNECTIONS).map((client) => {
    const session = ClientSession.parse(client.export(), systemRandom);
    return Array.from({ length: each }, () => {
      const body = JSON.stringify(session.seal('renew', { counter: session.nextRenewal(), ttl: TTL_S }));
      return requestOf('POST', `/enclave/renew/${session.id}`, body);
    }).values();
  });
  return timed('renewals', rig, () => load({ port: rig.port, queues }));
}

async function timed(name, { enclave, parent }, run) {
  const cpu = () => Promise.all([enclave, parent].map((part) => part.cpu()));
  const before = await cpu();
  const { rate, latencies } = await run();
  const costs = (await cpu()).map((after, index) => (after - before[index]) / latencies.length / 1_000);
  return [
    name,
    latencies.length,
    rate.toFixed(rate < 100 ? 1 : 0),
    `${quantile(latencies, 0.5).toFixed(1)} ms`,
    `${quantile(latencies, 0.99).toFixed(1)} ms`,
    ...costs.map((cost) => `${cost.toFixed(2)} ms`),
  ];
}
