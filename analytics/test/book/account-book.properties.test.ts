import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AccountHistory, buildAccountHistory, HistoryBuilder } from '../../src/history/history.ts';
import { COST_METHODS } from '../../src/lots/method.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { anySteps, type Step, stepsInOrder } from './any-account.ts';
import { plainHistory } from './plain.ts';

const anyTerms = fc.record({
  reportingCurrency: fc.constantFrom('USDT', 'EUR', 'BTC'),
  method: fc.constantFrom(...COST_METHODS),
  delistedAssets: fc.constantFrom([], ['DUST', 'XRP']),
});
type Terms = typeof anyTerms extends fc.Arbitrary<infer T> ? T : never;

/** All that was brought up to a step, in one piece. */
function fromScratch(steps: readonly Step[], terms: Terms): AccountHistory {
  const { snapshots, asOf } = steps.at(-1)!;
  const entries = steps.flatMap((step) => step.entries);
  const marks = steps.flatMap((step) => step.marks);
  return buildAccountHistory({ ...terms, entries, marks, snapshots, asOf });
}

function expectSameAtEveryStep(steps: readonly Step[], terms: Terms): void {
  const builder = new HistoryBuilder(terms);
  const given: { history: AccountHistory; said: unknown }[] = [];
  steps.forEach((step, i) => {
    builder.append(step);
    const history = builder.history(step);
    const whole = fromScratch(steps.slice(0, i + 1), terms);
    const said = plainHistory(whole);
    // Some are read only after the builder went on.
    if (i % 2 === 0) expect(plainHistory(history)).toEqual(said);
    expect(computeMetrics(history)).toEqual(computeMetrics(whole));
    given.push({ history, said });
  });
  for (const { history, said } of given) expect(plainHistory(history)).toEqual(said);
}

describe('when an account comes in pieces', () => {
  it('says after each what it says of all at once, and what it said before stays', () => {
    fc.assert(fc.property(stepsInOrder, anyTerms, expectSameAtEveryStep));
  });

  it('says so when entries, prices and other sides of transfers come late', () => {
    fc.assert(fc.property(anySteps, anyTerms, expectSameAtEveryStep));
  });

  it('says so in whatever pieces, and whatever was asked in between', () => {
    const pieces = fc.tuple(anySteps, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), anyTerms);
    fc.assert(
      fc.property(pieces, ([steps, isAsked, terms]) => {
        const builder = new HistoryBuilder(terms);
        steps.forEach((step, i) => {
          for (const mark of step.marks) builder.append({ marks: [mark] });
          builder.append({ entries: step.entries.toReversed() });
          if (isAsked[i]) builder.history(step);
        });
        const whole = plainHistory(fromScratch(steps, terms));
        expect(plainHistory(builder.history(steps.at(-1)!))).toEqual(whole);
      }),
    );
  });
});
