import { type PeriodParameters, periodParameters } from '@perf-aggregator/shared/messages/request';
import { describe, expect, it } from 'vitest';
import { historyOfSelection } from '../../src/reading/history.ts';
import { environmentOf, metricsOf } from '../../src/reading/metrics.ts';
import { openQuestion, withParameters } from '../../src/reading/question.ts';
import { openForReading } from '../operations/reads.ts';

const WHOLE = { account: null, currency: 'USDT', method: 'fifo' } as const;

function asking() {
  const opened = openForReading();
  const { id, version } = opened.session().state;
  const request = {
    operation: 'metrics',
    session: id,
    version,
    body: new Uint8Array(),
    state: null,
  } as const;
  const question = openQuestion(opened.context, request, 'metrics', periodParameters);
  return { ...opened, of: (parameters: PeriodParameters) => metricsOf(withParameters(question, parameters)) };
}

describe('when metrics of a period are returned', () => {
  it('they contain the returns of its days only, including the first and the last', async () => {
    const { of, read } = asking();
    for (const period of [{}, { from: '2026-11-10', to: '2026-11-12' }, { from: '2026-11-19' }]) {
      const { days } = (await read('returns', period)) as { days: { return: number | null }[] };
      expect(of(period).periodReturns).toEqual(days.map((day) => day.return));
    }
  });

  it('a day without a return is marked', () => {
    const { of, session } = asking();
    const history = historyOfSelection(session(), WHOLE);
    history.returns[3] = Number.NaN;
    const told = of({}).periodReturns;
    expect([told[2], told[3]]).toEqual([history.returns[2], null]);
  });

  it('flows of its days are counted', () => {
    const { of } = asking();
    const counts = [{}, { from: '2026-11-08', to: '2026-11-08' }, { from: '2026-11-09' }].map(
      (period) => of(period).externalFlowCount,
    );
    expect(counts).toEqual([2, 2, 0]);
  });
});

describe('when an answer names its kind of data', () => {
  it('a simulated enclave takes precedence, then a sandbox among the accounts', () => {
    const { context, session } = openForReading();
    const { state, ...rest } = session();
    const [a0, a1] = state.accounts;
    const inSandbox = { ...a1!, access: { ...a1!.access, sandbox: true } };
    const mixed = { ...rest, state: { ...state, accounts: [a0!, inSandbox] } };
    const genuine = { ...context, simulated: false };
    const told = [
      environmentOf(context, mixed),
      environmentOf(genuine, mixed),
      environmentOf(genuine, session()),
    ];
    expect(told).toEqual(['simulated', 'sandbox', 'production']);
  });
});
