/**
 * The scheduler sends `sync` for sessions that are due, a few at a time, and erases expired sessions. A failing session
 * waits longer each time. A session that fails for ever is tried once an hour, and its operator is told.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { Recent } from '@perf-aggregator/shared/recent';
import { HOUR_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import { RelayError } from '../errors.ts';
import type { EventSink } from '../events.ts';
import type { Relay } from '../relay/relay.ts';
import type { Store } from '../storage/port.ts';

/** What the scheduler needs. */
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
  /** A number in [0, 1), different each time. It spreads the retries of sessions that failed together. */
  readonly random: () => number;
}

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 15 * MINUTE_MS;
/** After this many failures in a row a session counts as failing for ever. It has waited for half an hour by then. */
const MAX_ATTEMPTS = 12;
const QUARANTINE_MS = HOUR_MS;
/** How many sessions have counted failures at once. */
const MAX_COUNTED = 10_000;

/** Failures of the service, which show nothing about the session. It waits a while, and the failure is not counted. */
const OF_SERVICE: ReadonlySet<PublicCode> = new Set([
  'enclave_unavailable',
  'enclave_not_ready',
  'overloaded',
  'kms_unavailable',
  'genesis_mismatch',
  'deployment_refused',
  'store_unavailable',
]);
/** Failures after which nothing is left to synchronise. */
const OVER: ReadonlySet<PublicCode> = new Set(['session_expired', 'session_lost', 'session_unknown']);

/** Runs until it is stopped. Its only state is its timers and the work under way. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Sessions that failed. They wait until the next poll, without a place. */
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

  /** Starts due sessions, as far as there is room. */
  async poll(): Promise<void> {
    const { store, clock, concurrency, emit } = this.#options;
    try {
      // Sessions behind the longest overdue ones are found too, however many of those are failing.
      const due = await store.due(clock.now(), 2 * concurrency + this.#resting.size);
      for (const session of due) {
        if (this.#stopped || this.#running.size >= concurrency) return;
        if (!this.#running.has(session) && !this.#resting.has(session)) this.#start(session);
      }
    } catch (error) {
      emit({ event: 'due_unreadable', err: error });
    }
  }

  /** Erases expired sessions. */
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
    // An unknown session is erased, or is being erased.
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
