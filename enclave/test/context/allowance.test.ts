import { describe, expect, it } from 'vitest';
import { deferred } from '../../../shared/test/deferred.ts';
import { Allowance } from '../../src/context/allowance.ts';
import { Refusal } from '../../src/errors.ts';

describe('when work has an allowance', () => {
  it('work that would exceed it is refused before it begins, with a time for a retry', async () => {
    const allowance = new Allowance(10, 'things');
    const first = deferred<string>();
    const running = allowance.during(7, () => first.promise);
    let began = false;
    const refused = allowance.during(4, () => {
      began = true;
      return Promise.resolve();
    });
    await expect(refused).rejects.toSatisfy(
      (error) => error instanceof Refusal && error.code === 'overloaded' && error.retryAfterMs === 1_000,
    );
    expect(began).toBe(false);
    expect(await allowance.during(3, () => Promise.resolve(allowance.taken))).toBe(10);
    first.resolve('done');
    expect(await running).toBe('done');
    expect(allowance.taken).toBe(0);
  });

  it('work that fails returns its share', async () => {
    const allowance = new Allowance(1, 'things');
    await expect(allowance.during(1, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(allowance.taken).toBe(0);
  });
});
