/** The serving half of the multiplexed connection: bytes in, bytes out. It knows nothing of their content. */
import type { Socket } from 'node:net';
import { MAX_IN_FLIGHT, MAX_MESSAGE_BYTES } from '../limits.ts';
import { TransportError } from '../wire/errors.ts';
import { type Frame, FrameReader, type Refusal } from '../wire/frame.ts';
import { Assembly } from './assembly.ts';
import { FrameWriter } from './frame-writer.ts';

/**
 * Answers one message. A rejection gives the peer only `failed`. `call.signal` is made when it is first read, and
 * aborts when no caller waits for the answer any more.
 */
export type MessageHandler = (
  message: Uint8Array,
  call: { readonly signal: AbortSignal },
) => Promise<Uint8Array>;

/** The limits of a served connection, and its callbacks. */
export interface ChannelServerOptions {
  readonly handler: MessageHandler;
  /** Requests under way at once. Default {@link MAX_IN_FLIGHT}. */
  readonly maxInFlight?: number;
  /** The handler rejected, or the peer broke the rules of framing. */
  readonly onError?: (error: unknown) => void;
}

/** A served connection. */
export interface ServedChannel {
  /**
   * Ends the connection as soon as nothing is under way and the socket has every answer. Requests are accepted until
   * then.
   */
  finish(): void;
}

/** After this side ended the connection, how long it waits for the peer to end it too, ms. */
const LINGER_MS = 500;

/** Serves a channel on `socket` until it closes. A peer that sends a malformed frame is cut off. */
export function serveChannel(socket: Socket, options: ChannelServerOptions): ServedChannel {
  return new ChannelServer(socket, options);
}

/** A request under way. Few handlers use its signal, which costs more than everything else in it. */
class Call {
  #controller: AbortController | null = null;
  #isAborted = false;

  get isAborted(): boolean {
    return this.#isAborted;
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController();
      if (this.#isAborted) this.#controller.abort();
    }
    return this.#controller.signal;
  }

  abort(): void {
    this.#isAborted = true;
    this.#controller?.abort();
  }
}

class ChannelServer implements ServedChannel {
  readonly #socket: Socket;
  readonly #options: ChannelServerOptions;
  readonly #maxInFlight: number;
  readonly #writer: FrameWriter;
  readonly #assembly = new Assembly();
  readonly #running = new Map<number, Call>();
  /** Requests refused before they arrived completely. Their remaining fragments are ignored. */
  readonly #refused = new Set<number>();
  #isFinishing = false;

  constructor(socket: Socket, options: ChannelServerOptions) {
    this.#socket = socket;
    this.#options = options;
    this.#maxInFlight = options.maxInFlight ?? MAX_IN_FLIGHT;
    this.#writer = new FrameWriter(socket, () => {
      if (socket.isPaused() && this.#writer.backlog <= this.#maxInFlight) socket.resume();
      this.#endIfFinished();
    });
    const reader = new FrameReader();
    socket.on('data', (chunk) => {
      try {
        for (const frame of reader.push(chunk)) this.#receive(frame);
        // A peer that does not read answers may not send further requests. Otherwise replies would pile up here.
        if (this.#writer.backlog > this.#maxInFlight) socket.pause();
      } catch (error) {
        options.onError?.(error);
        socket.destroy();
      }
    });
    socket.on('error', () => socket.destroy());
    socket.on('end', () => socket.end());
    socket.on('close', () => {
      for (const call of this.#running.values()) call.abort();
    });
  }

  finish(): void {
    this.#isFinishing = true;
    this.#endIfFinished();
  }

  #endIfFinished(): void {
    if (!this.#isFinishing || this.#running.size > 0 || this.#writer.backlog > 0) return;
    // The server does not wait for a peer that keeps its half open.
    if (!this.#socket.writableEnded)
      this.#socket.end(() => setTimeout(() => this.#socket.destroy(), LINGER_MS));
  }

  #receive(frame: Frame): void {
    switch (frame.kind) {
      case 'request':
        this.#request(frame);
        return;
      case 'cancel':
        this.#assembly.drop(frame.id);
        this.#refused.delete(frame.id);
        this.#running.get(frame.id)?.abort();
        return;
      case 'response':
      case 'refusal':
        throw new TransportError('frame_malformed', 'the dialling side sent an answer');
    }
  }

  #request(frame: Extract<Frame, { kind: 'request' }>): void {
    const { id } = frame;
    if (this.#running.has(id)) throw new TransportError('frame_malformed', 'a request id is in use');
    if (this.#refused.has(id)) {
      if (!frame.more) this.#refused.delete(id);
      return;
    }
    const isFull = this.#running.size + this.#assembly.size >= this.#maxInFlight;
    if (isFull && !this.#assembly.has(id)) {
      this.#refuse(frame, 'overloaded');
      return;
    }
    const message = this.#assembly.add(id, frame.more, frame.bytes);
    if (typeof message === 'string') this.#refuse(frame, message);
    else if (message) void this.#answer(id, frame.deadlineMs, message);
  }

  #refuse({ id, more }: Extract<Frame, { kind: 'request' }>, code: Refusal): void {
    this.#writer.control({ kind: 'refusal', id, code });
    if (!more) return;
    this.#refused.add(id);
    // Our own client cancels refused requests. A peer with more of them than can be under way is not our client.
    if (this.#refused.size > MAX_IN_FLIGHT) {
      throw new TransportError('frame_malformed', 'refused requests are sent on');
    }
  }

  async #answer(id: number, deadlineMs: number, message: Uint8Array): Promise<void> {
    const call = new Call();
    this.#running.set(id, call);
    const timer = setTimeout(() => {
      call.abort();
      this.#writer.control({ kind: 'refusal', id, code: 'deadline_exceeded' });
    }, deadlineMs);
    try {
      const reply = await this.#options.handler(message, call);
      if (call.isAborted) return;
      if (reply.length > MAX_MESSAGE_BYTES) {
        this.#writer.control({ kind: 'refusal', id, code: 'message_too_large' });
      } else {
        this.#writer.message({ kind: 'response', id }, reply);
      }
    } catch (error) {
      this.#options.onError?.(error);
      if (!call.isAborted) this.#writer.control({ kind: 'refusal', id, code: 'failed' });
    } finally {
      clearTimeout(timer);
      this.#running.delete(id);
      this.#endIfFinished();
    }
  }
}
