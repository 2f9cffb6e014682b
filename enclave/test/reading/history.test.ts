import { InputError } from '@perf-aggregator/analytics';
import { type PeriodParameters, periodParameters } from '@perf-aggregator/shared/messages/request';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { Refusal, SealedRefusal } from '../../src/errors.ts';
import { computedOf, historyOfSelection } from '../../src/reading/history.ts';
import { openQuestion, withParameters } from '../../src/reading/question.ts';
import { Ledger } from '../../src/sessions/ledger.ts';
import { openSession } from '../../src/sessions/session.ts';
import { accountsOf, openForReading } from '../operations/reads.ts';
import { NOON } from '../sessions/states.ts';

const WHOLE = { account: null, currency: 'USDT', method: 'fifo' } as const;

function questionOf(parameters: PeriodParameters = {}) {
  const { context, session } = openForReading();
  const { id, version } = session().state;
  const request = {
    operation: 'metrics',
    session: id,
    version,
    body: new Uint8Array(),
    state: null,
  } as const;
  return withParameters(openQuestion(context, request, 'metrics', periodParameters), parameters);
}

describe('when a history is built', () => {
  it('its time is that of the account that was read first', () => {
    const [a0, a1] = accountsOf();
    const earlier = { ...a1!, snapshot: { ...a1!.snapshot!, time: NOON - 3_600_000 } };
    const { session } = openForReading({ accounts: [a0!, earlier] });
    expect(historyOfSelection(session(), WHOLE).asOf).toBe(NOON - 3_600_000);
    expect(historyOfSelection(session(), { ...WHOLE, account: 'a0' }).asOf).toBe(NOON);
  });

  it('a currency that only a later version can price has no history in the version before', () => {
    const session = openForReading().session();
    const { entries, marks } = session.ledger;
    const poor = new Ledger();
    poor.append({ entries: [...entries], marks: [] }, 'fetched');
    const rich = poor.fork();
    rich.append({ entries: [], marks: [...marks] }, 'fetched');
    // Both share their books, in the same way as versions of a session.
    const later = openSession(session.state, rich, session);
    const before = openSession(session.state, poor, later);
    const inBitcoin = { ...WHOLE, currency: 'BTC' };
    expect(historyOfSelection(later, inBitcoin).asOf).toBe(NOON);
    expect(codeOf(() => historyOfSelection(before, inBitcoin), SealedRefusal)).toBe('asset_unpriced');
  });
});

describe('when a computation on the history fails', () => {
  const failing = (error: Error) => () =>
    computedOf(questionOf(), 'metrics', () => {
      throw error;
    });

  it.each(['analytics_range_invalid', 'analytics_parameter_invalid'] as const)(
    '%s is a reason that only the client sees',
    (code) => {
      expect(codeOf(failing(new InputError(code, 'from: after to')), Refusal)).toBe('query_refused');
    },
  );

  it('any other error is an internal error of the enclave', () => {
    const mistake = new InputError('ledger_entry_malformed', 'an entry');
    expect(failing(mistake)).toThrow(mistake);
    expect(failing(new RangeError('a mistake'))).toThrow(RangeError);
  });
});

describe('when two questions differ only in their selection', () => {
  it('each has its own result', () => {
    const question = questionOf();
    const asks = (selection: typeof question.selection) => {
      let computed = 0;
      computedOf({ ...question, selection }, 'metrics', () => ++computed);
      return computed;
    };
    const selections = [WHOLE, { ...WHOLE, account: 'a0' }, { ...WHOLE, currency: 'BTC' }, WHOLE];
    expect(selections.map(asks)).toEqual([1, 1, 1, 0]);
  });
});
