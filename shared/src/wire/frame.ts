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
import { concatBytes } from '../bytes.ts';
import { decodeCbor } from '../codec/cbor-decode.ts';
import { encodeCbor } from '../codec/cbor-encode.ts';
import { cborBoolean, cborHead, MAJOR } from '../codec/cbor-head.ts';
import { MAX_FRAGMENT_BYTES } from '../limits.ts';
import { TransportError } from './errors.ts';

/** Why a peer refuses to answer a request. The peer decides before it reads the message. */
export const REFUSALS = ['overloaded', 'deadline_exceeded', 'message_too_large', 'failed'] as const;
export type Refusal = (typeof REFUSALS)[number];

/** One frame. The dialling side chooses `id`, 1..2^32-1. It is free again after the answer. */
export type Frame =
  | {
      readonly kind: 'request';
      readonly id: number;
      readonly more: boolean;
      /** The rest of the caller's time, ms. The two sides share no clock. */
      readonly deadlineMs: number;
      readonly bytes: Uint8Array;
    }
  | { readonly kind: 'response'; readonly id: number; readonly more: boolean; readonly bytes: Uint8Array }
  | { readonly kind: 'cancel'; readonly id: number }
  | { readonly kind: 'refusal'; readonly id: number; readonly code: Refusal };

/** Bytes of a frame after its length: a fragment and its array. */
export const MAX_FRAME_BYTES = MAX_FRAGMENT_BYTES + 64;

/** Length prefix and CBOR of `frame`. */
export function encodeFrame(frame: Frame): Uint8Array {
  return concatBytes(encodeFrameHead(frame), bytesOf(frame));
}

/** The part of {@link encodeFrame} before the frame's bytes, so that those can be sent without a copy. */
export function encodeFrameHead(frame: Frame): Uint8Array {
  const array = arrayUpToBytes(frame);
  const head = new Uint8Array(4 + array.length);
  new DataView(head.buffer).setUint32(0, array.length + bytesOf(frame).length);
  head.set(array, 4);
  return head;
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

const NOTHING = new Uint8Array();

function bytesOf(frame: Frame): Uint8Array {
  return 'bytes' in frame ? frame.bytes : NOTHING;
}

/** CBOR of a frame's array up to the bytes at its end. */
function arrayUpToBytes(frame: Frame): readonly number[] {
  const id = cborHead(MAJOR.unsigned, frame.id);
  const bytes = cborHead(MAJOR.bytes, bytesOf(frame).length);
  switch (frame.kind) {
    case 'request': {
      const deadline = cborHead(MAJOR.unsigned, frame.deadlineMs);
      return [...cborHead(MAJOR.array, 5), 0, ...id, cborBoolean(frame.more), ...deadline, ...bytes];
    }
    case 'response':
      return [...cborHead(MAJOR.array, 4), 1, ...id, cborBoolean(frame.more), ...bytes];
    case 'cancel':
      return [...cborHead(MAJOR.array, 2), 2, ...id];
    case 'refusal':
      return [...cborHead(MAJOR.array, 3), 3, ...id, ...encodeCbor(frame.code)];
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

/** Cuts a byte stream into frames, whatever the sizes of its pieces. Each frame has its own memory. */
export class FrameReader {
  readonly #prefix = new Uint8Array(4);
  #prefixLength = 0;
  /** The frame that is arriving, and how many of its bytes are here. */
  #frame: Uint8Array | null = null;
  #length = 0;

  /**
   * Reads the next bytes of the stream and returns the frames that they complete.
   * @throws TransportError `frame_malformed`, also for a length above {@link MAX_FRAME_BYTES}
   */
  *push(chunk: Uint8Array): Generator<Frame> {
    let at = 0;
    while (at < chunk.length) {
      if (!this.#frame) {
        this.#prefix[this.#prefixLength++] = chunk[at++]!;
        if (this.#prefixLength === 4) this.#begin();
        continue;
      }
      const end = Math.min(chunk.length, at + this.#frame.length - this.#length);
      this.#frame.set(chunk.subarray(at, end), this.#length);
      this.#length += end - at;
      at = end;
      if (this.#length < this.#frame.length) return;
      const whole = this.#frame;
      this.#frame = null;
      yield decodeFrame(whole);
    }
  }

  #begin(): void {
    const size = new DataView(this.#prefix.buffer).getUint32(0);
    if (size === 0 || size > MAX_FRAME_BYTES) {
      throw new TransportError('frame_malformed', `a frame of ${size} bytes`);
    }
    this.#frame = new Uint8Array(size);
    this.#length = 0;
    this.#prefixLength = 0;
  }
}
