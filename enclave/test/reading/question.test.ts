import { utf8 } from '@perf-aggregator/shared/bytes';
import { crypto } from '@perf-aggregator/shared/crypto';
import { encodeQuery, periodParameters, sealRequest } from '@perf-aggregator/shared/messages/request';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import type { EnclaveRequest } from '@perf-aggregator/shared/wire/envelope';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal } from '../../src/errors.ts';
import { openQuestion, requireWhole } from '../../src/reading/question.ts';
import type { AccountState, SessionState } from '../../src/sessions/formats/state.ts';
import { StateRequired } from '../../src/sessions/vault.ts';
import { accountsOf, openForReading } from '../operations/reads.ts';

const EMPTY = new Uint8Array();

/** A session with changes to its two accounts. */
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
  it('an empty body uses every default', () => {
    const { asSealed, parameters, selection } = questionOf(open());
    expect([asSealed, parameters]).toEqual([{}, {}]);
    expect(selection).toEqual({ account: null, currency: 'USDT', method: 'fifo' });
  });

  it('a sealed one uses the sealed parameters, and the reply repeats them', () => {
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

  it('a session that is not open is reported first', () => {
    expect(() => questionOf(open(UNREAD), { version: 7, body: damaged })).toThrow(StateRequired);
    expect(refusal(open(UNREAD), { session: null, body: damaged })).toBe('session_unknown');
  });

  it('then a query that does not open, with a public code of the enclave', () => {
    expect(refusal(open(UNREAD), { body: damaged })).toBe('query_unreadable');
    expect(refusal(open(UNREAD), { body: utf8('{}') })).toBe('query_unreadable');
    expect(refusal(open(UNREAD), { operation: 'summary', body: malformed })).toBe('query_unreadable');
  });

  it('then invalid parameters, then accounts that are not read, then an unknown account', async () => {
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
  it('the reply seals their mean progress, and the number of entries found', async () => {
    const reply = await open({}, UNREAD).ask('metrics', {});
    expect(reply).toMatchObject({
      result: { progress: 0.75, entries: 8 },
      refusal: { code: 'sync_pending' },
    });
    expect(() => questionOf(open({}, UNREAD))).toThrow(expect.objectContaining({ retryAfterMs: 500 }));
  });

  it('a refusal by a venue is refused with the reason of the venue, and names the account', async () => {
    const { result, refusal: reason } = await open({}, { ...UNREAD, failure: 'exchange_auth' }).ask(
      'metrics',
    );
    expect([result, reason]).toEqual([
      null,
      { code: 'exchange_auth', message: 'a1 (binance) cannot be read' },
    ]);
  });

  it('a limit of the venue passes by itself, so the client waits', async () => {
    const { refusal: reason } = await open({}, { ...UNREAD, failure: 'exchange_rate_limited' }).ask(
      'metrics',
    );
    expect(reason?.code).toBe('sync_pending');
  });

  it('an account that was read before is answered, for any later failure', () => {
    const asking = open({ failure: 'exchange_auth', failures: 3 });
    expect(questionOf(asking).selection.account).toBeNull();
  });
});

describe('when a report needs everything that moved the accounts', () => {
  const [account] = accountsOf();
  const partial = (...missing: string[]) => ({
    coverage: { ...account!.coverage!, scope: { from: null, state: 'partial' as const, missing } },
  });
  /** The sealed refusal, and the public code. */
  function refused(second: Partial<AccountState>, parameters: object = {}) {
    const asking = open({}, second);
    const body = sealed(asking.session().state, parameters);
    try {
      requireWhole(questionOf(asking, { body }));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      const { refusal: reason, result } = asking.opened(error.sealed!);
      return { code: error.code, reason, result, retryAfterMs: error.retryAfterMs };
    }
    return null;
  }

  it('accounts that were read whole pass, and so does a part of the session that was', () => {
    expect(refused({})).toBeNull();
    expect(refused(partial('usdm'), { account: 'a0' })).toBeNull();
    expect(refused(partial('usdm'), { account: 'a1' })).not.toBeNull();
  });

  it('what is missing is named, and five of many', () => {
    const { code, reason, retryAfterMs } = refused(partial('usdm (the key may not read it)'))!;
    expect([code, reason!.code, retryAfterMs]).toEqual(['query_refused', 'history_incomplete', null]);
    expect(reason!.message).toContain('(a1: usdm (the key may not read it))');
    const many = refused(partial('a', 'b', 'c', 'd', 'e', 'f', 'g'))!.reason!;
    expect(many.message).toContain('a1: e and 2 more');
    expect(many.message).not.toContain('a1: f');
  });

  it('while the first reading goes on, the client is told to wait, and how far it is', () => {
    const underWay = { ...partial('markets'), progress: 0.7 };
    expect(refused(underWay)).toMatchObject({
      ...{ code: 'sync_pending', retryAfterMs: 500 },
      ...{ reason: { code: 'history_incomplete' }, result: { progress: 0.85, entries: 8 } },
    });
    expect(refused({ ...underWay, failure: 'exchange_unavailable' })!.code).toBe('sync_pending');
    expect(refused({ ...underWay, failure: 'exchange_auth' })!.code).toBe('query_refused');
  });

  it('an account without any reading is not whole', () => {
    expect(refused({ coverage: null })!.reason!.code).toBe('history_incomplete');
  });
});
