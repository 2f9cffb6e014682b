/** The scheduler: sends `sync` for sessions that are due, a few at a time, and erases the expired ones. */
import type { Clock } from '@perf-aggregator/shared/clock';
import { RelayError } from '../errors.ts';
import type { EventSink } from '../events.ts';
import type { Relay } from '../relay/relay.ts';
import type { Store } from '../storage/port.ts';

/** What the scheduler rests on. */
export interface SchedulerOptions {
  readonly relay: Relay;
  readonly store: Store;
  readonly clock: Clock;
  readonly emit: EventSink;
  /** How often to look for due sessions, ms. */
  readonly pollMs: number;
  /** How often to erase expired sessions, ms. */
  readonly cleanupMs: number;
  /** Synchronisations under way at once. */
  readonly concurrency: number;
}

/** Runs until stopped; the timers are its only state besides what is under way. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Sessions that failed, until they may try again: they take no place from others. */
  readonly #resting = new Map<string, NodeJS.Timeout>();
  #stopped = false;
  #poll: NodeJS.Timeout | null = null;
  #cleanup: NodeJS.Timeout | null = null;

  constructor(options: SchedulerOptions) {
    this.#options = options;
  }

  /** Starts the timers. */
  start(): void {
    const { pollMs, cleanupMs } = this.#options;
    this.#poll = setInterval(() => void this.poll(), pollMs);
    this.#cleanup = setInterval(() => void this.cleanup(), cleanupMs);
  }

  /** Stops the timers and waits for what is under way. */
  async stop(): Promise<void> {
    if (this.#poll) clearInterval(this.#poll);
    if (this.#cleanup) clearInterval(this.#cleanup);
    this.#poll = this.#cleanup = null;
    this.#stopped = true;
    for (const timer of this.#resting.values()) clearTimeout(timer);
    await Promise.all(this.#running.values());
  }

  /** Starts what is due, as far as there is room. */
  async poll(): Promise<void> {
    const { store, clock, concurrency, emit } = this.#options;
    try {
      // However many of the longest overdue are failing, those behind them are seen.
      const due = await store.due(clock.now(), 2 * concurrency + this.#resting.size);
      for (const session of due) {
        if (this.#stopped || this.#running.size >= concurrency) return;
        if (!this.#running.has(session) && !this.#resting.has(session)) this.#start(session);
      }
    } catch (error) {
      emit({ event: 'due_unreadable', err: error });
    }
  }

  /** Erases what expired. */
  async cleanup(): Promise<void> {
    const { store, clock, emit } = this.#options;
    try {
      const erased = await store.eraseExpired(clock.now());
      if (erased > 0) emit({ event: 'expired_erased', erased });
    } catch (error) {
      emit({ event: 'expired_not_erased', err: error });
    }
  }

  #start(session: string): void {
    const run = this.#sync(session).finally(() => {
      this.#running.delete(session);
      // A step that is not the last is due again at once.
      if (this.#poll) void this.poll();
    });
    this.#running.set(session, run);
  }

  async #sync(session: string): Promise<void> {
    const { relay, store, emit } = this.#options;
    const started = performance.now();
    const outcome = () => ({
      session: session.slice(0, 8),
      durationMs: Math.round(performance.now() - started),
    });
    try {
      await relay.ask('sync', session, new Uint8Array());
      emit({ event: 'sync_done', ...outcome() });
    } catch (error) {
      const code = error instanceof RelayError ? error.code : 'internal';
      if (code === 'session_expired' || code === 'session_lost')
        await store.erase(session).catch(() => undefined);
      else emit({ event: 'sync_failed', ...outcome(), code });
      this.#rest(session);
    }
  }

  /** What failed without a new state stays due: it waits a poll, not a microtask. */
  #rest(session: string): void {
    if (this.#stopped) return;
    const timer = setTimeout(() => this.#resting.delete(session), this.#options.pollMs);
    this.#resting.set(session, timer);
  }
}
