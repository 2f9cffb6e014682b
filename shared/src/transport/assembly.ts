/** Puts fragmented messages together again, within bounds. */
import { concatBytes } from '../bytes.ts';
import { MAX_MESSAGE_BYTES } from '../limits.ts';

/** Messages under assembly on one connection. */
export class Assembly {
  readonly #parts = new Map<number, Uint8Array[]>();
  #held = 0;

  /** The whole message that `bytes` complete; undefined while there is more; null when it is too large. */
  add(id: number, more: boolean, bytes: Uint8Array): Uint8Array | undefined | null {
    const parts = this.#parts.get(id);
    if (!parts && !more) return bytes;
    const list = parts ?? [];
    // The reader hands out views of its buffer: keep a copy, not the buffer.
    list.push(bytes.slice());
    this.#held += bytes.length;
    if (this.#held > MAX_MESSAGE_BYTES) {
      this.drop(id);
      return null;
    }
    if (more) {
      this.#parts.set(id, list);
      return undefined;
    }
    this.drop(id);
    return concatBytes(...list);
  }

  /** Whether fragments of message `id` are held. */
  has(id: number): boolean {
    return this.#parts.has(id);
  }

  /** Forgets message `id`. */
  drop(id: number): void {
    for (const part of this.#parts.get(id) ?? []) this.#held -= part.length;
    this.#parts.delete(id);
  }
}
