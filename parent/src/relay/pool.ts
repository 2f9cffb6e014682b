/**
 * A pool of places for one kind of work (bulkhead): a limited number at once, a short queue in which sources take
 * turns, and a refusal for everything beyond.
 */
import { type RelayError, relayError } from '../errors.ts';
import { FairQueue, type Origin } from './fair-queue.ts';

/** How much of one kind of work there may be. */
export interface PoolLimits {
  /** Under way at once. */
  readonly places: number;
  /** Waiting for a place. */
  readonly waiting: number;
  /** Longest wait, ms. */
  readonly patienceMs: number;
}

interface Waiting {
  readonly enter: () => void;
  readonly leave: (reason: Error) => void;
}

const RETRY_MS = 1_000;

export class Pool {
  readonly #limits: PoolLimits;
  readonly #queue = new FairQueue<Waiting>();
  #underWay = 0;

  constructor(limits: PoolLimits) {
    this.#limits = limits;
  }

  /** How many are under way, and how many wait. */
  get load(): { readonly underWay: number; readonly waiting: number } {
    return { underWay: this.#underWay, waiting: this.#queue.size };
  }

  /** Whether work of `source` would be refused now. */
  isFullFor(source: string): boolean {
    return (
      this.#underWay >= this.#limits.places &&
      this.#queue.size >= this.#limits.waiting &&
      this.#queue.isLongest(source)
    );
  }

  /**
   * Runs `work` when there is a place for it.
   * @param signal - when it aborts, the waiting work leaves the queue
   * @throws RelayError `overloaded`; the reason of `signal`; what `work` throws
   */
  async run<T>(origin: Origin, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    await this.#enter(origin, signal);
    try {
      return await work();
    } finally {
      this.#underWay -= 1;
      this.#admitNext();
    }
  }

  #enter(origin: Origin, signal: AbortSignal | undefined): Promise<void> | undefined {
    signal?.throwIfAborted();
    if (this.#underWay < this.#limits.places) {
      this.#underWay += 1;
      return undefined;
    }
    this.#makeRoom(origin.source);
    return this.#wait(origin, signal);
  }

  /** @throws RelayError `overloaded` when no other item can be removed */
  #makeRoom(source: string): void {
    if (this.#queue.size < this.#limits.waiting) return;
    const displaced = this.#queue.displace(source);
    if (!displaced) throw overloaded();
    displaced.leave(overloaded());
  }

  #wait(origin: Origin, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', onAbort);
      };
      const waiting: Waiting = {
        enter: () => {
          settle();
          resolve();
        },
        leave: (reason) => {
          settle();
          this.#queue.remove(origin, waiting);
          reject(reason);
        },
      };
      const onAbort = () => waiting.leave(signal?.reason as Error);
      const timer = setTimeout(() => waiting.leave(overloaded()), this.#limits.patienceMs);
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(origin, waiting);
    });
  }

  #admitNext(): void {
    const next = this.#queue.shift();
    if (!next) return;
    this.#underWay += 1;
    next.enter();
  }
}

function overloaded(): RelayError {
  return relayError('overloaded', 'too many requests of this kind are under way', RETRY_MS);
}
