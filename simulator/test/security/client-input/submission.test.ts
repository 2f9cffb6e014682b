/**
 * Bad submissions over raw HTTP. Every answer is a problem document with a public code that repeats no input.
 *
 * The table shows which test asserts class and code for each kind of bad client input. `ServiceError` is the class of
 * the SDK for a problem document, and `Refusal` is the class of the enclave:
 *
 * | input                                            | over raw HTTP            | class and code |
 * |--------------------------------------------------|--------------------------|----------------|
 * | malformed JSON, fields, base64, lengths          | here                     | enclave/test/serving/dispatch.test.ts |
 * | tampered ciphertext, tag, nonce, metadata        | here                     | shared/test/messages/sealed.test.ts |
 * | replayed submission, full replay set             | replay.test.ts           | enclave/test/keys/handshake-keys.test.ts |
 * | unknown handshake key                            | here                     | simulator/test/world/handshake.test.ts |
 * | time to live out of range                        | here                     | simulator/test/world/road.test.ts |
 * | expired, revoked, unknown session                | session.test.ts          | simulator/test/world/road.test.ts, session.test.ts |
 * | queries and renewals                             | session.test.ts          | simulator/test/world/road.test.ts |
 * | oversized body, header, `q`; slow; other methods | http.test.ts             | parent/test/http/server.test.ts, app.test.ts |
 * | unknown venue, bad key, key that can trade or    | here (sealed reason)     | simulator/test/world/admission.test.ts |
 * | withdraw, duplicate account                      |                          | ("refuses each for its own sealed reason") |
 */
