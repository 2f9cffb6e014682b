/**
 * The scheduler: sends `sync` for sessions that are due, a few at a time, and erases the expired ones. What fails waits
 * longer each time; what fails for ever is asked once an hour, and its operator is told.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { Recent } from '@perf-aggregator/shared/recent';
import { HOUR_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
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
  /** A number in [0, 1), different each time: what failed together does not come back together. */
  readonly random: () => number;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15 * MINUTE_MS;
/** Failures in a row after which a session is taken to fail for ever: it has waited for half an hour by then. */
const MAX_ATTEMPTS = 12;
const QUARANTINE_MS = HOUR_MS;
/** Sessions whose failures are counted at once. */
const MAX_COUNTED = 10_000;

/** Failures of the service, which say nothing of the session: it waits a while, and is not counted. */
const OF_SERVICE: ReadonlySet<PublicCode> = new Set([
  'enclave_unavailable',
  'enclave_not_ready',
  'overloaded',
  'kms_unavailable',
  'genesis_mismatch',
  'deployment_refused',
  'store_unavailable',
]);
/** Failures after which there is nothing left to synchronise. */
const OVER: ReadonlySet<PublicCode> = new Set(['session_expired', 'session_lost', 'session_unknown']);

/** Runs until stopped; the timers are its only state besides what is under way. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Sessions that failed, until the next poll: they take no place from others. */
  readonly #resting = new Map<string, NodeJS.Timeout>();
  /** Failures since the last success. */
  readonly #attempts = new Recent<string, number>(MAX_COUNTED);
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
    const { relay, emit } = this.#options;
    const started = performance.now();
    const outcome = () => ({
      session: session.slice(0, 8),
      durationMs: Math.round(performance.now() - started),
    });
    try {
      await relay.ask('sync', session, new Uint8Array());
      this.#attempts.delete(session);
      emit({ event: 'sync_done', ...outcome() });
    } catch (error) {
      const code = error instanceof RelayError ? error.code : 'internal';
      // Whatever comes of it: what is due still is not begun again before the next poll, or nothing else would run.
      this.#rest(session);
      await (OVER.has(code) ? this.#end(session, code) : this.#putOff(session, code, outcome()));
    }
  }

  async #end(session: string, code: PublicCode): Promise<void> {
    this.#attempts.delete(session);
    // What is unknown is erased already, or is being erased.
    if (code === 'session_unknown') return;
    await this.#options.store.erase(session).catch(() => undefined);
  }

  async #putOff(
    session: string,
    code: PublicCode,
    outcome: { readonly session: string; readonly durationMs: number },
  ): Promise<void> {
    const { store, clock, emit } = this.#options;
    const attempts = (this.#attempts.peek(session) ?? 0) + (OF_SERVICE.has(code) ? 0 : 1);
    if (attempts > 0) this.#attempts.set(session, attempts);
    const retryMs = this.#waitAfter(attempts);
    emit({ event: 'sync_failed', ...outcome, code, attempts, retryMs });
    if (attempts === MAX_ATTEMPTS && !OF_SERVICE.has(code)) {
      emit({ event: 'sync_quarantined', session: outcome.session, code, attempts });
    }
    await store.postpone(session, clock.now() + retryMs).catch(() => undefined);
  }

  /** Full jitter over the upper half. */
  #waitAfter(attempts: number): number {
    if (attempts >= MAX_ATTEMPTS) return QUARANTINE_MS;
    const most = Math.min(FIRST_RETRY_MS * 2 ** Math.max(0, attempts - 1), LAST_RETRY_MS);
    return Math.ceil((most * (1 + this.#options.random())) / 2);
  }

  /** Leaves a session alone until the next poll. */
  #rest(session: string): void {
    if (this.#stopped) return;
    clearTimeout(this.#resting.get(session));
    const timer = setTimeout(() => this.#resting.delete(session), this.#options.pollMs);
    this.#resting.set(session, timer);
  }
}
