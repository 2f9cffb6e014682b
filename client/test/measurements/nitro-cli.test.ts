import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { MeasurementsError } from '../../src/measurements/errors.ts';
import { parseNitroCli } from '../../src/measurements/nitro-cli.ts';

const hex = (digit: string) => digit.repeat(96);
const PCRS = { PCR0: hex('a'), PCR1: hex('b'), PCR2: hex('c') };
const IMAGE = { 0: hex('a'), 1: hex('b'), 2: hex('c') };
const algorithm = { HashAlgorithm: 'Sha384 { ... }' };
const built = (more: object = {}) =>
  JSON.stringify({ Measurements: { ...algorithm, ...PCRS, ...more } }, null, 2);
const described = (more: object = {}) =>
  JSON.stringify({
    ...{ EifVersion: 4, Measurements: { ...algorithm, ...PCRS, PCR8: hex('D') }, IsSigned: true },
    ...{ CheckCRC: true, SignatureCheck: true, ImageName: 'x', ImageVersion: '1', Metadata: {}, ...more },
  });

describe('when nitro-cli has measured an image', () => {
  it('the output of build-enclave is read, with and without the lines before it', () => {
    expect(parseNitroCli(built())).toEqual(IMAGE);
    expect(
      parseNitroCli(`Start building the Enclave Image...\nEnclave Image successfully created.\n${built()}\n`),
    ).toEqual(IMAGE);
  });

  it('the output of describe-eif is read, with the signer', () => {
    expect(parseNitroCli(described())).toEqual({ ...IMAGE, 8: hex('D') });
    expect(parseNitroCli(described({ IsSigned: false, SignatureCheck: null }))).toEqual({
      ...IMAGE,
      8: hex('D'),
    });
  });

  it.each([
    ['without PCR0', built({ PCR0: undefined })],
    ['without PCR2', built({ PCR2: undefined })],
    ['with a short PCR1', built({ PCR1: 'ab' })],
    ['with a register more', built({ PCR3: hex('e') })],
    ['without an algorithm', built({ HashAlgorithm: undefined })],
    ['by another algorithm', built({ HashAlgorithm: 'Sha256 { ... }' })],
    ['of measurements that are a list', '{"Measurements":[]}'],
    ['that says a register twice', built().replace('"PCR0"', `"PCR0": "${hex('f')}", "PCR0"`)],
    ['of a file whose checksum is wrong', described({ CheckCRC: false })],
    ['of a file whose signature is wrong', described({ SignatureCheck: false })],
  ])('output %s is refused', (_, text) => {
    expect(codeOf(() => parseNitroCli(text), MeasurementsError)).toBe('measurements_malformed');
  });

  it.each([
    '',
    'text',
    '{',
    '{}',
    '[]',
    'null',
    '{"format":"perf-aggregator/measurements/1"}',
    '{"__proto__":{"Measurements":{}}}',
  ])('text that is no such output is left to other readers: %s', (text) => {
    expect(parseNitroCli(text)).toBeNull();
  });
});
