import { describe, expect, it } from 'vitest';
import { Counters } from '../src/counters.ts';
import type { ParentEvent } from '../src/events.ts';

describe('when events are counted', () => {
  it('requests are counted by their outcome, other events are not, and all are passed on', () => {
    const told: ParentEvent[] = [];
    const counters = new Counters();
    const emit = counters.counting((event) => told.push(event));
    const asked = { request_id: 'r', method: 'GET', route: '/health', durationMs: 1 };
    const events: ParentEvent[] = [
      { event: 'request', ...asked, status: 200, code: undefined },
      { event: 'request', ...asked, status: 503, code: 'overloaded' },
      { event: 'request_aborted', ...asked },
      { event: 'request_refused', request_id: 'r', route: 'none', status: 400, code: 'request_malformed' },
      { event: 'requests_shed', code: 'overloaded', count: 5 },
      { event: 'drained', durationMs: 1 },
    ];
    for (const event of events) emit(event);
    expect(counters.requests).toEqual({ answered: 2, aborted: 1, refused: 6 });
    expect(told).toEqual(events);
  });
});
