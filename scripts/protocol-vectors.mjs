// Writes shared/vectors/protocol.json: the test vectors of docs/protocol.md. The keys and the "random" bytes are fixed,
// so that two runs give the same file. Run it after a build.
//
//   node scripts/protocol-vectors.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = new URL('../shared/vectors/protocol.json', import.meta.url);
const MODULES = [
  'bytes',
  'codec/base64',
  'codec/canonical-json',
  'codec/hex',
  'crypto/node',
  'messages/box',
  'messages/handshake',
  'messages/reply',
  'messages/request',
  'messages/user-data',
  'wire/boot',
  'wire/envelope',
  'wire/frame',
];

const SESSION = 'AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8';
const AS_OF = 1_767_225_600_000;

/** Text of the vectors, by the exports of shared's modules. */
export function protocolVectors(shared) {
  const handshake = handshakeVector(shared);
  const keys = Object.fromEntries(
    Object.entries(handshake.keys).map(([name, hex]) => [name, shared.decodeHex(hex)]),
  );
  const vectors = {
    note: 'Bytes are hexadecimal, or {"bytes": hex} inside values. See docs/protocol.md.',
    handshake,
    submission: submissionVector(shared, handshake, keys),
    requests: requestVectors(shared, keys),
    replies: replyVectors(shared, keys),
    frames: encoded(shared, frames(), ({ kind }) => kind, shared.encodeFrame),
    envelope_requests: encoded(
      shared,
      envelopeRequests(),
      ({ operation }) => operation,
      shared.encodeRequest,
    ),
    envelope_replies: encoded(shared, envelopeReplies(), ({ outcome }) => outcome, shared.encodeReply),
    boot_requests: encoded(
      shared,
      bootRequests(),
      ({ genesis }) => (genesis ? 'later' : 'first'),
      shared.encodeBootRequest,
    ),
    boot_replies: encoded(shared, bootReplies(), ({ phase }) => phase, shared.encodeBootReply),
    user_data: encoded(shared, userData(), ({ t }) => t, shared.encodeUserData),
  };
  return `${JSON.stringify(vectors, null, 2)}\n`;
}

/** Bytes first, first + 1, … */
function run(first, length) {
  return Uint8Array.from({ length }, (_, at) => (first + at) & 0xff);
}

/** "Random" bytes of a vector: one run. */
function fixedRandom(first) {
  return { bytes: (length) => run(first, length) };
}

function handshakeVector({ crypto, deriveSessionKeys, encodeHex }) {
  const ephemeral = run(0x20, 32);
  const own = run(0x60, 32);
  const ephemeralPub = crypto.x25519PublicKey(ephemeral);
  const handshakePub = crypto.x25519PublicKey(own);
  const keys = deriveSessionKeys(crypto, ephemeral, handshakePub, { ephemeralPub, handshakePub });
  return {
    ephemeral_private: encodeHex(ephemeral),
    ephemeral_pub: encodeHex(ephemeralPub),
    handshake_private: encodeHex(own),
    handshake_pub: encodeHex(handshakePub),
    shared_secret: encodeHex(crypto.x25519SharedSecret(ephemeral, handshakePub)),
    keys: Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, encodeHex(key)])),
  };
}

function submissionVector(shared, handshake, keys) {
  const { crypto, canonicalJson, decodeHex, encodeBase64, sealBox, utf8 } = shared;
  const plaintext = JSON.stringify({
    userId: 'trader-1',
    accounts: [{ exchange: 'binance', apiKey: 'example-key', apiSecret: 'example-secret' }],
  });
  const metadata = { v: 1, handshake_pub: encodeBase64(decodeHex(handshake.handshake_pub)), ttl: 86_400 };
  const box = sealBox(crypto, fixedRandom(0xa0), keys.submit, utf8(plaintext), metadata);
  const ephemeral_pub = encodeBase64(decodeHex(handshake.ephemeral_pub));
  return { plaintext, aad: canonicalJson(metadata), body: { ephemeral_pub, ...box, metadata } };
}

function requestVectors(shared, keys) {
  const { crypto, canonicalJson, encodeQuery, sealRequest } = shared;
  const contents = {
    metrics: { from: '2025-01-01', to: '2025-12-31', riskFreeRateAnnual: 0.04 },
    report: { aud: 'allocator.example', nonce: 'challenge-1' },
    renew: { counter: 1, ttl: 604_800 },
  };
  return Object.entries(contents).map(([operation, content], index) => {
    const binding = { requestKey: keys.request, sessionId: SESSION, operation };
    const sealed = sealRequest(crypto, fixedRandom(0xb0 + index), binding, content);
    const aad = canonicalJson({ v: 1, session_id: SESSION, operation });
    const q = operation === 'renew' ? {} : { q: encodeQuery(sealed) };
    return { operation, session_id: SESSION, plaintext: JSON.stringify(content), aad, sealed, ...q };
  });
}

