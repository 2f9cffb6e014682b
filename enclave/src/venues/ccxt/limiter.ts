/**
 * Keeps to a venue's rate limits. Tokens of a bucket are reserved in the order of the calls, so that none starves.
 * Calls pause when the venue itself names a time to come back.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { ExchangeError } from '../errors.ts';
import type { BucketLimits } from '../table.ts';

/** Waits `ms`, or rejects as soon as `signal` aborts; tests pass one that moves their clock. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>;

export interface Limiter {
  /**
   * Waits until `tokens` may be used.
   * @throws ExchangeError `exchange_rate_limited` when the wait would end after `deadline`; then no token is used. The
   *   reason of `signal` when it aborts; then the reserved tokens are returned
   */
  take(tokens: number, deadline: number, signal?: AbortSignal): Promise<void>;
  /** Lets nobody through before `instant`. */
  pauseUntil(instant: number): void;
}

/** Whose calls these are. */
export type Lane = 'sync' | 'admission' | 'background';

/** The limits of one address. Three kinds of calls share them. */
export interface AddressLimiters extends Readonly<Record<Lane, Limiter>> {
  /** For synchronisations: everything that admissions leave. */
  readonly sync: Limiter;
  /**
   * For the accounts of submissions, which anybody may send. They get the surplus while there is plenty, and a
   * guaranteed share otherwise.
   */
  readonly admission: Limiter;
  /** For first readings of whole accounts. They take only what leaves plenty for all others. */
  readonly background: Limiter;
  /** Lets none through before `instant`. */
  pauseUntil(instant: number): void;
}

/** The guaranteed share of submissions in an address's limits. The rest is guaranteed to synchronisations. */
const GUARANTEED: Readonly<Record<keyof BucketLimits, number>> = { capacity: 1 / 15, perMinute: 1 / 5 };
/** Submissions use the common bucket as long as it is at least this full. First readings always leave so much. */
const PLENTY = 1 / 2;

/** The share of each of `sharers` in common limits. */
export function shareOf({ capacity, perMinute }: BucketLimits, sharers: number): BucketLimits {
  return { capacity: capacity / sharers, perMinute: perMinute / sharers };
}

/** A full bucket of `limits`. */
export function createLimiter(limits: BucketLimits, clock: Clock, sleep: Sleep): Limiter {
  return new TokenBucket(limits, clock, sleep, null);
}

/** Full buckets that add up to `limits`. */
export function createAddressLimiters(limits: BucketLimits, clock: Clock, sleep: Sleep): AddressLimiters {
  const capacity = limits.capacity * GUARANTEED.capacity;
  const perMinute = limits.perMinute * GUARANTEED.perMinute;
  const common = { ...limits, capacity: limits.capacity - capacity };
  const sync = new TokenBucket(common, clock, sleep, null);
  const admission = new TokenBucket({ capacity, perMinute }, clock, sleep, sync);
  return {
    sync,
    admission,
    background: {
      take: (wanted, deadline, signal) => sync.takeSpare(wanted, deadline, signal),
      pauseUntil: () => undefined,
    },
    pauseUntil(instant) {
      sync.pauseUntil(instant);
      admission.pauseUntil(instant);
    },
  };
}

interface Reservation {
  readonly wait: number;
  readonly giveBack: () => void;
}

class TokenBucket implements Limiter {
  readonly #limits: BucketLimits;
  readonly #clock: Clock;
  readonly #sleep: Sleep;
  readonly #common: TokenBucket | null;
  #tokens: number;
  #filledAt: number;
  #pausedUntil = 0;

  /** @param common - a bucket that serves instead while it has plenty, and is charged for every token of this one */
  constructor(limits: BucketLimits, clock: Clock, sleep: Sleep, common: TokenBucket | null) {
    this.#limits = limits;
    this.#clock = clock;
    this.#sleep = sleep;
    this.#common = common;
    this.#tokens = limits.capacity;
    this.#filledAt = clock.now();
  }

  async take(wanted: number, deadline: number, signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    const { wait, giveBack } = this.#reserve(wanted, deadline);
    try {
      if (wait > 0) await this.#rest(wait, signal);
      // Another call may have caused a pause while this call waited.
      for (let rest = this.#pauseLeft(); rest > 0; rest = this.#pauseLeft()) {
        if (this.#pausedUntil > deadline) throw tooLate();
        await this.#rest(rest, signal);
      }
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /**
   * Takes tokens once plenty would be left, or once the bucket is full. Calls of others may come first again and again.
   */
  async takeSpare(wanted: number, deadline: number, signal?: AbortSignal): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      this.#fill();
      const { capacity } = this.#limits;
      const lacking = Math.min(capacity, capacity * PLENTY + wanted) - this.#tokens;
      const wait = Math.max(Math.ceil(lacking / this.#perMs), this.#pauseLeft());
      if (wait <= 0) break;
      if (this.#clock.now() + wait > deadline) throw tooLate();
      await this.#rest(wait, signal);
    }
    this.#tokens -= wanted;
  }

  pauseUntil(instant: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, instant);
  }

  /** Reserves the tokens, from this bucket or the common one. Returns how long to wait for them, ms. */
  #reserve(wanted: number, deadline: number): Reservation {
    this.#fill();
    const pause = Math.max(0, this.#pauseLeft());
    if (this.#common?.hasPlenty(wanted)) {
      if (this.#clock.now() + pause > deadline) throw tooLate();
      this.#common.charge(wanted);
      return { wait: pause, giveBack: () => this.#common?.charge(-wanted) };
    }
    const wait = Math.max(Math.ceil((wanted - this.#tokens) / this.#perMs), pause);
    if (this.#clock.now() + wait > deadline) throw tooLate();
    this.#take(wanted);
    return { wait, giveBack: () => this.#take(-wanted) };
  }

  #take(tokens: number): void {
    this.#tokens -= tokens;
    this.#common?.charge(tokens);
  }

  /** Whether plenty would be left after taking `wanted` tokens. */
  hasPlenty(wanted: number): boolean {
    this.#fill();
    return this.#tokens - wanted >= this.#limits.capacity * PLENTY;
  }

  /** Takes tokens without waiting. The next call waits for them. */
  charge(tokens: number): void {
    this.#fill();
    this.#tokens -= tokens;
  }

  async #rest(ms: number, signal: AbortSignal | undefined): Promise<void> {
    await this.#sleep(ms, signal);
    signal?.throwIfAborted();
  }

  #fill(): void {
    const now = this.#clock.now();
    const gained = Math.max(0, now - this.#filledAt) * this.#perMs;
    this.#tokens = Math.min(this.#limits.capacity, this.#tokens + gained);
    this.#filledAt = now;
  }

  #pauseLeft(): number {
    return this.#pausedUntil - this.#clock.now();
  }

  get #perMs(): number {
    return this.#limits.perMinute / 60_000;
  }
}

function tooLate(): ExchangeError {
  return new ExchangeError('exchange_rate_limited', 'the venue allows no more calls before the deadline');
}
