/** Instants, integers and object identifiers of DER, compared with the results of the platform. */
import { VerificationError } from '@perf-aggregator/attestation';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DerReader, derInteger, derOid, derTime, derUnsigned, formatOid, TAG } from '../src/der.ts';
import { value } from './nitro-builder.ts';

function codeOf(read: () => unknown): string {
  try {
    read();
    return 'read';
  } catch (error) {
    expect(error).toBeInstanceOf(VerificationError);
    return (error as VerificationError).code;
  }
}

function timeOf(tag: number, text: string): number {
  return derTime(new DerReader(value(tag, utf8(text))).next());
}

describe('when a time is read', () => {
  const digits = (instant: number) => new Date(instant).toISOString().replaceAll(/[-:T]|\.000Z/g, '');
  const seconds = (from: number, to: number) =>
    fc.integer({ min: from / 1000, max: to / 1000 - 1 }).map((second) => second * 1000);

  it('every second of 1950 to 2049 has the correct value as UTCTime', () => {
    fc.assert(
      fc.property(seconds(Date.UTC(1950, 0), Date.UTC(2050, 0)), (instant) => {
        expect(timeOf(TAG.utcTime, `${digits(instant).slice(2)}Z`)).toBe(instant);
      }),
      { numRuns: 500 },
    );
  });

  it('every second of the years 100 to 9999 has the correct value as GeneralizedTime', () => {
    fc.assert(
      fc.property(seconds(Date.parse('0100-01-01T00:00:00Z'), Date.UTC(10_000, 0)), (instant) => {
        expect(timeOf(TAG.generalizedTime, `${digits(instant)}Z`)).toBe(instant);
      }),
      { numRuns: 500 },
    );
  });

  it('texts that are no date are refused, and only those', () => {
    const pair = (max: number) => fc.integer({ min: 0, max }).map((n) => String(n).padStart(2, '0'));
    const text = fc.tuple(
      fc.constantFrom('1900', '2000', '2023', '2024', '2100'),
      pair(13),
      pair(32),
      pair(25),
      pair(61),
      pair(61),
    );
    fc.assert(
      fc.property(text, ([year, month, day, hour, minute, second]) => {
        const iso = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
        const instant = Date.parse(iso);
        const isReal = !Number.isNaN(instant) && new Date(instant).toISOString() === iso;
        const read = () => timeOf(TAG.generalizedTime, `${year}${month}${day}${hour}${minute}${second}Z`);
        expect(codeOf(read)).toBe(isReal ? 'read' : 'certificate_malformed');
        if (isReal) expect(read()).toBe(instant);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    [TAG.utcTime, '260115130000'],
    [TAG.utcTime, '2601151300Z'],
    [TAG.utcTime, '260115130000+0000'],
    [TAG.utcTime, '20260115130000Z'],
    [TAG.generalizedTime, '260115130000Z'],
    [TAG.generalizedTime, '20260115130000.5Z'],
    [TAG.generalizedTime, '00500115130000Z'],
    [TAG.integer, '260115130000Z'],
    [TAG.utcTime, ''],
  ])('tag %i with %s is refused', (tag, text) => {
    expect(codeOf(() => timeOf(tag, text))).toBe('certificate_malformed');
  });
});

describe('when an integer is read', () => {
  it.each(['00', '01', '7f', '0080', 'ff', '80', 'ff7f', `00${'ff'.repeat(20)}`])(
    '%s is in its shortest form',
    (hex) => {
      derInteger(decodeHex(hex));
    },
  );

  it.each(['', '0000', '007f', 'ff80', 'ffff'])('%j is refused', (hex) => {
    expect(codeOf(() => derInteger(decodeHex(hex)))).toBe('certificate_malformed');
  });

  it('a negative integer is refused where it must not be negative', () => {
    expect(derUnsigned(decodeHex('0080'))).toEqual(decodeHex('80'));
    expect(codeOf(() => derUnsigned(decodeHex('80')))).toBe('certificate_malformed');
  });
});

describe('when an object identifier is read', () => {
  it.each([
    ['550403', '2.5.4.3'],
    ['2a8648ce3d040303', '1.2.840.10045.4.3.3'],
    ['883703', '2.999.3'],
    ['00', '0.0'],
    ['27', '0.39'],
    ['28', '1.0'],
    ['4f', '1.39'],
    ['50', '2.0'],
    // 2.25 and 119 bits: beyond 2^53.
    [`69${'ff'.repeat(16)}7f`, `#69${'ff'.repeat(16)}7f`],
  ])('%s is %s', (hex, text) => {
    expect(derOid(decodeHex(hex))).toBe(hex);
    expect(formatOid(hex)).toBe(text);
  });

  it.each(['', '80', '8001', '5580', '55ff', '558001'])('%j is refused', (hex) => {
    expect(codeOf(() => derOid(decodeHex(hex)))).toBe('certificate_malformed');
  });
});

describe('when values are nested', () => {
  it('a value cannot extend beyond the value that contains it', () => {
    // A sequence of four bytes. The value in it declares five bytes.
    const inner = new DerReader(decodeHex(`3004${'040500000000'}${'00'.repeat(9)}`)).enter(TAG.sequence);
    expect(codeOf(() => inner.next())).toBe('certificate_malformed');
    const empty = new DerReader(decodeHex('30000400')).enter(TAG.sequence);
    expect(empty.done).toBe(true);
    expect(empty.optional(TAG.octetString)).toBeUndefined();
    expect(codeOf(() => empty.next())).toBe('certificate_malformed');
  });

  it.each([
    '3080',
    '308000',
    '3081',
    '1f0100',
    '30020500ff',
    // Each value has enough bytes for its length: an indefinite length, lengths in a long form, tags of two bytes.
    `3080${'00'.repeat(128)}`,
    '308100',
    `30817f${'00'.repeat(127)}`,
    '30820000',
    `308200ff${'00'.repeat(255)}`,
    `3083000100${'00'.repeat(256)}`,
    '3f1000',
  ])('%s is refused', (hex) => {
    const reader = new DerReader(decodeHex(hex));
    expect(
      codeOf(() => {
        reader.next();
        reader.end();
      }),
    ).toBe('certificate_malformed');
  });
});
