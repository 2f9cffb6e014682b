import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markIdentity } from '../../src/entries/identity.ts';
import { MarkLog } from '../../src/entries/mark-log.ts';
import { mark } from './entries.ts';

const DAY = 86_400_000;
const close = (day: number, price = '1') => mark(day * DAY, 'BTC', price);

describe('when marks arrive again', () => {
  it('the first of each identity counts', () => {
    const log = new MarkLog();
    const minute = mark(DAY, 'BTC', '3', '1m');
    const all = [close(1), close(1), close(1, '2'), minute, { ...close(1), venue: 'kraken' }];
    expect(all.map((each) => log.push(each))).toEqual([true, false, false, true, true]);
    expect([...log]).toEqual([close(1), minute, { ...close(1), venue: 'kraken' }]);
    expect([close(1, '5'), close(2)].map((each) => log.isNews(each))).toEqual([false, true]);
  });
});

describe('when logs of marks fork in any order', () => {
  it('each has exactly the marks that it was given, once', () => {
    const acts = fc.array(fc.tuple(fc.nat(5), fc.nat(20), fc.boolean()), { maxLength: 50 });
    fc.assert(
      fc.property(acts, (drawn) => {
        const logs = [{ log: new MarkLog(), days: [] as number[] }];
        for (const [which, day, forks] of drawn) {
          const { log, days } = logs[which % logs.length]!;
          if (forks) logs.push({ log: log.fork(), days: [...days] });
          else {
            log.push(close(day, String(which + 1)));
            if (!days.includes(day)) days.push(day);
          }
        }
        for (const { log, days } of logs) {
          expect([...log].map(({ time }) => time / DAY)).toEqual(days);
          expect(log.since(1)).toEqual([...log].slice(1));
          for (let day = 0; day <= 20; day++) {
            expect(log.has(markIdentity(close(day)))).toBe(days.includes(day));
          }
        }
      }),
    );
  });
});
