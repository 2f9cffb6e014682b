/** The days that a session's history covers. The CLI tells them when a requested period lies outside them. */
import { ServiceError } from '../errors.ts';
import { day } from '../present/format.ts';
import type { SecureClient } from '../sdk/secure-client.ts';
import { definedOf, type SelectionFlags } from './question.ts';

/** First and last whole UTC day of a history. Both are null when it has no whole day. */
export class History {
  readonly first: string | null;
  readonly last: string | null;

  /** @param bounds - instants in ms UTC; the end is exclusive */
  constructor({
    startTime,
    endTime,
  }: { readonly startTime: number | null; readonly endTime: number | null }) {
    this.first = startTime === null ? null : day(startTime);
    this.last = endTime === null ? null : day(endTime - 1);
  }

  /** In words. */
  get text(): string {
    if (this.first === null || this.last === null) return 'the history has no whole day yet';
    return `the history lies from ${this.first} to ${this.last}`;
  }
}

/** Whether an answer says that the period holds no whole day. */
export function isEmpty(answer: object): boolean {
  const { startTime, from } = answer as { readonly startTime?: unknown; readonly from?: unknown };
  return startTime === null || from === null;
}

/**
 * The history from which the flags select a part. Null: the flags select all of it, or the service cannot tell it.
 * @throws SecurityError, ClientError
 */
export async function historyOf(client: SecureClient, flags: SelectionFlags): Promise<History | null> {
  const { from, to, period, account, currency, method } = flags;
  if (from === undefined && to === undefined && period === undefined) return null;
  try {
    return new History(await client.getSummary(definedOf({ account, currency, method })));
  } catch (error) {
    // The history only accompanies another message, which must not be lost.
    if (error instanceof ServiceError) return null;
    throw error;
  }
}

/** The result of `ask`. When the service says that the period is empty, the error tells the days of the history. */
export async function tellingHistory<T>(
  client: SecureClient,
  flags: SelectionFlags,
  ask: () => Promise<T>,
): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof ServiceError) || error.code !== 'period_empty') throw error;
    const { code, message, status, requestId, retryAfterMs } = error;
    const details = await historyOf(client, flags);
    throw new ServiceError(code, message, { status, requestId, retryAfterMs, details });
  }
}
