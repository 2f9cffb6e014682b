/**
 * Load shedding: requests without room are refused unread. The refusal is delayed a moment, so that a client that
 * retries at once gains nothing over one that waits. One log line a second reports any number of refusals.
 */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import type { EventSink } from '../events.ts';
import type { Shed } from '../relay/relay.ts';
import { answerRefusal, refuseSocket } from './refusal.ts';

/** How long a refusal is delayed, ms. */
const HELD_MS = 200;
/** How many refusals are delayed at once. Further ones are sent at once, and close their connections. */
const MAX_HELD = 1_024;
const TOLD_EVERY_MS = 1_000;
/** Log lines a second about single refusals. A flood of them would fill the log. */
const MAX_SINGLY = 10;

export class Shedding {
  readonly #emit: EventSink;
  readonly #counts = new Map<PublicCode, number>();
  #held = 0;
  #since = 0;
  #singly = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor(emit: EventSink) {
    this.#emit = emit;
  }

  /** Refuses an unread request. */
  refuse(response: ServerResponse, { code, retryAfterMs }: Shed): void {
    this.count(code);
    const answer = () => answerRefusal(response, { code, retryAfterMs, sealed: null });
    if (this.#held >= MAX_HELD) {
      response.setHeader('Connection', 'close');
      answer();
      return;
    }
    this.#held += 1;
    const timer = setTimeout(() => {
      this.#held -= 1;
      if (!response.destroyed) answer();
    }, HELD_MS);
    timer.unref();
  }

  /** Refuses a connection. */
  refuseSocket(socket: Duplex, code: PublicCode): void {
    this.count(code);
    refuseSocket(socket, code);
  }

  /** Whether there are few enough refusals to report them one by one. */
  isCalm(): boolean {
    const now = performance.now();
    if (now - this.#since >= TOLD_EVERY_MS) {
      this.#since = now;
      this.#singly = 0;
    }
    this.#singly += 1;
    return this.#singly <= MAX_SINGLY;
  }

  /** Counts a refusal. */
  count(code: PublicCode): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    if (this.#timer === null) this.#timer = setTimeout(() => this.#tell(), TOLD_EVERY_MS).unref();
  }

  #tell(): void {
    this.#timer = null;
    for (const [code, count] of this.#counts) this.#emit({ event: 'requests_shed', code, count });
    this.#counts.clear();
  }
}
