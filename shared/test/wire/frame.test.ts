import { concatBytes } from '@perf-aggregator/shared/bytes';
import { type CborValue, encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { TransportError } from '@perf-aggregator/shared/wire/errors';
import {
  decodeFrame,
  encodeFrame,
  encodeFrameHead,
  type Frame,
  FrameReader,
  MAX_FRAME_BYTES,
  REFUSALS,
} from '@perf-aggregator/shared/wire/frame';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../codes.ts';

const id = fc.integer({ min: 1, max: 0xffff_ffff });
const bytes = fc.uint8Array({ maxLength: 300 });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant('request'),
    id,
    more: fc.boolean(),
    deadlineMs: fc.nat(0xffff_ffff),
    bytes,
  }),
  fc.record({ kind: fc.constant('response'), id, more: fc.boolean(), bytes }),
  fc.record({ kind: fc.constant('cancel'), id }),
  fc.record({ kind: fc.constant('refusal'), id, code: fc.constantFrom(...REFUSALS) }),
);

function readAll(chunks: readonly Uint8Array[]): Frame[] {
  const reader = new FrameReader();
  return chunks.flatMap((chunk) => [...reader.push(chunk)]);
}

describe('when a frame is written', () => {
  it('equals the array that the encoder writes, after its length', () => {
    fc.assert(
      fc.property(frame, (written) => {
        const { kind, ...fields } = written;
        const { id, more, deadlineMs, bytes: last, code } = fields as Record<string, CborValue>;
        const array = [
          ['request', 'response', 'cancel', 'refusal'].indexOf(kind),
          ...[id, more, deadlineMs, last, code].filter((field) => field !== undefined),
        ];
        const body = encodeCbor(array);
        const prefix = new Uint8Array(4);
        new DataView(prefix.buffer).setUint32(0, body.length);
        expect(encodeFrame(written)).toEqual(concatBytes(prefix, body));
      }),
    );
  });

  it('may be sent in two pieces', () => {
    fc.assert(
      fc.property(frame, (written) => {
        const rest = 'bytes' in written ? written.bytes : new Uint8Array();
        expect(readAll([encodeFrameHead(written), rest])).toEqual([written]);
      }),
    );
  });
});

describe('when a stream of frames arrives', () => {
  it('gives the same frames byte by byte, in random pieces, and whole', () => {
    const cuts = fc.array(fc.nat(2_000), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), cuts, (frames, at) => {
        const stream = concatBytes(...frames.map(encodeFrame));
        const ends = [0, ...at.map((cut) => cut % stream.length).sort((a, b) => a - b), stream.length];
        const pieces = ends.slice(1).map((end, index) => stream.subarray(ends[index], end));
        expect(readAll([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(frames);
        expect(readAll(pieces)).toEqual(frames);
        expect(readAll([stream])).toEqual(frames);
      }),
    );
  });

  it('gives bytes that can be copied, although they arrived in a Buffer', () => {
    const stream = Buffer.from(
      encodeFrame({ kind: 'response', id: 1, more: false, bytes: Uint8Array.of(7) }),
    );
    const [read] = readAll([stream]) as [Extract<Frame, { kind: 'response' }>];
    const copy = read.bytes.slice();
    copy.fill(0);
    expect(read.bytes).toEqual(Uint8Array.of(7));
  });

  it('gives separate bytes that do not change with the input', () => {
    const bytes = Uint8Array.of(7);
    const stream = encodeFrame({ kind: 'response', id: 1, more: false, bytes });
    const read = readAll([stream]);
    stream.fill(0);
    expect(read).toEqual([{ kind: 'response', id: 1, more: false, bytes }]);
  });

  it.each([0, MAX_FRAME_BYTES + 1, 0xffff_ffff])(
    'refuses a length of %i before any byte of the frame arrives',
    (length) => {
      const head = new Uint8Array(4);
      new DataView(head.buffer).setUint32(0, length);
      expect(codeOf(() => readAll([head]), TransportError)).toBe('frame_malformed');
    },
  );

  it('fits the largest fragment into the largest frame', () => {
    const largest = encodeFrame({
      kind: 'request',
      id: 0xffff_ffff,
      more: true,
      deadlineMs: 0xffff_ffff,
      bytes: new Uint8Array(256 * 1024),
    });
    expect(largest.length - 4).toBeLessThanOrEqual(MAX_FRAME_BYTES);
    expect(readAll([largest])).toHaveLength(1);
  });
});

describe('when a frame is wrong', () => {
  const no = new Uint8Array();
  it.each([
    ['an id of zero', encodeCbor([2, 0])],
    ['an id beyond 32 bits', encodeCbor([2, 2 ** 32])],
    ['a negative id', encodeCbor([2, -1])],
    ['an unknown kind', encodeCbor([4, 1])],
    ['one field more', encodeCbor([2, 1, 0])],
    ['one field less', encodeCbor([0, 1, false, 1])],
    ['a number for a boolean', encodeCbor([1, 1, 0, no])],
    ['text for bytes', encodeCbor([1, 1, false, 'x'])],
    ['an unknown refusal', encodeCbor([3, 1, 'because'])],
    ['a map', encodeCbor({ id: 1 })],
    ['a nested array', encodeCbor([[2, 1]])],
    ['an indefinite length', decodeHex('9f0201ff')],
    ['a length not in its shortest form', decodeHex('980202')],
    ['a tag', decodeHex('c0820201')],
    ['a byte left over', decodeHex('82020100')],
    ['a byte missing', decodeHex('8202')],
    ['nothing', no],
  ])('is refused: %s', (_what, body) => {
    expect(codeOf(() => decodeFrame(body), TransportError)).toBe('frame_malformed');
  });

  it('is refused with a code, for any content', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (garbage) => {
        const read = orRefused(() => decodeFrame(garbage));
        if (read) expect(encodeHex(encodeFrame(read).subarray(4))).toBe(encodeHex(garbage));
      }),
      { numRuns: 1_000 },
    );
  });
});
