// The attestation verifier against the signatures that it cannot do without, and against a published verifier,
// on the 18 real documents of the tests, each at its own time; medians of interleaved rounds of one run.
//
//   node bench/attestation/main.mjs [--rounds 21] [--noble-rounds 3] [--peers FOLDER]
//
// Needs what `make build` built. --peers names a folder where `npm install @0xsequence/tee-verifier` was run (it is
// built on pkijs and WebCrypto); it is compared when it is there and is no part of this repository.
import { createPublicKey, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { ChainCache, verifyAttestation } from '../../attestation/dist/index.js';
import { crypto as noble } from '../../shared/dist/crypto/noble.js';
import { crypto as node } from '../../shared/dist/crypto/node.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '21' },
    'noble-rounds': { type: 'string', default: '3' },
    peers: { type: 'string', default: '' },
  },
});
const ROUNDS = Math.min(Number(values.rounds), 201);
const NOBLE_ROUNDS = Math.min(Number(values['noble-rounds']), 21);

/** Head of a SubjectPublicKeyInfo for an uncompressed P-384 point (RFC 5480). */
const SPKI_P384 = Buffer.from('3076301006072a8648ce3d020106052b81040022036200', 'hex');

const versions = { node: process.versions.node, openssl: process.versions.openssl };
const AT_DOCUMENT = { at: 'document', policy: { pcrs: 'any-image', allowDebug: true } };
const fixtures = new URL('../../attestation/test/fixtures/', import.meta.url);
const documents = JSON.parse(readFileSync(new URL('vectors.json', fixtures), 'utf8')).valid.map((vector) => {
  const base64 = readFileSync(new URL(vector.file, fixtures), 'utf8').trim();
  const bytes = new Uint8Array(Buffer.from(base64, 'base64'));
  return { base64, bytes, timestamp: vector.timestamp_ms, calls: signaturesOf(bytes) };
});

/** The signatures that verifying `bytes` judges, as a spy between verifier and back end sees them. */
function signaturesOf(bytes) {
  const calls = [];
  const spy = {
    ...node,
    p384Verify(publicKey, message, signature) {
      const spki = Buffer.concat([SPKI_P384, publicKey]);
      const key = createPublicKey({ key: spki, format: 'der', type: 'spki' });
      calls.push({ publicKey, message, signature, key });
      return node.p384Verify(publicKey, message, signature);
    },
  };
  verifyAttestation(bytes, AT_DOCUMENT, spy);
  if (calls.length !== 5) throw new Error(`${calls.length} signatures were judged, not five`);
  return calls;
}

const cache = new ChainCache();
const contestants = {
  cold: ({ bytes }) => verifyAttestation(bytes, AT_DOCUMENT, node),
  bare: ({ calls }) => {
    for (const { publicKey, message, signature } of calls) node.p384Verify(publicKey, message, signature);
  },
  ready: ({ calls }) => {
    for (const { key, message, signature } of calls) {
      verify('sha384', message, { key, dsaEncoding: 'ieee-p1363' }, signature);
    }
  },
  cached: ({ bytes }) => verifyAttestation(bytes, { ...AT_DOCUMENT, cache }, node),
  single: ({ calls }) => node.p384Verify(calls[0].publicKey, calls[0].message, calls[0].signature),
  ...(await loadPeers()),
};
const nobleOnly = {
  noble: ({ bytes }) => verifyAttestation(bytes, AT_DOCUMENT, noble),
  nobleBare: ({ calls }) => {
    for (const { publicKey, message, signature } of calls) noble.p384Verify(publicKey, message, signature);
  },
};

async function loadPeers() {
  if (values.peers === '') return {};
  const require = createRequire(join(resolve(values.peers), 'package.json'));
  // Written for browsers.
  globalThis.window = globalThis;
  const path = require.resolve('@0xsequence/tee-verifier');
  const { SignedAttestation } = await import(pathToFileURL(path).href);
  const readVersion = (file) => JSON.parse(readFileSync(file, 'utf8')).version;
  const peer = readVersion(join(path, '../../package.json'));
  const pkijs = readVersion(join(createRequire(path).resolve('pkijs'), '../../package.json'));
  versions.peer = `@0xsequence/tee-verifier ${peer}, pkijs ${pkijs}`;
  return {
    peer: async ({ base64, timestamp }) => {
      const attestation = SignedAttestation.fromDocument(base64);
      const isTrusted = await attestation.verifyRootOfTrust(new Date(timestamp));
      const root = await attestation.rootCertFingerprint();
      if (!isTrusted || !root.startsWith('641a0321') || !(await attestation.verifySignature())) {
        throw new Error('the peer refuses a genuine document');
      }
    },
  };
}

/**
 * Times of each entrant, ms, one for each round and document. Entrants take turns document by document, and in
 * another order each time, so that load, garbage and caches hit all alike.
 */
async function measure(entrants, rounds) {
  const turns = Object.entries(entrants);
  const times = Object.fromEntries(turns.map(([name]) => [name, []]));
  for (let round = -1; round < rounds; round++) {
    for (const document of documents) {
      for (const [name, work] of turns) {
        const started = performance.now();
        await work(document);
        // The first round warms up.
        if (round >= 0) times[name].push(performance.now() - started);
      }
      turns.push(turns.shift());
    }
  }
  return times;
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** Median of the ratios within each turn. */
function ratio(times, name, against) {
  return median(times[name].map((ms, turn) => ms / times[against][turn]));
}

function line(what, ms, ...ratios) {
  console.log(`${what.padEnd(56)} ${ms.toFixed(2).padStart(7)} ms  ${ratios.join(', ')}`);
}

const times = await measure(contestants, ROUNDS);
const slow = await measure(nobleOnly, NOBLE_ROUNDS);
const timesOf = (value, of) => `${value.toFixed(2)} × ${of}`;
console.log(`${documents.length} real documents, ms per document, medians of ${ROUNDS} interleaved rounds`);
line('five signatures, keys as they come in certificates', median(times.bare));
line('five signatures, keys imported beforehand', median(times.ready));
line('one signature', median(times.single));
line(
  'verifyAttestation, node:crypto',
  median(times.cold),
  timesOf(ratio(times, 'cold', 'bare'), 'five'),
  timesOf(ratio(times, 'cold', 'ready'), 'five with keys ready'),
);
line(
  'the same, chain in the cache',
  median(times.cached),
  timesOf(ratio(times, 'cached', 'single'), 'one signature'),
);
if (times.peer) line(versions.peer, median(times.peer), timesOf(ratio(times, 'peer', 'cold'), 'ours'));
console.log(`noble, ${NOBLE_ROUNDS} rounds`);
line('five signatures', median(slow.nobleBare));
line('verifyAttestation, noble', median(slow.noble), timesOf(ratio(slow, 'noble', 'nobleBare'), 'five'));
console.log(`versions ${JSON.stringify(versions)}`);
