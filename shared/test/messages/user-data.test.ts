import { encodeCbor } from '@perf-aggregator/shared/codec/cbor-encode';
import { CodecError } from '@perf-aggregator/shared/errors';
import {
  decodeUserData,
  encodeUserData,
  type UserData,
  type UserDataType,
} from '@perf-aggregator/shared/messages/user-data';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeOf, orRefused } from '../codes.ts';

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 });
const policy = fc.constantFrom('locked' as const, 'mutable' as const, 'unknown' as const);
const common = { v: fc.constant(1 as const), config_sha256: hash };
const ARBITRARY: { readonly [T in UserDataType]: fc.Arbitrary<Extract<UserData, { t: T }>> } = {
  quote: fc.record({ t: fc.constant('quote'), ...common, report_key: hash, kms_policy: policy }),
  genesis: fc.record({
    t: fc.constant('genesis'),
    ...common,
    report_key: hash,
    blob_sha256: hash,
    key_arn: fc.string({ unit: 'grapheme', maxLength: 64 }),
  }),
  report: fc.record({ t: fc.constant('report'), ...common, jwt_sha256: hash, kms_policy: policy }),
  kms: fc.record({ t: fc.constant('kms'), ...common }),
};
const TYPES = Object.keys(ARBITRARY) as UserDataType[];

describe.each(TYPES)('when user_data is of type %s', (type) => {
  it('reads back as it was written', () => {
    fc.assert(
      fc.property(ARBITRARY[type], (data: UserData) => {
        expect(decodeUserData(encodeUserData(data), type)).toEqual(data);
      }),
    );
  });

  it.each(TYPES.filter((other) => other !== type))('is not accepted in place of %s', (other) => {
    const [data] = fc.sample<UserData>(ARBITRARY[type], 1);
    expect(codeOf(() => decodeUserData(encodeUserData(data!), other), CodecError)).toBe('cbor_malformed');
    const renamed = encodeCbor({ ...data!, t: other });
    expect(codeOf(() => decodeUserData(renamed, other), CodecError)).toBe('cbor_malformed');
  });

  it.each([
    ['a field more', { more: 1 }],
    ['a field less', { config_sha256: undefined }],
    ['another version', { v: 2 }],
    ['31 bytes for 32', { config_sha256: new Uint8Array(31) }],
    ['text for bytes', { config_sha256: 'x'.repeat(32) }],
  ])('refuses %s', (_what, change) => {
    const [data] = fc.sample<UserData>(ARBITRARY[type], 1);
    const bytes = encodeCbor({ ...data!, ...change });
    expect(codeOf(() => decodeUserData(bytes, type), CodecError)).toBe('cbor_malformed');
  });
});

describe('when user_data is random', () => {
  it('refuses it with a code', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.constantFrom(...TYPES), (bytes, type) => {
        expect(orRefused(() => decodeUserData(bytes, type))).toBeNull();
      }),
    );
  });
});
