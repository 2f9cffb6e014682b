/**
 * The module's clock. A guest's own clock drifts (6 s a week were measured) and nothing in an enclave sets it. The
 * timestamp of an attestation document comes from the hypervisor. A monotonic timer bridges the time between two
 * documents.
 */
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import type { Clock, Instant } from '@perf-aggregator/shared/clock';
import { NsmError } from './errors.ts';
import type { Nsm } from './port.ts';

/** The sources of a trusted clock. */
export interface ClockSources {
  readonly nsm: Pick<Nsm, 'attest'>;
  /** ms since an arbitrary moment, with fractions. Never goes back. */
  readonly monotonic: () => number;
  /** The guest's own clock. It is compared, never trusted. */
  readonly guest: Clock;
}

/** The result of one reading of the module's clock, all ms. */
export interface ClockReading {
  /** Guest's clock minus the module's: positive when the guest's is fast. Accurate to half of `roundTripMs`. */
  readonly guestAheadMs: number;
  /** This clock before the reading, minus the module's. 0 at the first reading. */
  readonly driftMs: number;
  /** How long the document took. */
  readonly roundTripMs: number;
}

/** A document that took longer gives too little information about the present time. */
const MAX_ROUND_TRIP_MS = 2_000;

/** The clock's reference: the module's `instant` at `mark` of the monotonic timer. */
interface Anchor {
  readonly instant: Instant;
  readonly mark: number;
}

/** A {@link Clock} of the module's time. It never goes back: when it was fast, it stops until the time catches up. */
export class TrustedClock implements Clock {
  readonly #sources: ClockSources;
  #anchor: Anchor;
  #last: Instant;

  private constructor(sources: ClockSources, anchor: Anchor) {
    this.#sources = sources;
    this.#anchor = anchor;
    this.#last = Math.floor(anchor.instant);
  }

  /**
   * A clock that is set by a new document. The document comes from the module's own device, so its signature is not
   * checked.
   * @throws NsmError the module's, and `nsm_response_malformed`, `nsm_failed` (it took more than 2 s)
   */
  static async start(sources: ClockSources): Promise<{ clock: TrustedClock; reading: ClockReading }> {
    const { anchor, ...reading } = await read(sources);
    return { clock: new TrustedClock(sources, anchor), reading: { ...reading, driftMs: 0 } };
  }

  now(): Instant {
    this.#last = Math.max(this.#last, Math.floor(this.#at(this.#sources.monotonic())));
    return this.#last;
  }

  /**
   * Sets the clock again. When the module fails or is too slow, the clock continues unchanged.
   * @throws NsmError as {@link TrustedClock.start}
   */
  async set(): Promise<ClockReading> {
    const { anchor, ...reading } = await read(this.#sources);
    const driftMs = Math.round(this.#at(anchor.mark) - anchor.instant);
    this.#anchor = anchor;
    return { ...reading, driftMs };
  }

  #at(mark: number): number {
    return this.#anchor.instant + (mark - this.#anchor.mark);
  }
}

/** The module made its document at some moment of the round trip. The middle is wrong by at most half of it. */
async function read({ nsm, monotonic, guest }: ClockSources): Promise<{
  readonly anchor: Anchor;
  readonly guestAheadMs: number;
  readonly roundTripMs: number;
}> {
  const asked = monotonic();
  const document = await nsm.attest({});
  const answered = monotonic();
  const guestAtAnswer = guest.now();
  const roundTripMs = answered - asked;
  if (roundTripMs > MAX_ROUND_TRIP_MS) {
    throw new NsmError('nsm_failed', `the module's clock took ${Math.round(roundTripMs)} ms to answer`);
  }
  const instant = timestampOf(document);
  return {
    anchor: { instant, mark: asked + roundTripMs / 2 },
    guestAheadMs: Math.round(guestAtAnswer - roundTripMs / 2 - instant),
    roundTripMs: Math.round(roundTripMs),
  };
}

function timestampOf(document: Uint8Array): Instant {
  try {
    return decodeAttestationUnverified(document).timestamp;
  } catch (cause) {
    throw new NsmError('nsm_response_malformed', "the module's own document cannot be read", cause);
  }
}

/** What time keeping needs. */
export interface TimeKeeping {
  readonly intervalMs: number;
  /** Runs `task` every so many ms, until the returned function is called. */
  readonly every: (ms: number, task: () => void) => () => void;
  readonly onReading: (reading: ClockReading) => void;
  /** Called when the module did not give the time. The clock continues by the timer. */
  readonly onError: (error: unknown) => void;
}

/**
 * Sets `clock` every `intervalMs`. A setting that is still under way is not started twice. @returns a function that
 * ends it
 */
export function keepTime(clock: Pick<TrustedClock, 'set'>, keeping: TimeKeeping): () => void {
  let underWay = false;
  return keeping.every(keeping.intervalMs, () => {
    if (underWay) return;
    underWay = true;
    void clock
      .set()
      .then(keeping.onReading, keeping.onError)
      .finally(() => {
        underWay = false;
      });
  });
}
