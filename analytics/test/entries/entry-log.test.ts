import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import { EntryLog } from '../../src/entries/entry-log.ts';
import { identityOf } from '../../src/entries/identity.ts';
import { anySteps } from '../book/any-account.ts';
import { fill, transfer } from './entries.ts';

function logOf(entries: readonly LedgerEntry[]): EntryLog {
  const log = new EntryLog();
  for (const entry of entries) log.push(entry);
  return log;
}

/** Keeps the first entry of each identity. */
function firsts(entries: readonly LedgerEntry[]): LedgerEntry[] {
  const byIdentity = new Map<string, LedgerEntry>();
  for (const entry of entries) {
    if (!byIdentity.has(identityOf(entry))) byIdentity.set(identityOf(entry), entry);
  }
  return [...byIdentity.values()];
}

const entriesOf = anySteps.map((steps) => steps.flatMap(({ entries }) => entries));

describe('when entries are packed', () => {
  it('they are read back unchanged, and the first of each identity is kept', () => {
    fc.assert(
      fc.property(entriesOf, (entries) => {
        const log = logOf(entries);
        expect([...log]).toEqual(firsts(entries));
        expect(log.length).toBe(firsts(entries).length);
        for (const entry of entries) expect(log.has(identityOf(entry))).toBe(true);
        expect(log.has(identityOf({ ...fill(0, 'buy', '1', 'A/B', '1'), id: 'none' }))).toBe(false);
      }),
    );
  });

  it('so are texts of any kind, and numbers of any length', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.string({ maxLength: 300 }),
      fc.stringMatching(/^[0-9.-]{0,300}$/),
      fc.constantFrom('', '0x5ebb', 'ÿ', '\ud800', '00012', '-.', '9'.repeat(253)),
    );
    const texts = fc.record({ id: text, price: text, orderId: fc.option(text), symbol: text, venue: text });
    fc.assert(
      fc.property(fc.array(texts, { maxLength: 20 }), (all) => {
        const entries = all.map((own) => ({ ...fill(1, 'buy', '1', 'A/B', '1', '0.1 B'), ...own }));
        expect([...logOf(entries)]).toEqual(firsts(entries));
      }),
    );
  });

  it('so are objects of an unknown shape', () => {
    const odd = [
      { ...fill(1, 'buy', '1', 'A/B', '1'), note: 'more' },
      { ...fill(2, 'buy', '1', 'A/B', '1'), price: 5 },
      { ...fill(3, 'buy', '1', 'A/B', '1'), fee: { amount: '1' } },
      { ...fill(4, 'buy', '1', 'A/B', '1'), fee: undefined },
      { ...transfer(5, 'deposit', '1 B'), id: null },
      { ...transfer(6, 'deposit', '1 B'), counterWallet: undefined },
      { ...transfer(7, 'deposit', '1 B'), time: 'noon' },
    ] as unknown as LedgerEntry[];
    const plain = fill(8, 'buy', '1', 'A/B', '1');
    const log = logOf([...odd, plain]);
    expect([...log]).toStrictEqual([...odd, plain]);
  });

  it('their identities are found among many', () => {
    const entries = Array.from({ length: 5_000 }, (_, i) => ({
      ...fill(i, 'buy', '1', `${'ABC'[i % 3]}/D`, '1'),
      id: String(i >> 1),
    }));
    const log = logOf(entries);
    expect(log.length).toBe(firsts(entries).length);
    expect(entries.every((entry) => log.has(identityOf(entry)))).toBe(true);
    expect(entries.some((entry) => log.has(identityOf({ ...entry, account: 'a9' })))).toBe(false);
  });
});

describe('when copies of an entry contradict each other', () => {
  const one = { ...fill(1, 'buy', '1', 'A/B', '1', '0.1 B'), id: '1' };
  const other = { ...one, fee: { amount: '0.2', currency: 'B' } };
  const third = { ...one, price: '2' };
  const plain = { ...fill(2, 'buy', '1', 'A/B', '1'), id: '2' };

  it('the first one counts, and the log notes once that there were others', () => {
    const log = new EntryLog();
    expect([one, plain, other, third, plain].map((entry) => log.push(entry))).toEqual([
      ...[true, true, true, false, false],
    ]);
    expect([...log]).toEqual([one, plain]);
    expect([...log.conflicts]).toEqual([0]);
  });

  it('copies with equal content do not contradict, in any order of their members', () => {
    const turned = Object.fromEntries(Object.entries(one).reverse()) as unknown as LedgerEntry;
    const log = logOf([one, turned, { ...one, fee: { currency: 'B', amount: '0.1' } }]);
    expect(log.length).toBe(1);
    expect(log.conflicts.size).toBe(0);
  });

  it.each<[string, object]>([
    ['a member more', { ...one, block: true }],
    ['a member less', { ...one, fee: null }],
    ['another time', { ...one, time: 2 }],
    ['the same digits as a number', { ...one, price: 1 }],
    ['a member that is undefined', { ...one, settle: undefined }],
  ])('%s is a contradiction', (_, copy) => {
    expect(logOf([one, copy as LedgerEntry]).conflicts.size).toBe(1);
  });

  it('tells in advance which entries would be new', () => {
    const log = logOf([one]);
    expect([one, plain, other].map((entry) => log.isNews(entry))).toEqual([false, true, true]);
    log.push(other);
    expect([other, third].map((entry) => log.isNews(entry))).toEqual([false, false]);
  });
});

describe('when a log is forked', () => {
  it('entries added to one branch are not in the other, in any order and after any number of forks', () => {
    const acts = fc.array(fc.tuple(fc.nat(5), fc.nat(40), fc.boolean()), { maxLength: 60 });
    fc.assert(
      fc.property(acts, (drawn) => {
        const logs = [{ log: new EntryLog(), said: new Map<number, number>(), conflicts: new Set<number>() }];
        for (const [which, id, forks] of drawn) {
          const { log, said, conflicts } = logs[which % logs.length]!;
          if (forks) logs.push({ log: log.fork(), said: new Map(said), conflicts: new Set(conflicts) });
          else {
            // The same identity with other contents, in this log or in another log.
            log.push({ ...fill(which, 'buy', '1', 'A/B', String(which)), id: String(id) });
            if (!said.has(id)) said.set(id, which);
            else if (said.get(id) !== which) conflicts.add(id);
          }
        }
        for (const { log, said, conflicts } of logs) {
          expect([...log].map(({ id, time }) => [Number(id), time])).toEqual([...said]);
          expect(new Set(Array.from(log.conflicts, (index) => Number(log.at(index).id)))).toEqual(conflicts);
          for (let id = 0; id <= 40; id++) {
            const identity = identityOf({ ...fill(0, 'buy', '1', 'A/B', '1'), id: String(id) });
            expect(log.has(identity)).toBe(said.has(id));
          }
        }
      }),
    );
  });

  it('one log is a prefix of another while the other holds all of its entries', () => {
    const entries = Array.from({ length: 4 }, (_, i) => fill(i, 'buy', '1', 'A/B', '1'));
    const log = logOf(entries.slice(0, 2));
    const grown = log.fork();
    grown.push(entries[2]!);
    const other = log.fork();
    other.push(entries[3]!);
    expect(log.isBeginningOf(grown)).toBe(true);
    expect(grown.isBeginningOf(log)).toBe(false);
    expect(grown.isBeginningOf(other)).toBe(false);
    expect(other.isBeginningOf(grown)).toBe(false);
    expect([...log, ...other]).toEqual([entries[0], entries[1], entries[0], entries[1], entries[3]]);
  });
});
