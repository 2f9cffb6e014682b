/**
 * The relay: opaque bytes to the enclave and back, with the session's stored state when the enclave asks for
 * it, and with what changed on disk before anybody is answered. It opens nothing.
 */
import type { Clock } from '@perf-aggregator/shared/clock';
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

/** What the relay rests on. */
export interface RelayOptions {
  readonly enclaves: Enclaves;
  readonly store: Store;
  readonly clock: Clock;
  /** Longest that a session's state is kept, whatever the enclave says, ms. */
  readonly maxSessionTtlMs: number;
}

type EnclaveAnswer = Extract<EnclaveReply, { outcome: 'ok' }>;

/** Failures of the way to the enclave that say more than that it cannot be reached. */
const PUBLIC_CODE_OF: Readonly<
  Partial<Record<TransportErrorCode, readonly [code: PublicCode, retryAfterMs: number | null]>>
> = {
  deadline_exceeded: ['deadline_exceeded', 1_000],
  channel_overloaded: ['overloaded', 1_000],
  message_too_large: ['request_too_large', null],
  frame_malformed: ['frame_malformed', null],
};

/** Carries requests between the edge, the enclave and the store. */
export class Relay {
  readonly #options: RelayOptions;
  readonly #turns = new Turns();

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  /**
   * Asks the enclave and gives the body of its reply, after the store has what changed.
   * @param session - null for operations without a session
   * @throws RelayError
   */
  async ask(operation: Operation, session: string | null, body: Uint8Array): Promise<Uint8Array> {
    const work = () => this.#ask(operation, session, body);
    try {
      // Changes of one session come one after the other.
      return session !== null && operationRow(operation).kind === 'change'
        ? await this.#turns.take(session, work)
        : await work();
    } catch (error) {
      throw toRelayError(error);
    }
  }

  async #ask(operation: Operation, session: string | null, body: Uint8Array): Promise<Uint8Array> {
    const record = session === null ? null : await this.#options.store.session(session);
    if (session !== null && !record) throw relayError('session_unknown', 'no such session', null);
    const request: EnclaveRequest = {
      operation,
      session,
      version: record?.version ?? null,
      body,
      state: null,
    };
    const { enclaves } = this.#options;
    const ask = (channel: EnclaveChannel) => this.#askOne(channel, request);
    const { everywhere } = operationRow(operation);
    const reply = everywhere ? await enclaves.askAll(ask) : await enclaves.ask(session, ask);
    return this.#settle(session, reply);
  }

  /** @returns what the enclave did. @throws RelayError what it refused */
  async #askOne(channel: EnclaveChannel, request: EnclaveRequest): Promise<EnclaveAnswer> {
    const { session } = request;
    let reply = await this.#send(channel, request);
    if (reply.outcome === 'state_required' && session !== null) {
      const state = await this.#options.store.state(session);
      if (!state) throw relayError('session_unknown', 'no such session', null);
      reply = await this.#send(channel, { ...request, version: state.version, state });
    }
    if (reply.outcome === 'ok') return reply;
    if (reply.outcome === 'failure') {
      throw new RelayError(reply.failure, `the enclave refused: ${reply.failure.code}`);
    }
    throw relayError('frame_malformed', 'the enclave asks for state that it was given', null);
  }

  async #send(channel: EnclaveChannel, request: EnclaveRequest): Promise<EnclaveReply> {
    const { timeoutMs } = operationRow(request.operation);
    return decodeReply(await channel.request(encodeRequest(request), timeoutMs));
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

function toRelayError(error: unknown): RelayError {
  if (error instanceof RelayError) return error;
  if (error instanceof StoreError) return relayError('store_unavailable', error.message, 1_000, error);
  if (!(error instanceof TransportError)) return relayError('internal', 'the relay failed', null, error);
  const [code, retryAfterMs] = PUBLIC_CODE_OF[error.code] ?? ['enclave_unavailable', 1_000];
  return relayError(code, error.message, retryAfterMs, error);
}
