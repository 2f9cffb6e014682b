import { Turns } from '@perf-aggregator/shared/turns';
import { describe, expect, it } from 'vitest';

/** Work that ends when it is told to. */
function held() {
  let end: (error: Error | null) => void = () => undefined;
  const work = new Promise<void>((resolve, reject) => {
    end = (error) => (error ? reject(error) : resolve());
  });
  return { work: () => work, end: (error: Error | null = null) => end(error) };
}

describe('when work of one name comes at once', () => {
  it('it runs one after the other, whatever became of the one before', async () => {
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

  it('who comes when one has ended waits for the next as well', async () => {
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

  it('each gets what its own work gave', async () => {
    const turns = new Turns();
    const given = await Promise.all([1, 2, 3].map((value) => turns.take('a', async () => value)));
    expect(given).toEqual([1, 2, 3]);
  });
});