import { decodeBase64, encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { systemRandom } from '@perf-aggregator/shared/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { toCustomer, worldAccount } from '../../../src/world/internet.ts';
import { expectProblem, expectSealedReason, MARKER } from './raw.ts';
import { asked, changed, client, good, test, withMember } from './submitting.ts';

describe('when a submission is malformed', () => {
  const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;
  it.each<[string, () => string | Uint8Array]>([
    ['nothing', () => ''],
    ['no JSON', () => `{"${MARKER}`],
    ['half of a submission', () => JSON.stringify(good).slice(0, -20)],
    ['two submissions', () => JSON.stringify(good).repeat(2)],
    ['no UTF-8', () => Uint8Array.of(0x22, 0xff, 0xfe, 0x22)],
    ['JSON after a byte order mark', () => `\ufeff${JSON.stringify(good)}`],
    ['UTF-16', () => Buffer.from(JSON.stringify(good), 'utf16le')],
    ['null', () => 'null'],
    ['a number', () => '1e999'],
    ['a text', () => JSON.stringify(MARKER)],
    ['a list', () => JSON.stringify([good])],
    ['an empty object', () => '{}'],
    ['arrays 30,000 deep', () => nested(30_000)],
    ['objects 10,000 deep', () => `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['a form', () => `metadata=${MARKER}&nonce=1`],
  ])('%s is malformed', async (_, body) => {
    expectProblem(await client.submit(body()), 'request_malformed');
  });

  it.each(['ephemeral_pub', 'nonce', 'ciphertext', 'tag', 'metadata', 'metadata.v', 'metadata.ttl'])(
    'without %s it is malformed',
    async (path) => {
      expectProblem(await client.submit(withMember(path, undefined)), 'request_malformed');
      expectProblem(await client.submit(withMember(path, null)), 'request_malformed');
      expectProblem(await client.submit(withMember(path, [MARKER])), 'request_malformed');
    },
  );

  it.each([MARKER, 'metadata.colour', 'constructor', 'metadata.toString'])(
    'with a member %s it is malformed',
    async (path) => {
      expectProblem(await client.submit(withMember(path, MARKER)), 'request_malformed');
    },
  );

  it('with a member __proto__ it is malformed', async () => {
    const text = JSON.stringify(good);
    const proto = `{"__proto__":{"ttl":60},`;
    expectProblem(await client.submit(text.replace('{', proto)), 'request_malformed');
    expectProblem(
      await client.submit(text.replace('"metadata":{', `"metadata":${proto}`)),
      'request_malformed',
    );
  });

  it.each(['ephemeral_pub', 'nonce', 'ciphertext', 'tag', 'metadata.handshake_pub'])(
    '%s has only one valid encoding',
    async (path) => {
      const text = path.includes('.') ? good.metadata.handshake_pub : good[path as 'nonce' | 'tag'];
      // 33 bytes have no padding. The last character then belongs to the content, and is removed instead.
      const spellings = [
        text.replace(/=+$/, '') || text.slice(0, -1),
        `${text}=`,
        `${text}\n`,
        ` ${text}`,
        `${text.slice(0, 4)} ${text.slice(4)}`,
        Buffer.from(decodeBase64(text)).toString('hex'),
        `${text.slice(0, -4)}-_-_`,
        `${text.slice(0, -4)}****`,
      ].filter((spelling) => spelling !== text);
      for (const spelling of spellings) {
        const answer = await client.submit(withMember(path, spelling));
        // A ciphertext may end with a full group. A shortened one then is valid base64, but of the wrong length.
        expectProblem(answer, 'request_malformed');
      }
    },
  );

  it('a last character with unused bits that are not zero is refused', async () => {
    const key = good.ephemeral_pub;
    const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
    const last = alphabet[alphabet.indexOf(key.at(-2)!) + 1]!;
    expectProblem(
      await client.submit(withMember('ephemeral_pub', `${key.slice(0, -2)}${last}=`)),
      'request_malformed',
    );
  });

  it.each([
    ['ephemeral_pub', 32],
    ['nonce', 12],
    ['tag', 16],
    ['metadata.handshake_pub', 32],
  ])('%s must have exactly %i bytes', async (path, length) => {
    for (const other of [0, 1, length - 1, length + 1, 2 * length, 4_096]) {
      const value = encodeBase64(new Uint8Array(other).fill(7));
      expectProblem(await client.submit(withMember(path, value)), 'request_malformed');
    }
  });

  it.each([
    ['1.5', 'request_malformed'],
    ['"3600"', 'request_malformed'],
    ['true', 'request_malformed'],
    ['1e999', 'request_malformed'],
    ['9007199254740993', 'request_malformed'],
    ['-1', 'ttl_out_of_range'],
    ['0', 'ttl_out_of_range'],
    ['59', 'ttl_out_of_range'],
    ['604801', 'ttl_out_of_range'],
    ['9007199254740991', 'ttl_out_of_range'],
  ] as const)('a time to live of %s is %s', async (ttl, code) => {
    const text = JSON.stringify(good).replace('"ttl":3600', `"ttl":${ttl}`);
    expect(text).toContain(`"ttl":${ttl}`);
    expectProblem(await client.submit(text), code);
  });

  it.each([
    ['v', 2],
    ['v', '1'],
    ['exchange', 'x'.repeat(65)],
    ['exchange', 7],
    ['label', MARKER.repeat(10)],
    ['label', '\ud800'],
  ])('metadata with %s = %j is malformed', async (name, value) => {
    expectProblem(await client.submit(withMember(`metadata.${name}`, value)), 'request_malformed');
  });

  it('no venue was asked', () => {
    expect(asked).toEqual([]);
  });
});

describe('when a submission was tampered with', () => {
  const flip = (at: number) => (bytes: Uint8Array) => {
    bytes[at < 0 ? bytes.length + at : at]! ^= 0x80;
  };
  it.each<[string, () => unknown]>([
    ['first byte of the ciphertext', () => changed('ciphertext', flip(0))],
    ['last byte of the ciphertext', () => changed('ciphertext', flip(-1))],
    ['nonce', () => changed('nonce', flip(3))],
    ['tag', () => changed('tag', flip(-1))],
    ['ephemeral key', () => changed('ephemeral_pub', flip(0))],
    // RFC 7748 ignores this bit: the point is the same, but its encoding differs, and the encoding is in the keys.
    ['ignored bit of the ephemeral key', () => changed('ephemeral_pub', flip(-1))],
    ['time to live', () => withMember('metadata.ttl', 604_800)],
    ['an exchange', () => withMember('metadata.exchange', MARKER)],
    ['a label', () => withMember('metadata.label', MARKER)],
    ['no ciphertext', () => withMember('ciphertext', '')],
    ['ciphertext that is cut', () => withMember('ciphertext', good.ciphertext.slice(0, 40))],
    ['ciphertext that is longer', () => withMember('ciphertext', `AAAA${good.ciphertext}`)],
  ])('%s: it does not open', async (_, body) => {
    expectProblem(await client.submit(body()), 'submission_unreadable');
    expect(asked).toEqual([]);
  });

  it('if a member is given twice, the last value is used and authenticated', async () => {
    const text = JSON.stringify(good).replace('"ttl":3600', '"ttl":3600,"ttl":604800');
    expectProblem(await client.submit(text), 'submission_unreadable');
  });

  // RFC 7748 §6.1: points of small order, and the same numbers written above the prime.
  it.each([
    '0000000000000000000000000000000000000000000000000000000000000000',
    '0100000000000000000000000000000000000000000000000000000000000000',
    'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
    '5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
    'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    'eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    '0000000000000000000000000000000000000000000000000000000000000080',
  ])('an ephemeral key of small order is refused: %s', async (point) => {
    const body = withMember('ephemeral_pub', encodeBase64(decodeHex(point)));
    expectProblem(await client.submit(body), 'submission_unreadable');
  });

  it('a handshake key that was never quoted is unknown, even one of small order', async () => {
    for (const key of [systemRandom.bytes(32), new Uint8Array(32)]) {
      const body = withMember('metadata.handshake_pub', encodeBase64(key));
      expectProblem(await client.submit(body), 'unknown_handshake_key');
    }
  });

  it('the refusals so far did not use up the submission', async () => {
    expect((await client.submit(good)).status).toBe(201);
    expect(asked.length).toBeGreaterThan(0);
  });
});

describe('when a submission opens and is refused', () => {
  beforeAll(() => {
    const own = toCustomer(test.state.venue, worldAccount(test.state.venue).account);
    const key = (name: string, more: object) => ({
      ...own,
      apiKey: name.padEnd(64, '0'),
      permissions: { ...own.permissions, ...more },
    });
    const accounts = [own, key('trade', { trade: true }), key('withdraw', { withdraw: true })];
    return test.world.startInternet({ accounts });
  });

  /** A payload with one account for each of `changes`. */
  function payload(...changes: Record<string, unknown>[]) {
    const { apiKey, apiSecret } = test.state.venue;
    const accounts = changes.map((change) => ({ exchange: 'binance', apiKey, apiSecret, ...change }));
    return { userId: MARKER, accounts };
  }

  it.each<[string, () => unknown, string]>([
    ['nothing', () => ' ', 'payload_malformed'],
    ['no JSON', () => `{${MARKER}`, 'payload_malformed'],
    ['a list', () => [MARKER], 'payload_malformed'],
    ['null', () => 'null', 'payload_malformed'],
    ['arrays 5,000 deep', () => `${'['.repeat(5_000)}${']'.repeat(5_000)}`, 'payload_malformed'],
    ['no accounts', () => payload(), 'payload_malformed'],
    ['a prototype', () => `{"__proto__":{"userId":"${MARKER}"}}`, 'payload_malformed'],
    ['a venue that is none', () => payload({ exchange: 'mtgox' }), 'exchange_unsupported'],
    ['a wallet', () => payload({ walletAddress: MARKER }), 'exchange_unsupported'],
    ['a key that is none', () => payload({ apiKey: MARKER }), 'exchange_auth'],
    ['a secret that is none', () => payload({ apiSecret: MARKER }), 'exchange_auth'],
    ['a key that can trade', () => payload({ apiKey: 'trade'.padEnd(64, '0') }), 'excessive_permissions'],
    [
      'a key that can withdraw',
      () => payload({ apiKey: 'withdraw'.padEnd(64, '0') }),
      'withdrawal_permission',
    ],
    ['one account twice', () => payload({}, {}), 'duplicate_account'],
  ])('%s: the reason is sealed', async (_, make, reason) => {
    const { body, keys } = await client.compose({ payload: make() });
    const refusal = expectSealedReason(await client.submit(body), 'submission_refused', keys);
    expect(refusal.code).toBe(reason);
    expect(refusal.message).not.toContain(MARKER);
  });
});
