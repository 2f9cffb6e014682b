/** Reassembles fragmented messages, within bounds. */
import { concatBytes } from '../bytes.ts';
import { MAX_MESSAGE_BYTES } from '../limits.ts';
import { TransportError } from '../wire/errors.ts';

/** Why a fragment was not kept: its message is too large, or all messages together are. */
export type Overflow = 'message_too_large' | 'overloaded';

interface Unfinished {
  readonly parts: Uint8Array[];
  length: number;
}

/** Messages under assembly on one connection. Together they have at most {@link MAX_MESSAGE_BYTES}. */
export class Assembly {
  readonly #unfinished = new Map<number, Unfinished>();
  #held = 0;

  /** Messages under assembly. */
  get size(): number {
    return this.#unfinished.size;
  }

  /**
   * The whole message, if `bytes` complete it. Undefined while fragments are missing. A message that overflows is
   * forgotten.
   * @param bytes - kept without a copy, so they must be from a frame with its own memory
   * @throws TransportError `frame_malformed` for an empty fragment that is not the last: it has no content, and any
   *   number of them could be held
   */
  add(id: number, more: boolean, bytes: Uint8Array): Uint8Array | undefined | Overflow {
    if (more && bytes.length === 0) throw new TransportError('frame_malformed', 'an empty fragment');
    const message = this.#unfinished.get(id) ?? { parts: [], length: 0 };
    if (!more && message.parts.length === 0) return bytes;
    message.parts.push(bytes);
    message.length += bytes.length;
    this.#held += bytes.length;
    this.#unfinished.set(id, message);
    if (this.#held > MAX_MESSAGE_BYTES) {
      this.drop(id);
      return message.length > MAX_MESSAGE_BYTES ? 'message_too_large' : 'overloaded';
    }
    if (more) return undefined;
    this.drop(id);
    return concatBytes(...message.parts);
  }

  /** Whether fragments of message `id` are held. */
  has(id: number): boolean {
    return this.#unfinished.has(id);
  }

  /** Forgets message `id`. */
  drop(id: number): void {
    this.#held -= this.#unfinished.get(id)?.length ?? 0;
    this.#unfinished.delete(id);
  }
}
