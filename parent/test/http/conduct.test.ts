import { describe, expect, it } from 'vitest';
import { Conduct, CREDIT } from '../../src/http/conduct.ts';

describe('when sources are charged', () => {
  it('each has its own credit, which refills up to its maximum', () => {
    let time = 0;
    const conduct = new Conduct({ most: 3, perSecond: 1 }, () => time);
    const lets = (source: string) => conduct.charge(source, 'connection');
    expect([lets('a'), lets('a'), lets('a'), lets('a')]).toEqual([true, true, true, false]);
    expect(lets('b')).toBe(true);
    time = 999;
    expect(lets('a')).toBe(true);
    expect(lets('a')).toBe(false);
    time = 1_000_000;
    expect([lets('a'), lets('a'), lets('a'), lets('a')]).toEqual([true, true, true, false]);
  });

  it('an expensive action creates a debt, which excludes the source for a proportional time', () => {
    let time = 0;
    const conduct = new Conduct({ most: 1, perSecond: 10 }, () => time);
    expect(conduct.charge('a', 'overflow')).toBe(true);
    time = 9_900;
    expect(conduct.charge('a', 'connection')).toBe(false);
    time = 9_901;
    expect(conduct.charge('a', 'connection')).toBe(true);
  });

  it('by default a thousand concurrent connections are allowed, and a dozen overflows are not', () => {
    const conduct = new Conduct(CREDIT, () => 0);
    for (let count = 0; count < 1_000; count++) expect(conduct.charge('a', 'connection')).toBe(true);
    for (let count = 0; count < 12; count++) conduct.charge('b', 'overflow');
    expect(conduct.charge('b', 'connection')).toBe(false);
  });
});
