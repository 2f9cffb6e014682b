/**
 * Repeats a request when a service says that it has no room now (429, 503, 504). The wait is the time that the service
 * names. The request is repeated only a few times, and the total wait is no longer than a person waits.
 */
import type { Random } from '@perf-aggregator/shared/random';

/** What waiting depends on. */
export interface RetryPorts {
  readonly sleep: (ms: number) => Promise<void>;
  readonly random: Random;
}

/** The result of an attempt. */
export interface Attempt {
  readonly status: number;
  /** Value of `Retry-After`. Null: there is none. */
  readonly retryAfter: string | null;
}

const MAX_ATTEMPTS = 4;
/** Longest total wait, ms. */
const PATIENCE_MS = 30_000;
const FIRST_WAIT_MS = 500;

/**
 * Statuses that mean that nothing was done (429, 503), and the status after which only a read may be repeated (504).
 */
const NOTHING_DONE: ReadonlySet<number> = new Set([429, 503]);
const GAVE_UP = 504;

/**
 * The result of `attempt`, which is repeated while there is no room.
 * @param isRead - whether a repeat has no further effect
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

/**
 * The time that the service names (RFC 9110 §10.2.3, seconds). Without one, each wait is longer than the last. Up to a
 * quarter is added at random.
 */
function waitOf({ retryAfter }: Attempt, tries: number, random: Random): number {
  const named = /^\d{1,6}$/.test(retryAfter ?? '') ? Number(retryAfter) * 1_000 : null;
  const least = named ?? FIRST_WAIT_MS * 2 ** (tries - 1);
  const [byte = 0] = random.bytes(1);
  return Math.ceil(least * (1 + byte / 1_020));
}
