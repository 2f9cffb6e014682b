import { decodeHex, encodeHex } from '@perf-aggregator/shared/codec/hex';
import { CodecError } from '@perf-aggregator/shared/errors';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../codes.ts';

describe('when bytes are written in hexadecimal', () => {
  it('writes lower case and reads both cases (RFC 4648 §8)', () => {
    expect(encodeHex(Uint8Array.of(0, 1, 0x7f, 0xab, 0xff))).toBe('00017fabff');
    expect(decodeHex('00017FABff')).toEqual(Uint8Array.of(0, 1, 0x7f, 0xab, 0xff));
  });

  it('reads back what it wrote', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(decodeHex(encodeHex(bytes))).toEqual(bytes);
      }),
    );
  });

  it.each(['0', 'abc', 'zz', '0x00', '00 ', '+1', '٠٠', '0\n'])('refuses %j', (text) => {
    expect(codeOf(() => decodeHex(text), CodecError)).toBe('hex_malformed');
  });

  it('refuses random text with a code only', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bytes = orRefused(() => decodeHex(text));
        if (bytes) expect(encodeHex(bytes)).toBe(text.toLowerCase());
      }),
    );
  });
});
