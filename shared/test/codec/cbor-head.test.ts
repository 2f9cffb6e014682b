import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { cborBoolean, cborHead, MAJOR } from '@perf-aggregator/shared/codec/cbor-head';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

describe('when a head is written', () => {
  it('equals the head that the encoder writes, for every length of argument', () => {
    const edges = [0, 23, 24, 0xff, 0x100, 0xffff, 0x1_0000, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff];
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...edges), fc.nat(0xffff_ffff)), (argument) => {
        expect(Uint8Array.from(cborHead(MAJOR.unsigned, argument))).toEqual(encodeCbor(argument));
      }),
    );
  });

  it.each([0, 23, 24, 255, 256, 65_535, 65_536])('precedes %i bytes', (length) => {
    const head = cborHead(MAJOR.bytes, length);
    expect(encodeCbor(new Uint8Array(length)).subarray(0, head.length)).toEqual(Uint8Array.from(head));
  });

  it('precedes arrays and maps', () => {
    expect(cborHead(MAJOR.array, 5)).toEqual([0x85]);
    expect(cborHead(MAJOR.map, 4)).toEqual([0xa4]);
  });
});

describe('when a boolean is written', () => {
  it.each([true, false])('equals the bytes that the encoder writes: %s', (value) => {
    expect(Uint8Array.of(cborBoolean(value))).toEqual(encodeCbor(value));
  });
});
