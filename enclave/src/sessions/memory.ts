/**
 * Sessions that live only in memory. Anybody may ask for one, and each keeps its place until its end. So places are
 * counted for each account of a venue and for each source, and no single one can use all places.
 */
import { Refusal } from '../errors.ts';
import type { Session } from './session.ts';

const RETRY_MS = 60_000;
/** Places of one account of a venue: enough for a few programs of its owner. */
const PLACES_PER_ACCOUNT = 4;
/** One source may have one part in this many of all places. */
const SOURCE_SHARE = 8;

interface Kept {
  readonly session: Session;
  /** The names of the accounts, and the source, that the place counts for. */
  readonly counted: readonly string[];
}

/** Sessions by id, at most `places` of them. */
export class MemorySessions {
  readonly #places: number;
  readonly #kept = new Map<string, Kept>();

  constructor(places: number) {
    this.#places = places;
  }

  get size(): number {
    return this.#kept.size;
  }

  get(id: string): Session | null {
    return this.#kept.get(id)?.session ?? null;
  }

  /**
   * Adds a new session.
   * @param source - the source that asked for it, by the parent's name for that source; null: unknown
   * @throws Refusal `sessions_full`
   */
  admit(session: Session, source: string | null, now: number): void {
    for (const [id, kept] of this.#kept) if (now >= kept.session.state.expiresAt) this.#kept.delete(id);
    const accounts = namesOf(session);
    const counted = source === null ? accounts : [...accounts, `source ${source}`];
    if (this.#kept.size >= this.#places) throw full('no room for another session that lives in memory');
    const most = Math.max(1, Math.floor(this.#places / SOURCE_SHARE));
    for (const name of counted) {
      const places = name.startsWith('source ') ? most : PLACES_PER_ACCOUNT;
      if (this.#count(name) >= places) throw full('this account or source has its share of such sessions');
    }
    this.#kept.set(session.state.id, { session, counted });
  }

  /** Replaces a session by its next version. */
  replace(session: Session): void {
    const { id } = session.state;
    this.#kept.set(id, { session, counted: this.#kept.get(id)?.counted ?? namesOf(session) });
  }

  delete(id: string): void {
    this.#kept.delete(id);
  }

  #count(name: string): number {
    let count = 0;
    for (const { counted } of this.#kept.values()) if (counted.includes(name)) count += 1;
    return count;
  }
}

/** The venue's own identifiers of the accounts. An account without one is named by its key. */
function namesOf({ state }: Session): string[] {
  return state.accounts.map(
    ({ access: { venue, apiKey }, inspection: { uid } }) =>
      `${venue} ${uid === null ? `key ${apiKey}` : uid}`,
  );
}

function full(message: string): Refusal {
  return new Refusal('sessions_full', message, { retryAfterMs: RETRY_MS });
}
