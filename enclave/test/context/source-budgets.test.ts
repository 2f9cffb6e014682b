import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { SourceBudgets } from '../../src/context/source-budgets.ts';
import { Refusal } from '../../src/errors.ts';

describe('when sources use their budgets for accounts', () => {
  it('each has a burst, and then a rate per minute', () => {
    const clock = { time: 0, now: () => clock.time };
    const budgets = new SourceBudgets({ burst: 2, perMinute: 6 }, clock);
    const spend = (source: string | null) => budgets.spend(source);
    spend('a');
    spend('a');
    expect(codeOf(() => spend('a'), Refusal)).toBe('rate_limited');
    expect(() => spend('a')).toThrow(expect.objectContaining({ retryAfterMs: 10_000 }));
    spend('b');
    clock.time = 9_999;
    expect(codeOf(() => spend('a'), Refusal)).toBe('rate_limited');
    clock.time = 10_000;
    spend('a');
    clock.time = 1_000_000;
    spend('a');
    spend('a');
    expect(codeOf(() => spend('a'), Refusal)).toBe('rate_limited');
  });

  it('callers without a source share one budget', () => {
    const budgets = new SourceBudgets({ burst: 1, perMinute: 1 }, { now: () => 0 });
    budgets.spend(null);
    expect(codeOf(() => budgets.spend(null), Refusal)).toBe('rate_limited');
  });
});
