/** How many requests ended in which way since the start. The counts come from the events, so both always agree. */
import type { EventSink } from './events.ts';

/** Requests by their end. */
export interface RequestCounts {
  /** An answer was sent, whatever its status. */
  readonly answered: number;
  /** The client left first. */
  readonly aborted: number;
  /** Refused unread: there was no room, or the bytes were no request. */
  readonly refused: number;
}

export class Counters {
  readonly #counts = { answered: 0, aborted: 0, refused: 0 };

  get requests(): RequestCounts {
    return { ...this.#counts };
  }

  /** A sink that counts each event and passes it to `emit`. */
  counting(emit: EventSink): EventSink {
    return (event) => {
      if (event.event === 'request') this.#counts.answered += 1;
      else if (event.event === 'request_aborted') this.#counts.aborted += 1;
      else if (event.event === 'request_refused') this.#counts.refused += 1;
      else if (event.event === 'requests_shed') this.#counts.refused += event.count;
      emit(event);
    };
  }
}
