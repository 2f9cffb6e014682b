/** A sink that keeps events, and takes none that says more than its kind allows. */
import { EVENTS, type EventName, type EventSink, type ParentEvent } from '../src/events.ts';

/** What was emitted, oldest first. */
export interface Recorder {
  readonly emit: EventSink;
  readonly events: readonly ParentEvent[];
  /** Names of what was emitted. */
  names(): readonly EventName[];
}

/** A recorder that has heard nothing yet. */
export function recorder(): Recorder {
  const events: ParentEvent[] = [];
  return {
    emit: (event) => {
      const { event: name, ...fields } = event;
      EVENTS[name].fields.parse(fields);
      events.push(event);
    },
    events,
    names: () => events.map(({ event }) => event),
  };
}
