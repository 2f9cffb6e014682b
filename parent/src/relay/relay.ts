/**
 * The relay passes opaque bytes to the enclave and back. It adds the session's stored state when the enclave requests
 * it. It stores every change on disk before it answers. It opens nothing.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
import { Recent } from '@perf-aggregator/shared/recent';
import { Turns } from '@perf-aggregator/shared/turns';
import {
  decodeReply,
  type EnclaveReply,
  type EnclaveRequest,
  encodeRequest,
  type StateWrite,
} from '@perf-aggregator/shared/wire/envelope';
import { TransportError, type TransportErrorCode } from '@perf-aggregator/shared/wire/errors';
import type { PublicCode } from '@perf-aggregator/shared/wire/failure';
import { type Operation, operationRow } from '@perf-aggregator/shared/wire/operations';
import type { EnclaveChannel, Enclaves } from '../enclaves/enclaves.ts';
import { RelayError, relayError } from '../errors.ts';
import { StoreError } from '../storage/errors.ts';
import type { Store } from '../storage/port.ts';
import type { Origin } from './fair-queue.ts';
import { Openings } from './openings.ts';
import { type Pools, poolOf } from './pools.ts';
import { Running } from './running.ts';

/** What the relay needs. */
export interface RelayOptions {
  readonly enclaves: Enclaves;
  readonly store: Store;
  readonly pools: Pools;
  readonly clock: Clock;
  /** Longest time that a session's state is kept, whatever the enclave requests, ms. */
  readonly maxSessionTtlMs: number;
}

type EnclaveAnswer = Extract<EnclaveReply, { outcome: 'ok' }>;

/** Failures of the connection to the enclave that are more exact than "unreachable". */
const PUBLIC_CODE_OF: Readonly<
  Partial<Record<TransportErrorCode, readonly [code: PublicCode, retryAfterMs: number | null]>>
> = {
  deadline_exceeded: ['deadline_exceeded', 1_000],
  channel_overloaded: ['overloaded', 1_000],
  message_too_large: ['request_too_large', null],
  frame_malformed: ['frame_malformed', null],
};

/** The caller of a request. */
export interface Caller {
  /** The source of the request, as far as the parent can distinguish sources. */
  readonly source: string;
  /** A name of the source for the enclave that reveals nothing else. Left out: the parent itself is the caller. */
  readonly alias?: string;
  /** Aborts when no caller waits for the answer any more. */
  readonly signal?: AbortSignal | undefined;
}

/** One request to an enclave: its operation, session, content and caller. */
interface Asking {
  readonly operation: Operation;
  readonly session: string | null;
  readonly request: EnclaveRequest;
  readonly caller: Caller;
}

/** Why a request is refused unread, and when to retry. */
export interface Shed {
  readonly code: PublicCode;
  readonly retryAfterMs: number;
}

const RETRY_MS = 1_000;
const MAX_SENT_AWAY = 10_000;

/** The parent as a caller. Its requests use no client's turns. */
const PARENT: Caller = { source: 'parent' };

