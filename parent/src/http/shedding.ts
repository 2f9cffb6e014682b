/**
 * Shedding load: what there is no room for is refused unread, a moment later, so that a client that asks again at once
 * gets no more than one that waits; and told in one line a second, whatever its number.
 */
import type { ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import type { EventSink } from '../events.ts';
import type { Shed } from '../relay/relay.ts';
import { answerRefusal, refuseSocket } from './refusal.ts';

/** How long a refusal is held back, ms. */
const HELD_MS = 200;
/** Refusals held back at once; the rest leave at once, with their connections. */
const MAX_HELD = 1_024;
const TOLD_EVERY_MS = 1_000;
/** Lines a second about single refusals: a flood of them would fill the log. */
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

  /** Refuses a request that nobody has looked at. */
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

  /** Whether what is refused is little enough to be told one by one. */
  isCalm(): boolean {
    const now = performance.now();
    if (now - this.#since >= TOLD_EVERY_MS) {
      this.#since = now;
      this.#singly = 0;
    }
    this.#singly += 1;
    return this.#singly <= MAX_SINGLY;
  }

  /** Counts what was refused. */
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
