import { describe, expect, it } from 'vitest';
import { between, complaintOf, oneOf, valueAt, type Wrong } from './answers.ts';

describe('when a case says which answer is wrong today', () => {
  it.each<[unknown, Wrong]>([
    [0.5, { today: 0.5, right: 0.1 }],
    [0.5 + 1e-10, { today: 0.5, right: 0.501001 }],
    [undefined, { today: undefined, right: null }],
    ['line 1', { today: 'line 1', right: /date,return/ }],
    [35_041, { today: 35_041, right: 35_040 }],
    [['a', 1], { today: ['a', 1], right: [] }],
    [1, { today: 1, right: oneOf(2, undefined) }],
    [0.1, { today: 0.1, right: between(-1, -0.5) }],
  ])('%j is still so', (actual, row) => {
    expect(complaintOf(row, actual)).toBeNull();
  });

  it.each<[unknown, Wrong]>([
    [0.1004, { today: 0.5, right: 0.1 }],
    [34.946_72, { today: 1, right: 34.946_726 }],
    [0.03, { today: 1, right: 0, within: 0.05 }],
    [undefined, { today: 1, right: oneOf(2, undefined) }],
    [-0.6, { today: 0.1, right: between(-1, -0.5) }],
    ['expected date,return', { today: 'line 1', right: /date,return/ }],
    [null, { today: 'code', right: null }],
    [[], { today: ['a'], right: [] }],
  ])('%j is right now', (actual, row) => {
    expect(complaintOf(row, actual)).toContain('this is right now: move it to the right ones');
  });

  it.each<[unknown, Wrong]>([
    [0.5 + 1e-8, { today: 0.5, right: 0.1 }],
    [0.1011, { today: 0.5, right: 0.1 }],
    [34.9466, { today: 1, right: 34.946_726 }],
    ['0.5', { today: 0.5, right: 0.1 }],
    [['a', 'b'], { today: ['a'], right: [] }],
  ])('%j is neither', (actual, row) => {
    expect(complaintOf(row, actual)).toContain('neither the answer of today');
  });

  it('a table that lists one value as both right and wrong is refused', () => {
    expect(complaintOf({ today: 0.1, right: 0.1 }, 0.1)).toContain('this is right now');
  });
});

describe('when a path is followed', () => {
  it('it leads through objects and lists, or to nothing', () => {
    const answer = { a: [{ b: null }, { b: 'c' }] };
    expect(valueAt(answer, 'a.1.b')).toBe('c');
    expect(valueAt(answer, 'a.0.b')).toBeNull();
    expect(valueAt(answer, 'a.0.b.c')).toBeUndefined();
    expect(valueAt(answer, 'a.2.b')).toBeUndefined();
  });
});
