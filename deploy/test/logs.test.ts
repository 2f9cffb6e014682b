import { PUBLIC_FAILURES } from '@perf-aggregator/shared/wire/failure';
import { describe, expect, it } from 'vitest';
import { EVENTS, type EventName } from '../../parent/src/events.ts';
import { COUNTED } from '../src/logs.ts';

/** Terms of a filter pattern: `[selector, value]`. */
const termsOf = (pattern: string) =>
  [...pattern.matchAll(/\$\.(\w+) = "([^"]+)"/g)].map(([, selector, value]) => [selector!, value!] as const);

const ofParent = Object.entries(COUNTED)
  .filter(([, [stream]]) => stream === 'parent')
  .map(([metric, [, pattern]]) => [metric, pattern] as const);

/** Names of the events that a metric counts. */
const countedBy = (metric: string): readonly string[] => {
  const [, pattern] = ofParent.find(([name]) => name === metric) ?? [metric, ''];
  return termsOf(pattern).flatMap(([selector, value]) => (selector === 'event' ? [value] : []));
};

describe("when lines of the parent's log are counted", () => {
  it.each(ofParent)('%s: the pattern matches only names of events and public codes', (_, pattern) => {
    const terms = termsOf(pattern);
    expect(terms).not.toHaveLength(0);
    // The terms make up the whole pattern.
    const rebuilt = terms.map(([selector, value]) => `$.${selector} = "${value}"`);
    expect(pattern).toBe(
      rebuilt.length === 1 ? `{ ${rebuilt[0]} }` : `{ ${rebuilt.map((term) => `(${term})`).join(' || ')} }`,
    );
    for (const [selector, value] of terms) {
      expect(['event', 'code']).toContain(selector);
      expect(Object.keys(selector === 'event' ? EVENTS : PUBLIC_FAILURES)).toContain(value);
    }
  });

  it('some events have a code among their fields', () => {
    const withCode = Object.values(EVENTS).filter(({ fields }) => 'code' in fields.shape);
    expect(withCode.length).toBeGreaterThan(2);
  });

  it.each(Object.keys(EVENTS) as EventName[])(
    '%s is counted by the alarm that it names, and by no other',
    (name) => {
      const counting = ofParent.flatMap(([metric]) => (countedBy(metric).includes(name) ? [metric] : []));
      const { alarm } = EVENTS[name];
      expect(counting).toEqual(alarm === null ? [] : [alarm]);
    },
  );
});
