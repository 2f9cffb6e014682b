/** The work under way for each session, so that the session's end can end all of it at once. */

export class Running {
  readonly #running = new Map<string, Set<AbortController>>();
  /** Sessions that are being ended, with the error for requests meanwhile. */
  readonly #ending = new Map<string, Error>();

  /**
   * Runs `work` with a signal that aborts with `given`, or when the session is ended.
   * @throws the reason of the end; what `work` throws
   */
  async during<T>(
    session: string,
    given: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    const ending = this.#ending.get(session);
    if (ending) throw ending;
    const controller = new AbortController();
    const running = this.#running.get(session) ?? new Set();
    this.#running.set(session, running.add(controller));
    const onAbort = () => controller.abort(given?.reason);
    if (given?.aborted) onAbort();
    given?.addEventListener('abort', onAbort, { once: true });
    try {
      const done = await work(controller.signal);
      // The session ended at the last moment, so the result concerns a session that no longer exists.
      if (controller.signal.aborted && !given?.aborted) throw controller.signal.reason;
      return done;
    } finally {
      given?.removeEventListener('abort', onAbort);
      running.delete(controller);
      if (running.size === 0) this.#running.delete(session);
    }
  }

  /**
   * Ends everything that runs for `session` with `reason`. Then runs `work`. Nothing starts for the session until it is
   * done.
   */
  async endAll<T>(session: string, reason: Error, work: () => Promise<T>): Promise<T> {
    this.#ending.set(session, reason);
    for (const controller of this.#running.get(session) ?? []) controller.abort(reason);
    try {
      return await work();
    } finally {
      this.#ending.delete(session);
    }
  }
}
