/** Bad requests to sessions over raw HTTP: ids, queries, renewals, ends. submission.test.ts has the table. */
import { ServiceError } from '@perf-aggregator/client';
import { encodeBase64, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { systemRandom } from '@perf-aggregator/shared/random';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectCode } from '../../world/expect-code.ts';
import { startTestWorld, type TestWorld } from '../../world/fixture.ts';
import {
  expectProblem,
  expectSealedReason,
  MARKER,
  q,
  RawClient,
  type RawSession,
  sealed,
  sealedQuery,
} from './raw.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const READS = ['metrics', 'summary', 'returns', 'trades', 'report'] as const;

let test: TestWorld;
let client: RawClient;
let session: RawSession;
let other: RawSession;

beforeAll(async () => {
  // No synchronisation is due while the clock moves. It would erase expired sessions before they are asked for.
  test = await startTestWorld({ syncIntervalMs: DAY_MS });
  client = new RawClient(test.world);
  const sdk = test.world.client();
  await sdk.register();
  // The account is read once before the tests.
  await sdk.getSummary();
  session = await client.open();
  other = await client.open();
  await read(session);
});
afterAll(() => test.world.stop());

/** Waits until the account of the session has been read. */
async function read({ id }: RawSession): Promise<void> {
  while ((await client.send(`/enclave/summary/${id}`)).status !== 200) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const renew = (id: string, body: unknown) =>
  client.send(`/enclave/renew/${id}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

describe('when a session id is invalid', () => {
  const id = encodeBase64Url(systemRandom.bytes(32));
  it.each([
    MARKER,
    `${id}=`,
    id.slice(1),
    `${id}${id}`,
    `${id.slice(0, 42)}.`,
    `${id.slice(0, 42)}%2F`,
    `${id.slice(0, 42)}%00`,
    '..%2f..%2f..%2fetc%2fpasswd',
    '%2e%2e%2f%2e%2e%2fsecret',
    'null',
    'constructor',
    '__proto__',
    '%F0%9F%92%B0',
    'x'.repeat(8_000),
  ])('%s is unknown to every route', async (name) => {
    for (const read of READS) expectProblem(await client.send(`/enclave/${read}/${name}`), 'session_unknown');
    expectProblem(await renew(name, sealed(session, 'renew', { counter: 1, ttl: 60 })), 'session_unknown');
    expectProblem(await client.send(`/enclave/revoke/${name}`, { method: 'DELETE' }), 'session_unknown');
  });

  it.each([
    '/enclave/metrics/../../etc/passwd',
    '/enclave/metrics//',
    '/enclave/metrics/a/b',
    '/enclave/../enclave/boot',
    '//enclave/metrics',
    '/enclave/metrics\\..\\x',
  ])('the path %s leads nowhere', async (path) => {
    const answer = await client.send(path);
    expectProblem(answer, 'route_unknown');
  });

  it('a path that does not decode is malformed', async () => {
    expectProblem(await client.send('/enclave/metrics/%E0%A4%A'), 'request_malformed');
    expectProblem(await client.send('/enclave/metrics/%'), 'request_malformed');
  });

  it('an id that no session has is unknown', async () => {
    for (const read of READS) expectProblem(await client.send(`/enclave/${read}/${id}`), 'session_unknown');
    expectProblem(await renew(id, sealed(session, 'renew', { counter: 1, ttl: 60 })), 'session_unknown');
    expectProblem(await client.send(`/enclave/revoke/${id}`, { method: 'DELETE' }), 'session_unknown');
  });
});

describe('when a query is invalid', () => {
  const ask = (query: string) => client.send(`/enclave/summary/${session.id}?${query}`);

  it.each([
    MARKER,
    'AAAA',
    '!!!!',
    'e30=',
    q('{}'),
    q('null'),
    q('[]'),
    q(`{"v":1,"nonce":"","ciphertext":"","tag":""}`),
    q(`${'['.repeat(1_000)}${']'.repeat(1_000)}`),
    q(`{"__proto__":{"v":1}}`),
    'constructor',
    '%00',
    '%ff',
  ])('q=%s does not open', async (text) => {
    expectProblem(await ask(`q=${text}`), 'query_unreadable');
  });

  it('a query that is given twice is refused, and other parameters are ignored', async () => {
    const good = sealedQuery(session, 'summary', {});
    expectProblem(await ask(`q=${good}&q=${good}`), 'request_malformed');
    expectProblem(await ask(`q=${good}&q=`), 'request_malformed');
    // Other names are other parameters. They are ignored.
    expect((await ask(`q[]=${good}&Q=${MARKER}`)).status).toBe(200);
  });

  it('a query that is too long is refused before it is read', async () => {
    expectProblem(await ask(`q=${'A'.repeat(4_097)}`), 'request_too_large');
    expectProblem(await ask(`q=${'A'.repeat(4_096)}`), 'query_unreadable');
  });

  it('one of another operation, another session or under another key does not open', async () => {
    const from = { from: '2026-01-01' };
    expect((await ask(`q=${sealedQuery(session, 'summary', from)}`)).status).toBe(200);
    const stranger = { ...session, keys: { ...session.keys, request: systemRandom.bytes(32) } };
    const replyKey = { ...session, keys: { ...session.keys, request: session.keys.response } };
    for (const query of [
      sealedQuery(session, 'metrics', from),
      sealedQuery(session, 'renew', { counter: 1, ttl: 60 }),
      sealedQuery(other, 'summary', from),
      sealedQuery({ ...other, id: session.id }, 'summary', from),
      sealedQuery({ ...session, id: other.id }, 'summary', from),
      sealedQuery(stranger, 'summary', from),
      sealedQuery(replyKey, 'summary', from),
    ]) {
      expectProblem(await ask(`q=${query}`), 'query_unreadable');
    }
  });

  it.each(['nonce', 'ciphertext', 'tag'] as const)(
    'a %s that was altered, shortened or lengthened does not open',
    async (member) => {
      const box = sealed(session, 'summary', {});
      const bytes = Buffer.from(box[member], 'base64');
      bytes[0]! ^= 1;
      for (const value of [
        encodeBase64(bytes),
        encodeBase64(bytes.subarray(1)),
        encodeBase64(Buffer.concat([bytes, bytes])),
        box[member].replace(/=*$/, '\n'),
        '',
      ]) {
        expectProblem(await ask(`q=${q(JSON.stringify({ ...box, [member]: value }))}`), 'query_unreadable');
      }
      for (const v of [0, 2, '1', null, undefined]) {
        expectProblem(await ask(`q=${q(JSON.stringify({ ...box, v }))}`), 'query_unreadable');
      }
    },
  );

  it.each<[string, unknown]>([
    ['null', null],
    ['a text', MARKER],
    ['a list', [1]],
    ['an unknown member', { colour: MARKER }],
    ['a day that is none', { from: '2026-02-30' }],
    ['an instant', { from: 1_767_225_600_000 }],
    ['a rate out of range', { riskFreeRateAnnual: 2 }],
    ['a rate that is no number', { riskFreeRateAnnual: '0.1' }],
    ['an audience where there is none', { aud: MARKER }],
    ['deep nesting', { from: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) as unknown }],
  ])('%s as parameters is refused with a sealed reason', async (_, content) => {
    const answer = await ask(`q=${sealedQuery(session, 'summary', content)}`);
    const refusal = expectSealedReason(answer, 'query_refused', session.keys);
    expect(refusal.code).toBe('parameters_malformed');
  });

  it('the member __proto__ of parameters is an unknown member', async () => {
    const content = JSON.parse('{"__proto__":{"from":"2026-01-01"}}') as unknown;
    const answer = await ask(`q=${sealedQuery(session, 'summary', content)}`);
    expect(expectSealedReason(answer, 'query_refused', session.keys).code).toBe('parameters_malformed');
  });
});

describe('when a renewal is invalid', () => {
  it.each<[string, () => unknown]>([
    ['nothing', () => ''],
    ['no JSON', () => `{${MARKER}`],
    ['an open one', () => ({ counter: 1, ttl: 60 })],
    ['deep nesting', () => '['.repeat(60_000)],
    ['of another operation', () => sealed(session, 'metrics', { counter: 1, ttl: 60 })],
    ['of another session', () => sealed(other, 'renew', { counter: 1, ttl: 60 })],
  ])('a renewal %s is unreadable', async (_, body) => {
    expectProblem(await renew(session.id, body()), 'query_unreadable');
  });

  it.each<[string, unknown]>([
    ['without a counter', { ttl: 60 }],
    ['with a counter of 0', { counter: 0, ttl: 60 }],
    ['with a counter that is no integer', { counter: 1.5, ttl: 60 }],
    ['with a counter that is too large', { counter: 2 ** 53, ttl: 60 }],
    ['that lives too short', { counter: 1, ttl: 59 }],
    ['that lives too long', { counter: 1, ttl: 604_801 }],
    ['with an unknown member', { counter: 1, ttl: 60, x: MARKER }],
  ])('a renewal %s is refused with a sealed reason', async (_, content) => {
    const answer = await renew(session.id, sealed(session, 'renew', content));
    const refusal = expectSealedReason(answer, 'query_refused', session.keys);
    expect(refusal.code).toBe('parameters_malformed');
    expect(refusal.message).not.toContain(MARKER);
  });

  it('one that comes again, or behind a later one, is refused', async () => {
    const first = sealed(session, 'renew', { counter: 1, ttl: 3_600 });
    const second = sealed(session, 'renew', { counter: 2, ttl: 3_600 });
    expect((await renew(session.id, second)).status).toBe(200);
    expectProblem(await renew(session.id, second), 'renewal_replayed');
    expectProblem(await renew(session.id, first), 'renewal_replayed');
  });
});

describe('when a session is over', () => {
  const questions = async (gone: RawSession, code: 'session_expired' | 'session_unknown') => {
    for (const read of READS) expectProblem(await client.send(`/enclave/${read}/${gone.id}`), code);
    expectProblem(await renew(gone.id, sealed(gone, 'renew', { counter: 9, ttl: 60 })), code);
  };

  it('a revoked session is unknown to every request', async () => {
    const gone = await client.open();
    const answer = await client.send(`/enclave/revoke/${gone.id}`, { method: 'DELETE' });
    expect([answer.status, answer.text]).toEqual([204, '']);
    await questions(gone, 'session_unknown');
    expectProblem(await client.send(`/enclave/revoke/${gone.id}`, { method: 'DELETE' }), 'session_unknown');
  });

  it('an expired session is refused as expired, and cannot be renewed', async () => {
    const gone = await client.open();
    await read(gone);
    test.clock.advance(HOUR_MS);
    await questions(gone, 'session_expired');
  });

  it('the SDK reports these refusals with its own class', async () => {
    const sdk = test.world.client({ ttl: 3_600 });
    await sdk.register();
    await sdk.getSummary();
    test.clock.advance(HOUR_MS);
    await expectCode(sdk.getSummary(), ServiceError, 'session_expired');
    await expectCode(sdk.renew(60), ServiceError, 'session_expired');
  });
});

describe('when the nonce of a quote is invalid', () => {
  it.each([
    '',
    '?nonce',
    '?nonce=',
    `?nonce=${MARKER}=`,
    '?nonce=AAAA',
    `?nonce=${'A'.repeat(88)}`,
    '?nonce=AA&nonce=AA',
  ])('"%s" is refused', async (query) => {
    expectProblem(await client.send(`/attestation/quote${query}`), 'nonce_out_of_range');
  });
});
