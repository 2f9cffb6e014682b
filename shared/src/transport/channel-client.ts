/** The dialling half of the multiplexed connection: many requests under way on one socket. */
import type { Socket } from 'node:net';
import { MAX_IN_FLIGHT, MAX_MESSAGE_BYTES } from '../limits.ts';
import { TransportError } from '../wire/errors.ts';
import { type Frame, FrameReader, type Refusal } from '../wire/frame.ts';
import { Assembly } from './assembly.ts';
import { FrameWriter } from './frame-writer.ts';

interface Waiting {
  readonly resolve: (reply: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
  /** Releases everything else that could end the wait. */
  readonly release: () => void;
}

/** One connection to a peer that serves a channel. */
export class ChannelClient {
  readonly #socket: Socket;
  readonly #writer: FrameWriter;
  readonly #assembly = new Assembly();
  readonly #waiting = new Map<number, Waiting>();
  #lastId = 0;
  #closed = false;

  constructor(socket: Socket, onClose?: () => void) {
    this.#socket = socket;
    this.#writer = new FrameWriter(socket);
    const reader = new FrameReader();
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) this.#receive(frame);
      } catch (error) {
        this.#fail(error instanceof TransportError ? error : malformed(error));
      }
    });
    socket.on('error', () => this.#fail(new TransportError('channel_closed', 'the connection broke')));
    socket.on('end', () =>
      this.#fail(new TransportError('channel_closed', 'the peer closed the connection')),
    );
    socket.on('close', () => {
      this.#fail(new TransportError('channel_closed', 'the connection closed'));
      onClose?.();
    });
  }

  /** Whether requests can still be made. */
  get open(): boolean {
    return !this.#closed;
  }

  /** Requests under way. */
  get inFlight(): number {
    return this.#waiting.size;
  }

  /**
   * Sends `message` and returns the reply.
   * @param timeoutMs - how long to wait; the peer learns it, and gets a message when the client gives up
   * @param signal - when it aborts we give up
   * @throws TransportError `channel_closed`, `channel_overloaded`, `deadline_exceeded`, `message_too_large`,
   *   `frame_malformed`; the reason of `signal`
   */
  request(message: Uint8Array, timeoutMs: number, signal?: AbortSignal): Promise<Uint8Array> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (this.#closed) return Promise.reject(new TransportError('channel_closed', 'the connection is closed'));
    if (message.length > MAX_MESSAGE_BYTES) {
      return Promise.reject(new TransportError('message_too_large', `a request of ${message.length} bytes`));
    }
    if (this.#waiting.size >= MAX_IN_FLIGHT) {
      return Promise.reject(new TransportError('channel_overloaded', 'too many requests are under way'));
    }
    const id = this.#freeId();
    return new Promise((resolve, reject) => {
      const late = () => this.#abandon(id, new TransportError('deadline_exceeded', 'no reply in time'));
      const timer = setTimeout(late, timeoutMs);
      const onAbort = () => this.#abandon(id, signal?.reason as Error);
      signal?.addEventListener('abort', onAbort, { once: true });
      const release = () => signal?.removeEventListener('abort', onAbort);
      this.#waiting.set(id, { resolve, reject, timer, release });
      this.#writer.message({ kind: 'request', id, deadlineMs: timeoutMs }, message);
    });
  }

  /** Closes the connection; requests under way fail with `channel_closed`. */
  close(): void {
    this.#fail(new TransportError('channel_closed', 'the connection was closed here'));
  }

  #freeId(): number {
    do this.#lastId = this.#lastId >= 0xffff_ffff ? 1 : this.#lastId + 1;
    while (this.#waiting.has(this.#lastId));
    return this.#lastId;
  }

  #receive(frame: Frame): void {
    if (frame.kind === 'request' || frame.kind === 'cancel') {
      throw new TransportError('frame_malformed', 'the serving side sent a request');
    }
    // Answers to requests that were given up arrive late and are dropped.
    if (!this.#waiting.has(frame.id)) return;
    if (frame.kind === 'refusal') {
      // The peer refused the request before it was completely sent. It ignores the rest until this cancel.
      if (this.#writer.forget(frame.id)) this.#writer.control({ kind: 'cancel', id: frame.id });
      this.#settle(frame.id)?.reject(refused(frame.code));
      return;
    }
    const message = this.#assembly.add(frame.id, frame.more, frame.bytes);
    if (message === undefined) return;
    const waiting = this.#settle(frame.id);
    if (message instanceof Uint8Array) waiting?.resolve(message);
    else waiting?.reject(refused(message));
  }

  #abandon(id: number, reason: Error): void {
    this.#writer.forget(id);
    this.#writer.control({ kind: 'cancel', id });
    this.#settle(id)?.reject(reason);
  }

  #settle(id: number): Waiting | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting) clearTimeout(waiting.timer);
    waiting?.release();
    this.#waiting.delete(id);
    this.#assembly.drop(id);
    return waiting;
  }

  #fail(error: TransportError): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.destroy();
    for (const id of [...this.#waiting.keys()]) this.#settle(id)?.reject(error);
  }
}

function refused(code: Refusal): TransportError {
  switch (code) {
    case 'overloaded':
      return new TransportError('channel_overloaded', 'the peer has too many requests under way');
    case 'deadline_exceeded':
      return new TransportError('deadline_exceeded', 'the peer gave up in time');
    case 'message_too_large':
      return new TransportError('message_too_large', 'the message is too large for the peer');
    case 'failed':
      return new TransportError('channel_closed', 'the peer could not answer');
  }
}

function malformed(cause: unknown): TransportError {
  return new TransportError('frame_malformed', 'the peer sent a frame that cannot be read', cause);
}
