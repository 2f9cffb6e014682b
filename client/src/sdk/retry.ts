/**
 * Asking again when a service says that it has no room now (429, 503, 504): after the time that it names, a few times,
 * and not for longer than a person waits.
 */
import type { Random } from '@perf-aggregator/shared/random';

/** What waiting rests on. */
export interface RetryPorts {
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: Random;
}

/** How an attempt ended. */
export interface Attempt {
  readonly status: number;
  /** Value of `Retry-After`; null: there is none. */
  readonly retryAfter: string | null;
}

const MAX_ATTEMPTS = 4;
/** Longest wait altogether, ms. */
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 500;

/** Statuses after which nothing was done (429, 503), and one after which a reading may be asked again (504). */
const NOTHING_DONE: ReadonlySet<number> = new Set([429, 503]);
const GAVE_UP = 504;

/**
 * What `attempt` gives, asked again while there is no room.
 * @param isRead - whether asking twice does nothing twice
 */
export async function withRetries<T extends Attempt>(
  attempt: () => Promise<T>,
  isRead: boolean,
  ports: RetryPorts,
): Promise<T> {
  let patience = PATIENCE_MS;
  for (let tries = 1; ; tries++) {
    const answer = await attempt();
    const mayRepeat = NOTHING_DONE.has(answer.status) || (isRead && answer.status === GAVE_UP);
    if (!mayRepeat || tries === MAX_ATTEMPTS) return answer;
    const wait = waitOf(answer, tries, ports.random);
    if (wait > patience) return answer;
    patience -= wait;
    await ports.sleep(wait);
  }
}

/** The time that the service names (RFC 9110 §10.2.3, seconds), or longer each time; and up to a quarter more. */
function waitOf({ retryAfter }: Attempt, tries: number, random: Random): number {
  const named = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : null;
  const least = named ?? FIRST_WAIT_MS * 2 ** (tries - 1);
  const [byte = 0] = random.bytes(1);
  return Math.ceil(least * (1 + byte / 1_020));
}
