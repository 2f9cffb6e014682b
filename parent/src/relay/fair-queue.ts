/**
 * A queue in which sources take turns, and so do the sessions of each source: whoever brings much waits for itself.
 * Round robin of round robins (Nagle, RFC 970); what overflows it takes from the source that has most (longest queue
 * drop, Suter et al. 1998).
 */

/** Whose work it is. */
export interface Origin {
  /** Who sent it. */
  readonly source: string;
  /** What it is about; null: no session. */
  readonly session: string | null;
}

interface Source<T> {
  count: number;
  /** Waiting by session, in the order of their turns. */
  readonly sessions: Map<string | null, T[]>;
}

export class FairQueue<T> {
  /** In the order of their turns. */
  readonly #sources = new Map<string, Source<T>>();
  #size = 0;

  /** How many wait. */
  get size(): number {
    return this.#size;
  }

  push({ source, session }: Origin, item: T): void {
    const waiting = this.#sources.get(source) ?? { count: 0, sessions: new Map<string | null, T[]>() };
    this.#sources.set(source, waiting);
    const items = waiting.sessions.get(session);
    if (items) items.push(item);
    else waiting.sessions.set(session, [item]);
    waiting.count += 1;
    this.#size += 1;
  }

  /** Takes out whoever's turn it is. */
  shift(): T | undefined {
    const [turn] = this.#sources;
    if (!turn) return undefined;
    const [name, source] = turn;
    const [first] = source.sessions;
    const [session, items] = first!;
    const item = items.shift();
    source.sessions.delete(session);
    if (items.length > 0) source.sessions.set(session, items);
    this.#sources.delete(name);
    if (--source.count > 0) this.#sources.set(name, source);
    this.#size -= 1;
    return item;
  }

  /** Takes `item` out, wherever it waits. @returns whether it did */
  remove({ source: name, session }: Origin, item: T): boolean {
    const source = this.#sources.get(name);
    const items = source?.sessions.get(session);
    const at = items?.indexOf(item) ?? -1;
    if (!source || !items || at < 0) return false;
    items.splice(at, 1);
    if (items.length === 0) source.sessions.delete(session);
    if (--source.count === 0) this.#sources.delete(name);
    this.#size -= 1;
    return true;
  }

  /**
   * Makes room for one more of `newcomer`: takes out the latest of the source that has most, unless that is the
   * newcomer's own.
   * @returns what was taken out; undefined: the newcomer has as many as anybody and has to go itself
   */
  displace(newcomer: string): T | undefined {
    const name = this.#longest();
    const source = name === null ? undefined : this.#sources.get(name);
    const own = this.#sources.get(newcomer)?.count ?? 0;
    if (name === null || !source || source.count <= own + 1) return undefined;
    const [session, items] = [...source.sessions].at(-1)!;
    const item = items.at(-1)!;
    this.remove({ source: name, session }, item);
    return item;
  }

  /** Whether `newcomer` has as many here as any source. */
  isLongest(newcomer: string): boolean {
    const longest = this.#longest();
    const most = longest === null ? 0 : this.#sources.get(longest)!.count;
    return most <= (this.#sources.get(newcomer)?.count ?? 0) + 1;
  }

  #longest(): string | null {
    let [longest, most]: [string | null, number] = [null, 0];
    for (const [name, { count }] of this.#sources) if (count > most) [longest, most] = [name, count];
    return longest;
  }
}
