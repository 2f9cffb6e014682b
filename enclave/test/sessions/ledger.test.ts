import type { LedgerEntry } from '@perf-aggregator/analytics';
import { describe, expect, it } from 'vitest';
import { Ledger } from '../../src/sessions/ledger.ts';
import { GAP, QUARANTINED, SNAPSHOT } from './some-records.ts';
import { fillOf, markOf } from './states.ts';

describe('when observations come again', () => {
  it('only entries that the ledger lacks are new, each once', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [fillOf('1')], marks: [markOf(1)] }, 'sealed');
    const observed = {
      entries: [fillOf('1'), fillOf('2'), fillOf('2'), fillOf('1', { account: 'a1' })],
      marks: [markOf(1), markOf(2), markOf(2, '5')],
    };
    expect(ledger.fresh(observed)).toEqual({
      entries: [fillOf('2'), fillOf('1', { account: 'a1' })],
      marks: [markOf(2)],
      snapshots: [],
      gaps: [],
      quarantined: [],
    });
  });

  it('so it is with snapshots, gaps and quarantined rows: of the same content, each once, in order', () => {
    const ledger = new Ledger();
    const known = { snapshots: [SNAPSHOT], gaps: [GAP], quarantined: [QUARANTINED] };
    ledger.append({ entries: [], marks: [], ...known }, 'sealed');
    const [snapshot, gap, row] = [
      { ...SNAPSHOT, time: SNAPSHOT.time + 1 },
      { ...GAP, to: GAP.to + 1 },
      { ...QUARANTINED, raw: '{}' },
    ];
    const observed = {
      entries: [],
      marks: [],
      snapshots: [snapshot, SNAPSHOT, snapshot],
      gaps: [GAP, gap, gap],
      quarantined: [row, row, QUARANTINED],
    };
    const fresh = ledger.fresh(observed);
    expect(fresh).toEqual({ entries: [], marks: [], snapshots: [snapshot], gaps: [gap], quarantined: [row] });
    const grown = ledger.fork();
    grown.append(fresh, 'fetched');
    expect([[...ledger.snapshots], [...ledger.gaps], [...ledger.quarantined]]).toEqual(Object.values(known));
    expect([...grown.snapshots]).toEqual([SNAPSHOT, snapshot]);
    expect([...grown.gaps]).toEqual([GAP, gap]);
    expect([...grown.quarantined]).toEqual([QUARANTINED, row]);
    expect(grown.provenance).toEqual({ fetched: 0, sealed: 0 });
  });

  it('what a fork was given is not in another fork', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [], marks: [], gaps: [GAP] }, 'fetched');
    const [one, other] = [ledger.fork(), ledger.fork()];
    const later = { ...GAP, reason: 'later' };
    one.append({ entries: [], marks: [], gaps: [later] }, 'fetched');
    expect(other.fresh({ entries: [], marks: [], gaps: [later] }).gaps).toEqual([later]);
    other.append({ entries: [], marks: [], gaps: [{ ...GAP, reason: 'other' }, later] }, 'fetched');
    expect([ledger, one, other].map(({ gaps }) => [...gaps].map(({ reason }) => reason))).toEqual([
      ['limit'],
      ['limit', 'later'],
      ['limit', 'other', 'later'],
    ]);
  });
});

describe('when a copy contradicts an entry', () => {
  const first = fillOf('1');
  const [second, third] = [fillOf('1', { price: '1' }), fillOf('1', { price: '2' })];
  const fresh = (ledger: Ledger, ...entries: readonly LedgerEntry[]) =>
    ledger.fresh({ entries, marks: [] }).entries;

  it('it is new until the ledger knows of a contradiction', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [first], marks: [] }, 'fetched');
    expect(fresh(ledger, first, second, second)).toEqual([second]);
    ledger.append({ entries: [second], marks: [] }, 'fetched');
    expect(fresh(ledger, first, second, third)).toEqual([]);
  });

  it('so it is when both arrive at once', () => {
    expect(fresh(new Ledger(), first, second, third, first)).toEqual([first, second]);
  });

  it('the first counts, as one entry, and forks keep the contradiction', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [first], marks: [] }, 'fetched');
    const grown = ledger.fork();
    grown.append({ entries: [second], marks: [] }, 'sealed');
    expect([...grown.entries]).toEqual([first]);
    expect(grown.provenance).toEqual({ fetched: 1, sealed: 0 });
    expect([ledger, grown, grown.fork()].map(({ entries }) => entries.conflicts.size)).toEqual([0, 1, 1]);
  });
});

describe('when a ledger is forked', () => {
  it('entries, prices and their origin are its own from then on', () => {
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

  it('a ledger with an additional price is not a prefix of one without it', () => {
    const ledger = new Ledger();
    ledger.append({ entries: [fillOf('1')], marks: [markOf(1)] }, 'fetched');
    const before = ledger.fork();
    ledger.append({ entries: [], marks: [markOf(2)] }, 'fetched');
    expect([before.isBeginningOf(ledger), ledger.isBeginningOf(before)]).toEqual([true, false]);
  });
});
