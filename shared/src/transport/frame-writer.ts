/**
 * Writes messages to a socket as frames. Fragments of different messages take turns. Small frames of one tick leave in
 * one system call. A socket that has not drained gets nothing.
 */
import type { Socket } from 'node:net';
import { MAX_FRAGMENT_BYTES } from '../limits.ts';
import { encodeFrame, encodeFrameHead, type Frame } from '../wire/frame.ts';

type Head =
  | { readonly kind: 'request'; readonly id: number; readonly deadlineMs: number }
  | { readonly kind: 'response'; readonly id: number };

interface Outgoing {
  readonly head: Head;
  readonly bytes: Uint8Array;
  at: number;
}

/** Up to this size, copying bytes behind their head is cheaper than a separate write. */
const SMALL_BYTES = 2_048;

/** The writing half of one connection. */
export class FrameWriter {
  readonly #socket: Socket;
  readonly #onWritten: (() => void) | undefined;
  #control: Frame[] = [];
  #queue: Outgoing[] = [];
  #scheduled = false;
  #blocked = false;

  /** @param onWritten - called whenever the socket has accepted what it could */
  constructor(socket: Socket, onWritten?: () => void) {
    this.#socket = socket;
    this.#onWritten = onWritten;
    socket.on('drain', () => {
      this.#blocked = false;
      this.#pump();
    });
  }

  /** Queues a whole message. It is cut into frames as the socket accepts them, and must not change any more. */
  message(head: Head, bytes: Uint8Array): void {
    this.#queue.push({ head, bytes, at: 0 });
    this.#schedule();
  }

  /** Queues a frame without a message. It overtakes messages. */
  control(frame: Frame): void {
    this.#control.push(frame);
    this.#schedule();
  }

  /** Forgets the rest of message `id`. @returns whether anything was left */
  forget(id: number): boolean {
    const kept = this.#queue.filter((outgoing) => outgoing.head.id !== id);
    const isUnsent = kept.length < this.#queue.length;
    this.#queue = kept;
    return isUnsent;
  }

  /** Messages and frames that the socket has not accepted yet. */
  get backlog(): number {
    return this.#queue.length + this.#control.length;
  }

  #schedule(): void {
    if (this.#scheduled || this.#blocked) return;
    this.#scheduled = true;
    process.nextTick(() => {
      this.#scheduled = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#blocked || this.#socket.destroyed) return;
    this.#socket.cork();
    for (let frame = this.#next(); frame; frame = this.#next()) {
      if (!this.#write(frame)) {
        this.#blocked = true;
        break;
      }
    }
    this.#socket.uncork();
    // Uncorking may drain the socket at once. Then `drain` does not fire.
    if (this.#blocked && !this.#socket.writableNeedDrain) {
      this.#blocked = false;
      this.#schedule();
    }
    this.#onWritten?.();
  }

  /** @returns whether the socket accepts more */
  #write(frame: Frame): boolean {
    if (!('bytes' in frame) || frame.bytes.length <= SMALL_BYTES) {
      return this.#socket.write(encodeFrame(frame));
    }
    this.#socket.write(encodeFrameHead(frame));
    return this.#socket.write(frame.bytes);
  }

  #next(): Frame | undefined {
    const control = this.#control.shift();
    if (control) return control;
    const outgoing = this.#queue.shift();
    if (!outgoing) return undefined;
    const end = Math.min(outgoing.at + MAX_FRAGMENT_BYTES, outgoing.bytes.length);
    const fragment = outgoing.bytes.subarray(outgoing.at, end);
    outgoing.at = end;
    const more = end < outgoing.bytes.length;
    if (more) this.#queue.push(outgoing);
    return { ...outgoing.head, more, bytes: fragment };
  }
}
