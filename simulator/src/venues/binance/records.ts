/** What the venue has of one account: its wallets at an instant, and lists of rows, each made once. */
import type { Contracts } from '../../market/contracts.ts';
import { Books, type Effect } from '../../trader/books.ts';
import type { TraderAccount } from '../../trader/event.ts';
import { type AnyEvent, timelineOf } from '../../trader/timeline.ts';
import type { Row } from './page.ts';

/** An event of one kind. */
export type EventOf<K extends AnyEvent['kind']> = Extract<AnyEvent, { readonly kind: K }>;

/** The records of one account. */
export class Records {
  readonly #events: readonly AnyEvent[];
  readonly #contracts: Contracts;
  readonly #lists = new Map<string, readonly Row[]>();
  #books: Books;
  #next = 0;
  #asOf = Number.NEGATIVE_INFINITY;
  #updated = 0;
  #effects: readonly Effect[] | null = null;

  constructor(history: TraderAccount, contracts: Contracts) {
    this.#events = timelineOf(history);
    this.#contracts = contracts;
    this.#books = new Books(contracts);
  }

  /** The wallets at an instant. They are the same object at every later one. @throws NegativeBalanceError */
  booksAt(now: number): Books {
    if (now < this.#asOf) {
      this.#books = new Books(this.#contracts);
      this.#next = 0;
      this.#updated = 0;
    }
    this.#asOf = now;
    for (let next = this.#events[this.#next]; next && next.time <= now; next = this.#events[this.#next]) {
      this.#books.apply(next);
      this.#updated = next.time;
      this.#next++;
    }
    return this.#books;
  }

  /** Instant of the last event up to `now`; 0 without one. */
  updatedAt(now: number): number {
    this.booksAt(now);
    return this.#updated;
  }

  /** Every event with what it did. @throws NegativeBalanceError */
  effects(): readonly Effect[] {
    if (this.#effects === null) {
      const books = new Books(this.#contracts);
      this.#effects = this.#events.map((event) => books.apply(event));
    }
    return this.#effects;
  }

  /** All events of a kind, in order of time. */
  events<K extends AnyEvent['kind']>(kind: K): readonly EventOf<K>[] {
    return this.list(kind, (events) => events.filter((event): event is EventOf<K> => event.kind === kind));
  }

  /** The list `name`, in order of time. `make` is called once. */
  list<T extends Row>(name: string, make: (events: readonly AnyEvent[]) => readonly T[]): readonly T[] {
    const known = this.#lists.get(name);
    if (known) return known as readonly T[];
    const made = make(this.#events).toSorted((a, b) => a.time - b.time);
    this.#lists.set(name, made);
    return made;
  }
}
