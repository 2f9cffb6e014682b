import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { identityOf, markIdentity } from '../../src/entries/identity.ts';
import type { AccountHistory } from '../../src/history/account-history.ts';
import { buildAccountHistory } from '../../src/history/build-account-history.ts';
import { COST_METHODS } from '../../src/lots/method.ts';
import { computeMetrics } from '../../src/metrics/account-metrics.ts';
import { anySteps, type Step, stepsInOrder } from './any-account.ts';
import { countConflicts } from './conflicts.ts';
import { GrowingAccount } from './growing-account.ts';
import { plainHistory } from './plain.ts';

const anyTerms = fc.record({
  reportingCurrency: fc.constantFrom('USDT', 'EUR', 'BTC'),
  method: fc.constantFrom(...COST_METHODS),
  delistedAssets: fc.constantFrom([], ['DUST', 'XRP']),
});
type Terms = typeof anyTerms extends fc.Arbitrary<infer T> ? T : never;

/** Builds the history of all steps at once. It keeps the first entry of each identity and counts the contradictions. */
function fromScratch(steps: readonly Step[], terms: Terms): AccountHistory {
  const { snapshots, asOf } = steps.at(-1)!;
  const said: readonly LedgerEntry[] = steps.flatMap(({ entries }) => entries);
  const entries = firsts(said, identityOf);
  const marks = firsts(
    steps.flatMap((step) => step.marks),
    markIdentity,
  );
  const history = buildAccountHistory({ ...terms, entries, marks, snapshots, asOf });
  return { ...history, dataQuality: { ...history.dataQuality, conflictCount: countConflicts(said) } };
}

function firsts<T>(items: readonly T[], identity: (item: T) => string): readonly T[] {
  return [...new Map(items.toReversed().map((item) => [identity(item), item])).values()];
}

function expectSameAtEveryStep(steps: readonly Step[], terms: Terms): void {
  const account = new GrowingAccount(terms);
  const given: { history: AccountHistory; said: unknown }[] = [];
  steps.forEach((step, i) => {
    account.append(step);
    const history = account.history(step);
    const whole = fromScratch(steps.slice(0, i + 1), terms);
    const said = plainHistory(whole);
    // Half of the histories are read only after the account received further entries.
    if (i % 2 === 0) expect(plainHistory(history)).toEqual(said);
    expect(computeMetrics(history)).toEqual(computeMetrics(whole));
    given.push({ history, said });
  });
  for (const { history, said } of given) expect(plainHistory(history)).toEqual(said);
}

describe('when an account receives its entries in pieces', () => {
  it('gives after each piece the history of all entries so far, and earlier histories stay unchanged', () => {
    fc.assert(fc.property(stepsInOrder, anyTerms, expectSameAtEveryStep));
  });

  it('does so when entries, prices and the other sides of transfers arrive late', () => {
    fc.assert(fc.property(anySteps, anyTerms, expectSameAtEveryStep));
  });

  it('does so for any division into pieces, and for any questions between the pieces', () => {
    const pieces = fc.tuple(anySteps, fc.array(fc.boolean(), { minLength: 7, maxLength: 7 }), anyTerms);
    fc.assert(
      fc.property(pieces, ([drawn, isAsked, terms]) => {
        const steps = drawn.map((step) => ({ ...step, entries: step.entries.toReversed() }));
        const account = new GrowingAccount(terms);
        steps.forEach((step, i) => {
          for (const mark of step.marks) account.append({ marks: [mark] });
          account.append({ entries: step.entries });
          if (isAsked[i]) account.history(step);
        });
        const whole = plainHistory(fromScratch(steps, terms));
        expect(plainHistory(account.history(steps.at(-1)!))).toEqual(whole);
      }),
    );
  });
});

describe('when no copy contradicts another', () => {
  it('the history depends neither on the order of arrival nor on the pieces', () => {
    const cases = fc.tuple(anySteps, anyTerms).chain(([steps, terms]) => {
      const entries = firsts(
        steps.flatMap((step) => step.entries),
        identityOf,
      );
      const marks = firsts(
        steps.flatMap((step) => step.marks),
        markIdentity,
      );
      const all = { ...terms, entries, marks, snapshots: steps.at(-1)!.snapshots, asOf: steps.at(-1)!.asOf };
      const whole = { minLength: entries.length, maxLength: entries.length };
      return fc.tuple(
        fc.constant(all),
        fc.shuffledSubarray([...entries], whole),
        fc.integer({ min: 1, max: 9 }),
      );
    });
    fc.assert(
      fc.property(cases, ([all, entries, size]) => {
        const account = new GrowingAccount(all);
        for (let at = 0; at < entries.length; at += size) {
          account.append({ entries: entries.slice(at, at + size) });
        }
        account.append({ entries, marks: all.marks.toReversed() });
        expect(plainHistory(account.history(all))).toEqual(plainHistory(buildAccountHistory(all)));
      }),
    );
  });
});
