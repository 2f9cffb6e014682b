/** What ends work early: whoever asked for it, and time. */

/** Signals and a time, any of which ends the work. */
export interface Ends {
  readonly signals: readonly (AbortSignal | undefined)[];
  /** From now on, ms. */
  readonly timeoutMs?: number;
}

/**
 * Does `work` under one signal that aborts with the first of `ends`, with the same reason; a time that is over gives a
 * `TimeoutError`. All of it is held until the work is done. `AbortSignal.any` holds what it is made of weakly: a time-out
 * that nothing else holds is collected and never comes (Node 20), and an abort is forgotten with its source (Node 24).
 */
export async function endedBy<T>(ends: Ends, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const signals = ends.signals.filter((signal) => signal !== undefined);
  const follow = ({ target }: Event): void => controller.abort((target as AbortSignal).reason);
  for (const signal of signals) {
    if (signal.aborted) controller.abort(signal.reason);
    signal.addEventListener('abort', follow);
  }
  const late = (): void => controller.abort(new DOMException('not done in time', 'TimeoutError'));
  const timer = ends.timeoutMs === undefined ? undefined : setTimeout(late, ends.timeoutMs);
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    for (const signal of signals) signal.removeEventListener('abort', follow);
  }
}
