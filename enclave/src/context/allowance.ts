/** A limit on how much of something may be under way at once. A request above the limit is refused before any work. */
import { Refusal } from '../errors.ts';

const RETRY_MS = 1_000;

export class Allowance {
  readonly #limit: number;
  readonly #what: string;
  #taken = 0;

  /** @param what - named in the refusal, as "bytes of messages" */
  constructor(limit: number, what: string) {
    this.#limit = limit;
    this.#what = what;
  }

  /** The amount that is under way now. */
  get taken(): number {
    return this.#taken;
  }

  /** Runs `work` while `amount` counts as under way. @throws Refusal `overloaded` when that would be too much */
  async during<T>(amount: number, work: () => Promise<T>): Promise<T> {
    if (this.#taken + amount > this.#limit) {
      throw new Refusal('overloaded', `more than ${this.#limit} ${this.#what} are under way`, {
        retryAfterMs: RETRY_MS,
      });
    }
    this.#taken += amount;
    try {
      return await work();
    } finally {
      this.#taken -= amount;
    }
  }
}
