/** The clock port. Pure code gets an instant as an argument; adapters get a {@link Clock}. */

/** Milliseconds since the Unix epoch, UTC. */
export type Instant = number;

/** A source of the current time. Production mains pass a system or NSM clock; tests pass their own. */
export interface Clock {
  /** Now, in integer milliseconds since the Unix epoch, UTC. */
  now(): Instant;
}

/** The operating system's clock: the one place outside `main` that reads it. */
export const systemClock: Clock = { now: () => Date.now() };