/** Passes requests between the edge, the enclave and the store. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #turns = new Turns();
  readonly #running = new Running();
  readonly #openings = new Openings();
  /** Until when each source must stay away, by operation, ms. */
  readonly #sentAway = new Recent<string, number>(MAX_SENT_AWAY);

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /**
   * Why `operation` of `source` would be refused now: an enclave told it to come later, or neither a place nor the
   * queue has room. Null: it would not be refused.
   */
  refusalOf(operation: Operation, source: string): Shed | null {
    const waitMs = (this.#sentAway.peek(`${operation} ${source}`) ?? 0) - this.#options.clock.now();
    if (waitMs > 0) return { code: 'rate_limited', retryAfterMs: waitMs };
    const isFull = poolOf(this.#options.pools, operation)?.isFullFor(source) ?? false;
    return isFull ? { code: 'overloaded', retryAfterMs: RETRY_MS } : null;
  }

  /**
   * Asks the enclave. Returns the body of its reply after the changes are stored.
   * @param session - null for operations without a session
   * @throws RelayError; the reason of the caller's signal
   */
  async ask(
    operation: Operation,
    session: string | null,
    body: Uint8Array,
    caller: Caller = PARENT,
  ): Promise<Uint8Array> {
    try {
      if (session === null) return await this.#ask(operation, null, body, caller);
      return await this.#askOf(operation, session, body, caller);
    } catch (error) {
      if (caller.signal?.aborted && error === caller.signal.reason) throw error;
      const refusal = toRelayError(error);
      this.#remember(operation, caller.source, refusal);
      throw refusal;
    }
  }

  /** Remembers a refusal with a time. Until then the request need not go to the enclave again. */
  #remember(operation: Operation, source: string, { failure }: RelayError): void {
    if (failure.code !== 'rate_limited' || failure.retryAfterMs === null) return;
    this.#sentAway.set(`${operation} ${source}`, this.#options.clock.now() + failure.retryAfterMs);
  }

  /** Changes of one session run one by one. Its end overtakes them, and ends everything under way. */
  #askOf(operation: Operation, session: string, body: Uint8Array, caller: Caller): Promise<Uint8Array> {
    const { kind } = operationRow(operation);
    if (kind === 'end') {
      return this.#running.endAll(session, sessionUnknown(), () =>
        // A client that requested the end and left still meant it.
        this.#ask(operation, session, body, { ...caller, signal: undefined }),
      );
    }
    return this.#running.during(session, caller.signal, (signal) => {
      const work = () => this.#ask(operation, session, body, { ...caller, signal });
      return kind === 'change' ? this.#turns.take(session, work) : work();
    });
  }

  async #ask(
    operation: Operation,
    session: string | null,
    body: Uint8Array,
    caller: Caller,
  ): Promise<Uint8Array> {
    const record = session === null ? null : await this.#options.store.session(session);
    if (session !== null && !record) throw sessionUnknown();
    const version = record?.version ?? null;
    const source = caller.alias === undefined ? {} : { source: caller.alias };
    const request: EnclaveRequest = { operation, session, version, body, ...source, state: null };
    const { enclaves } = this.#options;
    const ask = (channel: EnclaveChannel) => this.#askOne(channel, { operation, session, request, caller });
    const { everywhere } = operationRow(operation);
    const reply = everywhere ? await enclaves.askAll(ask) : await enclaves.ask(session, ask);
    return this.#settle(session, reply);
  }

  /** @returns the enclave's result. @throws RelayError the enclave's refusal */
  async #askOne(channel: EnclaveChannel, asking: Asking): Promise<EnclaveAnswer> {
    const reply = await this.#send(channel, asking);
    return accept(reply.outcome === 'state_required' ? await this.#open(channel, asking) : reply);
  }

  /** Runs in the pool of the operation. */
  async #send(channel: EnclaveChannel, asking: Asking): Promise<EnclaveReply> {
    const pool = poolOf(this.#options.pools, asking.operation);
    const send = () => sendTo(channel, asking.request, asking.caller.signal);
    return pool ? pool.run(originOf(asking), asking.caller.signal, send) : send();
  }

  /** Sends the request again with the state. While another request sends it, this one waits for that. */
  async #open(channel: EnclaveChannel, asking: Asking): Promise<EnclaveReply> {
    const { session, caller, operation } = asking;
    if (session === null) throw misunderstood();
    const { pools, store } = this.#options;
    const pool = operationRow(operation).pool === 'sync' ? pools.sync : pools.cold;
    for (let opening = this.#openings.underWay(channel, session); opening; ) {
      await opening;
      const reply = await this.#send(channel, asking);
      if (reply.outcome !== 'state_required') return reply;
      opening = this.#openings.underWay(channel, session);
    }
    return this.#openings.during(channel, session, () =>
      pool.run(originOf(asking), caller.signal, async () => {
        const state = await store.state(session);
        if (!state) throw sessionUnknown();
        const request = { ...asking.request, version: state.version, state };
        return sendTo(channel, request, caller.signal);
      }),
    );
  }

  async #settle(session: string | null, { body, write, erase }: EnclaveAnswer): Promise<Uint8Array> {
    if (write) await this.#store(session, write);
    if (erase && session !== null) {
      this.#options.enclaves.forget(session);
      await this.#options.store.erase(session);
    }
    return body;
  }

  async #store(session: string | null, write: StateWrite): Promise<void> {
    if (session !== null && write.session !== session) {
      throw relayError('frame_malformed', 'the enclave wrote another session than it was asked about', null);
    }
    const { clock, maxSessionTtlMs, store } = this.#options;
    const expiresAt = Math.min(write.expiresAt, clock.now() + maxSessionTtlMs);
    if ((await store.write({ ...write, expiresAt })) === 'conflict') {
      throw relayError('state_conflict', 'the session changed at the same time', 100);
    }
  }
}

async function sendTo(channel: EnclaveChannel, request: EnclaveRequest, signal: AbortSignal | undefined) {
  const { timeoutMs } = operationRow(request.operation);
  return decodeReply(await channel.request(encodeRequest(request), timeoutMs, signal));
}

function accept(reply: EnclaveReply): EnclaveAnswer {
  if (reply.outcome === 'ok') return reply;
  if (reply.outcome === 'state_required') throw misunderstood();
  throw new RelayError(reply.failure, `the enclave refused: ${reply.failure.code}`);
}

function originOf({ caller, session }: Asking): Origin {
  return { source: caller.source, session };
}

function sessionUnknown(): RelayError {
  return relayError('session_unknown', 'no such session', null);
}

function misunderstood(): RelayError {
  return relayError(
    'frame_malformed',
    'the enclave asks for state that it was given, or that there is none of',
    null,
  );
}

function toRelayError(error: unknown): RelayError {
  if (error instanceof RelayError) return error;
  if (error instanceof StoreError) return relayError('store_unavailable', error.message, 1_000, error);
  if (!(error instanceof TransportError)) return relayError('internal', 'the relay failed', null, error);
  const [code, retryAfterMs] = PUBLIC_CODE_OF[error.code] ?? ['enclave_unavailable', 1_000];
  return relayError(code, error.message, retryAfterMs, error);
}
