import { Recent } from '@perf-aggregator/shared/recent';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('when more values are added than there are places', () => {
  it('the least recently used one is removed', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.get('a')).toBe(1);
    recent.set('c', 3);
    expect([recent.has('a'), recent.has('b'), recent.has('c'), recent.size]).toEqual([true, false, true, 2]);
  });

  it('a look does not count as a use', () => {
    const recent = new Recent<string, number>(2);
    recent.set('a', 1);
    recent.set('b', 2);
    expect(recent.peek('a')).toBe(1);
    recent.set('c', 3);
    expect([recent.peek('a'), recent.peek('b')]).toEqual([undefined, 2]);
  });

  it('an undefined value is kept like any other', () => {
    const recent = new Recent<string, undefined>(1);
    recent.set('a', undefined);
    expect([recent.get('a'), recent.has('a')]).toEqual([undefined, true]);
  });

  it('an undefined value can be used like any other', () => {
    const recent = new Recent<string, undefined>(2);
    for (const key of ['a', 'b']) recent.set(key, undefined);
    recent.get('a');
    recent.set('c', undefined);
    expect(['a', 'b', 'c'].map((key) => recent.has(key))).toEqual([true, false, true]);
  });

  it('a deleted value frees its place', () => {
    const recent = new Recent<string, number>(1);
    recent.set('a', 1);
    expect([recent.delete('a'), recent.delete('a'), recent.size]).toEqual([true, false, 0]);
  });

  it.each([0, -1, 1.5, Number.NaN])('%d places are refused', (places) => {
    expect(() => new Recent(places)).toThrow(RangeError);
  });

  it('the cache holds the last different keys (property)', () => {
    const uses = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 5 })), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), uses, (places, all) => {
        const recent = new Recent<number, number>(places);
        let expected: number[] = [];
        for (const [isSet, key] of all) {
          const isKnown = expected.includes(key);
          if (isSet) recent.set(key, key);
          else expect(recent.get(key)).toBe(isKnown ? key : undefined);
          if (isSet || isKnown) expected = [...expected.filter((other) => other !== key), key].slice(-places);
        }
        for (let key = 0; key <= 5; key++) expect(recent.has(key)).toBe(expected.includes(key));
      }),
    );
  });
});