function replyVectors(shared, keys) {
  const { crypto, canonicalJson, fromUtf8, padToBucket, sealReply, utf8 } = shared;
  const common = { as_of: AS_OF, ledger_head: 'ab'.repeat(32) };
  const answer = {
    operation: 'summary',
    parameters: {},
    ...common,
    result: { navEnd: '1000.5' },
    refusal: null,
  };
  const refusal = { code: 'parameters_malformed', message: 'from: not a day' };
  const refused = { ...answer, operation: 'metrics', parameters: { from: 'x' }, result: null, refusal };
  return [answer, refused].map((content, index) => {
    const header = { session_id: SESSION, sequence: 7 + index };
    const sealed = sealReply(crypto, fixedRandom(0xc0 + index), keys.response, header, content);
    const plaintext = fromUtf8(padToBucket(utf8(JSON.stringify(content))));
    const aad = canonicalJson({ v: 1, ...header });
    return { content, padded_length: plaintext.length, aad, sealed };
  });
}

function frames() {
  return [
    { kind: 'request', id: 1, more: false, deadlineMs: 15_000, bytes: run(0, 4) },
    { kind: 'request', id: 0xffff_ffff, more: true, deadlineMs: 60_000, bytes: run(0, 30) },
    { kind: 'response', id: 1, more: false, bytes: new Uint8Array() },
    { kind: 'cancel', id: 256 },
    { kind: 'refusal', id: 24, code: 'overloaded' },
  ];
}

function envelopeRequests() {
  const none = { session: null, version: null, state: null };
  const state = { version: 3, blob: run(1, 5), chunks: [run(6, 2), run(8, 3)] };
  return [
    { operation: 'quote', ...none, body: run(0, 32) },
    { operation: 'metrics', session: SESSION, version: 3, body: new Uint8Array(), state: null },
    { operation: 'sync', session: SESSION, version: 3, body: new Uint8Array(), state },
  ];
}

function envelopeReplies() {
  const write = {
    session: SESSION,
    baseVersion: 3,
    version: 4,
    expiresAt: AS_OF,
    syncAt: null,
    blob: run(1, 5),
    chunksKept: 2,
    chunks: [run(11, 4)],
  };
  return [
    { outcome: 'ok', body: run(0, 3), write: null, erase: false },
    { outcome: 'ok', body: new Uint8Array(), write, erase: false },
    { outcome: 'ok', body: new Uint8Array(), write: null, erase: true },
    { outcome: 'state_required' },
    { outcome: 'failure', failure: { code: 'sync_pending', retryAfterMs: 500, sealed: run(0x7b, 2) } },
  ];
}

function bootRequests() {
  const credentials = {
    accessKeyId: 'ASIAEXAMPLE',
    secretAccessKey: 'example',
    sessionToken: 'example',
    expiration: AS_OF,
  };
  const deployment = {
    keyArn: 'arn:aws:kms:eu-central-1:123456789012:key/11111111-2222-3333-4444-555555555555',
    roleArn: 'arn:aws:iam::123456789012:role/parent',
  };
  return [
    { credentials, deployment, sharers: 1, genesis: null },
    { credentials, deployment, sharers: 2, genesis: { blob: run(0, 4), evidence: run(4, 4) } },
  ];
}

function bootReplies() {
  return [
    { phase: 'attested', genesis: { blob: run(0, 4), evidence: run(4, 4) } },
    { phase: 'serving', genesis: null },
  ];
}

function userData() {
  const common = { v: 1, config_sha256: run(0, 32) };
  const reportKey = { report_key: run(32, 32) };
  const keyArn = 'arn:aws:kms:eu-central-1:111122223333:key/example';
  return [
    { t: 'quote', ...common, ...reportKey, kms_policy: 'locked' },
    { t: 'genesis', ...common, ...reportKey, blob_sha256: run(64, 32), key_arn: keyArn },
    { t: 'report', ...common, jwt_sha256: run(96, 32), kms_policy: 'mutable' },
    { t: 'kms', ...common },
  ];
}

function encoded({ encodeHex }, values, nameOf, encode) {
  return values.map((value) => ({
    name: nameOf(value),
    value: toJson(value, encodeHex),
    hex: encodeHex(encode(value)),
  }));
}

function toJson(value, encodeHex) {
  if (value instanceof Uint8Array) return { bytes: encodeHex(value) };
  if (Array.isArray(value)) return value.map((item) => toJson(item, encodeHex));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, toJson(item, encodeHex)]));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const modules = await Promise.all(MODULES.map((name) => import(`../shared/dist/${name}.js`)));
  const text = protocolVectors(Object.assign({}, ...modules));
  if (process.argv[2] !== '--check') writeFileSync(FILE, text);
  else if (readFileSync(FILE, 'utf8') !== text) {
    console.error('shared/vectors/protocol.json is not what this script writes');
    process.exitCode = 1;
  }
}
