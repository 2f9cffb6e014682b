/**
 * The enclaves of one parent, and the choice among them. All hold the same keys, so any of them can serve any sealed
 * session from its stored state. One that already has the session open is quicker. A session that lives in memory is in
 * one of them only.
 */
import { Recent } from '@perf-aggregator/shared/recent';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import type { VenueHealth } from '@perf-aggregator/shared/wire/ping';
import { RelayError, relayError } from '../errors.ts';

/** A prepared connection. */
export interface EnclaveChannel {
  request(message: Uint8Array, timeoutMs: number, signal?: AbortSignal): Promise<Uint8Array>;
}

/** The link to one enclave. */
export interface EnclaveLink {
  /** Whether a prepared connection exists now. */
  readonly isReady: boolean;
  /** Whether the enclave answered the last ping. */
  readonly isAnswering: boolean;
  /** How the enclave's venues answered it last. */
  readonly venues: readonly VenueHealth[];
  /** Returns the prepared connection. Makes one if there is none. */
  connect(): Promise<EnclaveChannel>;
}

/** Refusals of an enclave that did nothing. Another enclave may be able to answer. */
const ELSEWHERE: ReadonlySet<PublicCode> = new Set([
  'enclave_not_ready',
  'unknown_handshake_key',
  'session_lost',
]);
/** For this many sessions the parent remembers the enclave that answered last, when it is not the usual one. */
const MAX_HOMES = 10_000;

/** Chooses among the enclaves. */
export class Enclaves {
  readonly #links: readonly EnclaveLink[];
  /** The enclave that answered last for a session. */
  readonly #homes = new Recent<string, EnclaveLink>(MAX_HOMES);
  #turn = 0;

  /** @param links - at least one */
  constructor(links: readonly EnclaveLink[]) {
    this.#links = links;
  }

  /** Whether any enclave can be asked now. Connects if none is ready. */
  async answer(): Promise<boolean> {
    if (this.#ready().length > 0) return true;
    const attempts = await Promise.allSettled(this.#links.map((link) => link.connect()));
    return attempts.some(({ status }) => status === 'fulfilled');
  }

  /** The number of enclaves, and how many of them serve and answer. */
  get count(): { readonly configured: number; readonly serving: number } {
    const serving = this.#ready().filter(({ isAnswering }) => isAnswering);
    return { configured: this.#links.length, serving: serving.length };
  }

  /** The state of the best enclave: it answers, it is connected but silent, or none is connected. */
  get state(): 'ok' | 'silent' | 'absent' {
    const ready = this.#ready();
    if (ready.length === 0) return 'absent';
    return ready.some(({ isAnswering }) => isAnswering) ? 'ok' : 'silent';
  }

  /** How the venues answered the enclaves last. */
  get venues(): readonly VenueHealth[] {
    return this.#links.flatMap(({ venues }) => venues);
  }

  /**
   * Asks one enclave after another, until one gives an answer that is not in `ELSEWHERE`. A request that may have had
   * an effect is not sent again.
   * @param session - null: any enclave may answer
   * @throws what `ask` throws; `enclave_unavailable` where an enclave that is away might know the session
   */
  async ask<T>(session: string | null, ask: (channel: EnclaveChannel) => Promise<T>): Promise<T> {
    const order = this.#order(session);
    let refused: unknown;
    for (const link of order) {
      const channel = await link.connect().catch((error: unknown) => {
        refused = error;
      });
      if (!channel) continue;
      try {
        const answer = await ask(channel);
        if (session !== null && link !== order[0]) this.#homes.set(session, link);
        return answer;
      } catch (error) {
        if (!isElsewhere(error)) throw error;
        refused = error;
      }
    }
    const isAway = order.length < this.#links.length;
    if (isAway && refused instanceof RelayError && refused.code === 'session_lost') {
      throw relayError('enclave_unavailable', 'an enclave that may have the session is away', 1_000, refused);
    }
    throw refused;
  }

  /** Asks all ready enclaves. The first answer counts. */
  async askAll<T>(ask: (channel: EnclaveChannel) => Promise<T>): Promise<T> {
    const links = this.#ready().length > 0 ? this.#ready() : this.#links;
    const answers = await Promise.allSettled(links.map(async (link) => ask(await link.connect())));
    for (const answer of answers) if (answer.status === 'fulfilled') return answer.value;
    throw (answers[0] as PromiseRejectedResult).reason;
  }

  forget(session: string): void {
    this.#homes.delete(session);
  }

  /** Enclaves that can be asked. A silent one is among them only when all are silent. */
  #ready(): EnclaveLink[] {
    const ready = this.#links.filter((link) => link.isReady);
    const answering = ready.filter((link) => link.isAnswering);
    return answering.length > 0 ? answering : ready;
  }

  /** The ready enclaves. If none is ready, all of them, because one may be dialled. */
  #order(session: string | null): EnclaveLink[] {
    const ready = this.#ready();
    const links = ready.length > 0 ? ready : [...this.#links];
    if (links.length < 2) return links;
    if (session === null) {
      this.#turn = (this.#turn + 1) % links.length;
      return [...links.slice(this.#turn), ...links.slice(0, this.#turn)];
    }
    const home = this.#homes.peek(session);
    const weight = (link: EnclaveLink) =>
      link === home ? Number.POSITIVE_INFINITY : weightOf(session, this.#links.indexOf(link));
    return links.sort((a, b) => weight(b) - weight(a));
  }
}

function isElsewhere(error: unknown): boolean {
  return error instanceof RelayError && ELSEWHERE.has(error.code);
}

/**
 * Rendezvous hashing (Thaler and Ravishankar 1998): the enclave with the greatest weight serves. If it is away, only
 * its sessions move.
 */
function weightOf(session: string, index: number): number {
  let hash = 0x811c_9dc5 ^ index;
  // FNV-1a, mixed once more at the end. Ids are random, but their differences are not.
  for (let at = 0; at < session.length; at++) hash = Math.imul(hash ^ session.charCodeAt(at), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b_3c6d ^ (index << 1));
  return (hash ^ (hash >>> 13)) >>> 0;
}
