import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../src/relay/fair-queue.ts';

/** A queue of `names`: the letter is the source, the digit after it the session. */
function queueOf(names: string): FairQueue<string> {
  const queue = new FairQueue<string>();
  for (const [index, name] of names.split(' ').filter(Boolean).entries()) push(queue, name, index);
  return queue;
}

function push(queue: FairQueue<string>, name: string, index: number): void {
  queue.push({ source: name[0]!, session: name[1] ?? null }, `${name}#${index}`);
}

function drain(queue: FairQueue<string>): string[] {
  const order: string[] = [];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) order.push(item.split('#')[0]!);
  return order;
}

describe('when many callers wait', () => {
  it.each([
    ['sources take turns', 'a a a a b c b', 'a b c a b a a'],
    ['and so do the sessions of each', 'a1 a1 a1 a2 b1', 'a1 b1 a2 a1 a1'],
    ['one source waits in its own order', 'a a1 a', 'a a1 a'],
    ['nobody waits', '', ''],
  ])('%s', (_, names, order) => {
    expect(drain(queueOf(names)).join(' ')).toBe(order);
  });

  it('each source gets its first turn before any source gets a second', () => {
    const name = fc.constantFrom('a', 'b', 'c1', 'c2', 'd');
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (names) => {
        const queue = queueOf(names.join(' '));
        expect(queue.size).toBe(names.length);
        const order = drain(queue);
        expect([...order].sort()).toEqual([...names].sort());
        expect(queue.size).toBe(0);
        const sources = new Set(names.map(([source]) => source));
        const first = order.slice(0, sources.size).map(([source]) => source);
        expect(new Set(first)).toEqual(sources);
      }),
    );
  });

  it('a removed caller gets no turn', () => {
    const queue = queueOf('a b a1');
    expect(queue.remove({ source: 'b', session: null }, 'b#1')).toBe(true);
    expect(queue.remove({ source: 'b', session: null }, 'b#1')).toBe(false);
    expect(queue.remove({ source: 'a', session: '1' }, 'a#0')).toBe(false);
    expect(queue.size).toBe(2);
    expect(drain(queue)).toEqual(['a', 'a1']);
  });
});

describe('when there is no room', () => {
  it('the latest caller of the source with the most goes, for a source with fewer', () => {
    const queue = queueOf('a a1 a b');
    expect(queue.isLongest('c')).toBe(false);
    expect(queue.displace('c')).toBe('a1#1');
    expect(queue.size).toBe(3);
    expect(drain(queue)).toEqual(['a', 'b', 'a']);
  });

  it('a source that would have the most is itself refused', () => {
    const queue = queueOf('a a b');
    expect(queue.isLongest('a')).toBe(true);
    expect(queue.displace('a')).toBeUndefined();
    expect(queue.displace('b')).toBeUndefined();
    expect(queue.isLongest('b')).toBe(true);
    expect(queueOf('').displace('a')).toBeUndefined();
    expect(queueOf('').isLongest('a')).toBe(true);
  });
});
