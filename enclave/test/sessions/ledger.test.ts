import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/sessions/ledger.ts';
import { MarkLog, markIdentity } from '../../src/sessions/mark-log.ts';
import { fillOf, markOf } from './states.ts';

describe('when observations come again', () => {
  it('only what the ledger does not have yet is fresh, each once', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [fillOf('1')], marks: [markOf(1)] }, 'sealed');
    const observed = {
      entries: [fillOf('1'), fillOf('2'), fillOf('2'), fillOf('1', { account: 'a1' })],
      marks: [markOf(1), markOf(2), markOf(2, '5')],
    };
    expect(ledger.fresh(observed)).toEqual({
      entries: [fillOf('2'), fillOf('1', { account: 'a1' })],
      marks: [markOf(2)],
    });
  });
});

describe('when a ledger is forked', () => {
  it('entries, prices and where they came from are its own from then on', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [fillOf('1')], marks: [markOf(1)] }, 'fetched');
    const [one, other] = [ledger.fork(), ledger.fork()];
    one.append({ entries: [fillOf('2')], marks: [markOf(2)] }, 'fetched');
    other.append({ entries: [fillOf('3'), fillOf('4')], marks: [] }, 'sealed');
    expect([...ledger.entries]).toEqual([fillOf('1')]);
    expect([...one.entries]).toEqual([fillOf('1'), fillOf('2')]);
    expect([...other.entries]).toEqual([fillOf('1'), fillOf('3'), fillOf('4')]);
    expect([[...ledger.marks], [...one.marks]]).toEqual([[markOf(1)], [markOf(1), markOf(2)]]);
    expect([ledger, one, other].map(({ provenance }) => provenance)).toEqual([
      { fetched: 1, sealed: 0 },
      { fetched: 2, sealed: 0 },
      { fetched: 1, sealed: 2 },
    ]);
    expect([ledger.isBeginningOf(one), one.isBeginningOf(ledger), one.isBeginningOf(other)]).toEqual([
      true,
      false,
      false,
    ]);
  });
});

describe('when prices fork in any order', () => {
  it('each log has what it was given, once', () => {
    const acts = fc.array(fc.tuple(fc.nat(5), fc.nat(20), fc.boolean()), { maxLength: 50 });
    fc.assert(
      fc.property(acts, (drawn) => {
        const logs = [{ log: new MarkLog(), days: [] as number[] }];
        for (const [which, day, forks] of drawn) {
          const { log, days } = logs[which % logs.length]!;
          if (forks) logs.push({ log: log.fork(), days: [...days] });
          else {
            log.push(markOf(day, String(which + 1)));
            if (!days.includes(day)) days.push(day);
          }
        }
        for (const { log, days } of logs) {
          expect([...log].map(({ time }) => time)).toEqual(days.map((day) => markOf(day).time));
          expect(log.since(1)).toEqual([...log].slice(1));
          for (let day = 0; day <= 20; day++) {
            expect(log.has(markIdentity(markOf(day)))).toBe(days.includes(day));
          }
        }
      }),
    );
  });
});
