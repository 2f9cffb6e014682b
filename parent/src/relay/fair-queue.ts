/**
 * A queue in which sources take turns, and so do the sessions of each source. A source with much work waits only for
 * itself. It is a round robin of round robins (Nagle, RFC 970). On overflow the source with the most items loses one
 * (longest queue drop, Suter et al. 1998).
 */

/** The source and the session of an item. */
export interface Origin {
  /** The source that sent it. */
  readonly source: string;
  /** The session that it concerns. Null: no session. */
  readonly session: string | null;
}

interface Source<T> {
  count: number;
  /** Waiting items by session, in the order of their turns. */
  readonly sessions: Map<string | null, T[]>;
}

export class FairQueue<T> {
  /** Sources in the order of their turns. */
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

  /** Removes the item whose turn it is. */
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

  /** Removes `item`, wherever it waits. @returns whether it was there */
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
   * Makes room for one more item of `newcomer`. Removes the latest item of the source that has most, unless that source
   * is the newcomer.
   * @returns the removed item; undefined: the newcomer has as many as any source and must leave itself
   */
  displace(newcomer: string): T | undefined {
    const [name, longest] = this.#longest() ?? [];
    if (name === undefined || !longest || this.isLongest(newcomer)) return undefined;
    const [session, items] = [...longest.sessions].at(-1)!;
    const item = items.at(-1)!;
    this.remove({ source: name, session }, item);
    return item;
  }

  /** Whether `newcomer`, with one more item, has as many here as any source. */
  isLongest(newcomer: string): boolean {
    const [, longest] = this.#longest() ?? [];
    return (longest?.count ?? 0) <= (this.#sources.get(newcomer)?.count ?? 0) + 1;
  }

  #longest(): readonly [name: string, source: Source<T>] | null {
    let longest: readonly [name: string, source: Source<T>] | null = null;
    for (const entry of this.#sources) if (entry[1].count > (longest?.[1].count ?? 0)) longest = entry;
    return longest;
  }
}
