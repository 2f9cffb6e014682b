import { systemRandom } from '@perf-aggregator/shared/random';
import { beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { ClientError, SecurityError } from '../../src/errors.ts';
import { SecureClient } from '../../src/sdk/secure-client.ts';
import { ClientSession } from '../../src/sdk/session.ts';
import { EXPECT, FakeService, MADE_AT, SESSION } from './fake-service.ts';

const ASKED = { operation: 'metrics' as const, parameters: {} };
const HEADS = ['ab'.repeat(32), 'cd'.repeat(32)] as const;
let service: FakeService;
let session: ClientSession;

beforeEach(async () => {
  service = new FakeService();
  const client = new SecureClient({
    enclaveUrl: 'http://service.test',
    expect: EXPECT,
    clock: { now: () => MADE_AT },
    adapter: service.adapter,
    userId: 'u',
    exchange: 'binance',
    apiKey: 'k',
    apiSecret: 's',
  });
  await client.register();
  session = ClientSession.parse(client.export(), systemRandom);
});

const refusal = (reply: unknown, asked = ASKED) => codeOf(() => session.open(reply, asked), SecurityError);

describe('when a reply answers the question', () => {
  it('it opens, for any order of its parameters', () => {
    const reply = service.seal({ parameters: { to: '2', from: '1' } });
    expect(session.open(reply, { ...ASKED, parameters: { from: '1', to: '2' } }).result).toEqual({
      fine: true,
    });
  });

  it('the highest state is kept, and is part of a saved session', () => {
    service.ledgerHead = HEADS[0];
    session.open(service.seal({}, { sequence: 5 }), ASKED);
    expect(session.export()).toMatchObject({ sequence: 5, ledgerHead: HEADS[0] });
    session = ClientSession.parse(JSON.parse(JSON.stringify(session.export())), systemRandom);
    expect(refusal(service.seal({}, { sequence: 4 }))).toBe('rollback_detected');
  });
});

describe('when a reply answers another question', () => {
  it.each([
    ['operation', { operation: 'summary' }, {}],
    ['parameters', { parameters: { from: '2026-01-01' } }, {}],
    ['session', {}, { session_id: 't'.repeat(43) }],
  ])('another %s is a mismatch', (_, content, header) => {
    expect(refusal(service.seal(content, header))).toBe('response_mismatch');
    expect(session.export().sequence).toBe(1);
  });
});

describe('when a reply has an older or another history', () => {
  it('a lower sequence is a rollback', () => {
    session.open(service.seal({}, { sequence: 3 }), ASKED);
    expect(refusal(service.seal({}, { sequence: 2 }))).toBe('rollback_detected');
    expect(session.export().sequence).toBe(3);
  });

  it('the same sequence with another head is a fork', () => {
    service.ledgerHead = HEADS[0];
    session.open(service.seal({}, { sequence: 3 }), ASKED);
    for (const head of [HEADS[1], null]) {
      expect(refusal(service.seal({ ledger_head: head }, { sequence: 3 }))).toBe('rollback_detected');
    }
    expect(session.open(service.seal({}, { sequence: 3 }), ASKED).ledger_head).toBe(HEADS[0]);
    expect(session.open(service.seal({ ledger_head: HEADS[1] }, { sequence: 4 }), ASKED).ledger_head).toBe(
      HEADS[1],
    );
  });
});

describe('when a reply cannot be opened', () => {
  it('any change makes it unreadable', () => {
    const reply = service.seal({});
    const flipped = (text: string) => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    const others = [
      { ...reply, sequence: 2 },
      { ...reply, session_id: 't'.repeat(43) },
      { ...reply, ciphertext: flipped(reply.ciphertext) },
      { ...reply, tag: flipped(reply.tag) },
      { ...reply, nonce: flipped(reply.nonce) },
      { ...reply, v: 2 },
      { ...reply, more: 1 },
      null,
      'text',
      { result: { fine: true } },
    ];
    for (const other of others) expect(refusal(other)).toBe('response_unreadable');
    expect(session.open(reply, ASKED).result).toEqual({ fine: true });
  });

  it('a reply of another session is unreadable', () => {
    const { responseKey: _, ...rest } = session.export();
    session = ClientSession.parse(
      { ...rest, responseKey: Buffer.alloc(32).toString('base64') },
      systemRandom,
    );
    expect(refusal(service.seal({}))).toBe('response_unreadable');
  });
});

describe('when a session is resumed', () => {
  it.each([
    ['nothing', () => null],
    ['another version', () => ({ ...session.export(), v: 2 })],
    ['an unknown member', () => ({ ...session.export(), more: 1 })],
    ['a short key', () => ({ ...session.export(), requestKey: 'AA==' })],
    ['a key that is no base64', () => ({ ...session.export(), responseKey: '*'.repeat(44) })],
    ['no sequence', () => ({ ...session.export(), sequence: -1 })],
  ])('%s is malformed', (_, value) => {
    expect(codeOf(() => SecureClient.resume(value()), ClientError)).toBe('session_malformed');
  });

  it('renewal counters continue', () => {
    expect([session.nextRenewal(), session.nextRenewal()]).toEqual([1, 2]);
    const next = ClientSession.parse(session.export(), systemRandom);
    expect([next.id, next.nextRenewal()]).toEqual([SESSION, 3]);
  });
});
