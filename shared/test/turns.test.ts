import { Turns } from '@perf-aggregator/shared/turns';
import { describe, expect, it } from 'vitest';

/** Work that ends when the test says so. */
function held() {
  let end: (error: Error | null) => void = () => undefined;
  const work = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  return { work: () => work, end: (error: Error | null = null) => end(error) };
}

describe('when several tasks of one name are given at once', () => {
  it('they run one after the other, whether the one before succeeded or failed', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const first = held();
    const one = turns.take('a', async () => {
      order.push('first');
      await first.work();
    });
    const two = turns.take('a', async () => order.push('second'));
    const other = turns.take('b', async () => order.push('other'));
    await other;
    expect(order).toEqual(['first', 'other']);
    first.end(new Error('failed'));
    await expect(one).rejects.toThrow('failed');
    await two;
    expect(order).toEqual(['first', 'other', 'second']);
  });

  it('a task that is given after one has ended waits for the next too', async () => {
    const turns = new Turns();
    const order: string[] = [];
    const [first, second] = [held(), held()];
    const one = turns.take('a', first.work);
    const two = turns.take('a', second.work);
    first.end();
    await one;
    const three = turns.take('a', async () => order.push('third'));
    await turns.take('b', async () => order.push('other'));
    expect(order).toEqual(['other']);
    second.end();
    await Promise.all([two, three]);
    expect(order).toEqual(['other', 'third']);
  });

  it('each caller gets the result of its own task', async () => {
    const turns = new Turns();
    const given = await Promise.all([1, 2, 3].map((value) => turns.take('a', async () => value)));
    expect(given).toEqual([1, 2, 3]);
  });
});
