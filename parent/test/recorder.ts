/** A sink that keeps events, and refuses an event with members that its kind does not allow. */
import { EVENTS, type EventName, type EventSink, type ParentEvent } from '../src/events.ts';

/** The emitted events, oldest first. */
export interface Recorder {
  readonly emit: EventSink;
  readonly events: readonly ParentEvent[];
  /** Names of the emitted events. */
  names(): readonly EventName[];
}

/** A recorder without events. */
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
