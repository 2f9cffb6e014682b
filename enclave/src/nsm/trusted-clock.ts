/**
 * The module's clock. A guest's own drifts (6 s a week were seen) and nothing in an enclave sets it; the
 * timestamp of an attestation document is the hypervisor's. Between two documents a monotonic timer goes on.
 */
import { decodeAttestationUnverified } from '@perf-aggregator/attestation/payload';
import type { Clock, Instant } from '@perf-aggregator/shared/clock';
import { NsmError } from './errors.ts';
import type { Nsm } from './port.ts';

/** What a trusted clock reads. */
export interface ClockSources {
  readonly nsm: Pick<Nsm, 'attest'>;
  /** ms since any moment, with fractions; never goes back. */
  readonly monotonic: () => number;
  /** The guest's own clock: compared, never believed. */
  readonly guest: Clock;
}

/** What one look at the module's clock showed, all ms. */
export interface ClockReading {
  /** Guest's clock minus module's: positive when the guest's is fast. Known to half of `roundTripMs`. */
  readonly guestAheadMs: number;
  /** What this clock would have said, minus what the module says; 0 at the first reading. */
  readonly driftMs: number;
  /** How long the document took. */
  readonly roundTripMs: number;
}

/** A document that took longer says too little about now. */
const MAX_ROUND_TRIP_MS = 2_000;

/** Where the clock stands: the module's `instant` at `mark` of the monotonic timer. */
interface Anchor {
  readonly instant: Instant;
  readonly mark: number;
}

/** A {@link Clock} of the module's time. It never goes back: where it was fast it stands until time catches up. */
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
   * A clock set by a document made now. The document is the module's own, over its device: its signature is
   * not checked.
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
   * Sets the clock anew. When the module does not answer, or too slowly, it goes on as it was.
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

/** The module made its document at some moment of the round trip: the middle is wrong by half of it at most. */
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

/** What keeping a clock takes. */
export interface TimeKeeping {
  readonly intervalMs: number;
  /** Runs `task` every so many ms, until what it returns is called. */
  readonly every: (ms: number, task: () => void) => () => void;
  readonly onReading: (reading: ClockReading) => void;
  /** The module did not tell the time; the clock goes on by the timer. */
  readonly onError: (error: unknown) => void;
}

/** Sets `clock` every `intervalMs`; a setting that is still under way is not asked for twice. @returns ends it */
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
