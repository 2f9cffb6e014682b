/**
 * Frames of the multiplexed connection between parent and enclave.
 *
 * On the wire a frame is a 32-bit big-endian length and one CBOR array, strictly decoded (definite lengths,
 * no tags, nothing left over):
 *
 * | frame | array |
 * |---|---|
 * | request  | `[0, id, more, deadlineMs, bytes]` |
 * | response | `[1, id, more, bytes]` |
 * | cancel   | `[2, id]` |
 * | refusal  | `[3, id, code]` |
 *
 * A message longer than a fragment is sent as several frames of one id, all but the last with `more` true;
 * frames of different ids interleave, so that a long state never holds up a short quote.
 */
import { decodeCbor } from '../codec/cbor-decode.ts';
import { encodeCbor } from '../codec/cbor-encode.ts';
import { MAX_FRAGMENT_BYTES } from '../limits.ts';
import { TransportError } from '../transport/errors.ts';

/** Why a peer would not answer a request, decided before anybody read it. */
export const REFUSALS = ['overloaded', 'deadline_exceeded', 'message_too_large', 'failed'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** One frame. `id` is chosen by the dialling side, 1..2^32-1, and is free again after the answer. */
export type Frame =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly more: boolean;
      /** What is left of the caller's patience, ms: clocks are not shared. */
      readonly deadlineMs: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'response'; readonly id: number; readonly more: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'refusal'; readonly id: number; readonly code: Refusal };

/** Bytes that a frame may have after its length: a fragment and its array. */
export const MAX_FRAME_BYTES = MAX_FRAGMENT_BYTES + 64;

/** Length prefix and CBOR of `frame`. */
export function encodeFrame(frame: Frame): Uint8Array {
  const body = encodeCbor(toArray(frame));
  const out = new Uint8Array(4 + body.length);
  new DataView(out.buffer).setUint32(0, body.length);
  out.set(body, 4);
  return out;
}

/**
 * The frame in `body` (without its length prefix).
 * @throws TransportError `frame_malformed`
 */
export function decodeFrame(body: Uint8Array): Frame {
  let value: unknown;
  try {
    value = decodeCbor(body, { maxDepth: 2, maxItems: 8 });
  } catch (cause) {
    throw new TransportError('frame_malformed', 'a frame is not strict CBOR', cause);
  }
  const frame = Array.isArray(value) ? fromArray(value) : null;
  if (!frame) throw new TransportError('frame_malformed', 'a frame has an unknown shape');
  return frame;
}

function toArray(frame: Frame) {
  switch (frame.kind) {
    case 'request':
      return [0, frame.id, frame.more, frame.deadlineMs, frame.bytes];
    case 'response':
      return [1, frame.id, frame.more, frame.bytes];
    case 'cancel':
      return [2, frame.id];
    case 'refusal':
      return [3, frame.id, frame.code];
  }
}

function fromArray(value: readonly unknown[]): Frame | null {
  const [kind, id, a, b, c] = value;
  if (!isUint32(id) || id === 0) return null;
  if (kind === 0 && value.length === 5 && typeof a === 'boolean' && isUint32(b) && c instanceof Uint8Array) {
    return { kind: 'request', id, more: a, deadlineMs: b, bytes: c };
  }
  if (kind === 1 && value.length === 4 && typeof a === 'boolean' && b instanceof Uint8Array) {
    return { kind: 'response', id, more: a, bytes: b };
  }
  if (kind === 2 && value.length === 2) return { kind: 'cancel', id };
  if (kind === 3 && value.length === 3 && REFUSALS.includes(a as Refusal)) {
    return { kind: 'refusal', id, code: a as Refusal };
  }
  return null;
}

function isUint32(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 0xffff_ffff;
}

/** Cuts a byte stream into frames, whatever the sizes in which it arrives. */
export class FrameReader {
  #pending: Uint8Array[] = [];
  #length = 0;

  /**
   * Takes the next bytes of the stream and gives the frames that they complete.
   * @throws TransportError `frame_malformed`, also for a length above {@link MAX_FRAME_BYTES}
   */
  *push(chunk: Uint8Array): Generator<Frame> {
    // Node's Buffer is a Uint8Array whose `slice` does not copy: frames are of plain arrays, whoever reads.
    this.#pending.push(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    this.#length += chunk.length;
    while (this.#length >= 4) {
      const head = this.#peek(4);
      const size = new DataView(head.buffer, head.byteOffset).getUint32(0);
      if (size === 0 || size > MAX_FRAME_BYTES) {
        throw new TransportError('frame_malformed', `a frame of ${size} bytes`);
      }
      if (this.#length < 4 + size) return;
      const frame = this.#peek(4 + size);
      this.#drop(4 + size);
      yield decodeFrame(frame.subarray(4, 4 + size));
    }
  }

  /** The first `size` pending bytes (or more) in one array. */
  #peek(size: number): Uint8Array {
    const first = this.#pending[0]!;
    if (first.length >= size) return first;
    const joined = new Uint8Array(this.#length);
    let at = 0;
    for (const part of this.#pending) {
      joined.set(part, at);
      at += part.length;
    }
    this.#pending = [joined];
    return joined;
  }

  #drop(size: number): void {
    const first = this.#pending[0]!;
    this.#length -= size;
    if (first.length === size) this.#pending.shift();
    else this.#pending[0] = first.subarray(size);
  }
}
