import { utf8 } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { encodeQuery, periodParameters, sealRequest } from '@perf-aggregator/shared/messages/request';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { EnclaveRequest } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { openQuestion } from '../../src/reading/question.ts';
import type { AccountState, SessionState } from '../../src/sessions/formats/state.ts';
import { StateRequired } from '../../src/sessions/vault.ts';
import { accountsOf, openForReading } from '../operations/reads.ts';

const EMPTY = new Uint8Array();

/** A session, its two accounts changed. */
function open(first: Partial<AccountState> = {}, second: Partial<AccountState> = {}) {
  const [a0, a1] = accountsOf();
  return openForReading({
    accounts: [
      { ...a0!, ...first },
      { ...a1!, ...second },
    ],
  });
}

const UNREAD = { complete: false, progress: 0.5 };

function requestOf({ id, version }: SessionState, changes: Partial<EnclaveRequest> = {}): EnclaveRequest {
  return { operation: 'metrics', session: id, version, body: EMPTY, state: null, ...changes };
}

function sealed({ id: sessionId, requestKey }: SessionState, parameters: unknown): Uint8Array {
  const binding = { requestKey, sessionId, operation: 'metrics' };
  return utf8(encodeQuery(sealRequest(crypto, random, binding, parameters)));
}

type Asking = ReturnType<typeof open>;
const questionOf = ({ context, session }: Asking, changes: Partial<EnclaveRequest> = {}) =>
  openQuestion(context, requestOf(session().state, changes), 'metrics', periodParameters);
const refusal = (asking: Asking, changes: Partial<EnclaveRequest> = {}) =>
  codeOf(() => questionOf(asking, changes), Refusal);

describe('when a question is opened', () => {
  it('an empty body asks with every default', () => {
    const { asSealed, parameters, selection } = questionOf(open());
    expect([asSealed, parameters]).toEqual([{}, {}]);
    expect(selection).toEqual({ account: null, currency: 'USDT', method: 'fifo' });
  });

  it('a sealed one asks with what was sealed, which the reply repeats', () => {
    const asking = open();
    const asked = { account: 'a1', currency: 'BTC', method: 'lifo' };
    const question = questionOf(asking, { body: sealed(asking.session().state, asked) });
    expect([question.asSealed, question.parameters]).toEqual([asked, asked]);
    expect(question.selection).toEqual({ account: 'a1', currency: 'BTC', method: 'lifo' });
  });
});

describe('when there are several reasons to refuse', () => {
  const { state } = open().session();
  const unknown = sealed(state, { account: 'a7' });
  const malformed = sealed(state, { account: 'a7', colour: 'red' });
  const damaged = malformed.with(30, malformed[30] === 65 ? 66 : 65);

  it('a session that is not open is asked for first', () => {
    expect(() => questionOf(open(UNREAD), { version: 7, body: damaged })).toThrow(StateRequired);
    expect(refusal(open(UNREAD), { session: null, body: damaged })).toBe('session_unknown');
  });

  it('then a query must open, in the enclave’s open words', () => {
    expect(refusal(open(UNREAD), { body: damaged })).toBe('query_unreadable');
    expect(refusal(open(UNREAD), { body: utf8('{}') })).toBe('query_unreadable');
    expect(refusal(open(UNREAD), { operation: 'summary', body: malformed })).toBe('query_unreadable');
  });

  it('then its parameters must fit, then the accounts be read, then the account be one of them', async () => {
    const reasonOf = async (asking: Asking, parameters: object) =>
      (await asking.ask('metrics', parameters)).refusal?.code;
    const wrong = { account: 'a7', colour: 'red' };
    expect(await reasonOf(open(UNREAD), wrong)).toBe('parameters_malformed');
    expect(await reasonOf(open(UNREAD), { account: 'a7' })).toBe('sync_pending');
    expect(refusal(open(UNREAD), { body: malformed })).toBe('query_refused');
    expect(refusal(open(UNREAD), { body: unknown })).toBe('sync_pending');
    expect(refusal(open(), { body: unknown })).toBe('query_refused');
    expect(await reasonOf(open(), { account: 'a7' })).toBe('parameters_malformed');
  });
});

describe('when accounts are not read yet', () => {
  it('how far they are is sealed: the mean of all of them, and what was found', async () => {
    const reply = await open({}, UNREAD).ask('metrics', {});
    expect(reply).toMatchObject({
      result: { progress: 0.75, entries: 8 },
      refusal: { code: 'sync_pending' },
    });
    expect(() => questionOf(open({}, UNREAD))).toThrow(expect.objectContaining({ retryAfterMs: 500 }));
  });

  it('one that a venue refuses is refused for the venue’s reason, and named', async () => {
    const { result, refusal: reason } = await open({}, { ...UNREAD, failure: 'exchange_auth' }).ask(
      'metrics',
    );
    expect([result, reason]).toEqual([
      null,
      { code: 'exchange_auth', message: 'a1 (binance) cannot be read' },
    ]);
  });

  it('one that was read before is answered of, whatever it fails with now', () => {
    const asking = open({ failure: 'exchange_auth', failures: 3 });
    expect(questionOf(asking).selection.account).toBeNull();
  });
});
