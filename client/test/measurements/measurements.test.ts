import { describe, expect, it } from 'vitest';
import { MeasurementsError, type MeasurementsErrorCode } from '../../src/measurements/errors.ts';
import {
  acceptedPcrs,
  endingOf,
  type Measurements,
  parseMeasurements,
  type Release,
} from '../../src/measurements/measurements.ts';

const JULY = Date.UTC(2026, 6, 1);
const hex = (digit: string, length: number) => digit.repeat(length);
const pcrs = (digit: string) => ({ 0: hex(digit, 96), 1: hex('b', 96), 2: hex('c', 96) });

/** A release with valid members. */
function release(more: Partial<Release> = {}): Release {
  return {
    version: '0.1.0',
    commit: hex('1', 40),
    notAfter: null,
    reason: null,
    pcrs: pcrs('a'),
    rootFileSystem: { sha256: hex('2', 64), bytes: 117_000_000 },
    configuration: { 'enclave.json': hex('3', 64), 'ca.pem': hex('4', 64) },
    sbom: hex('5', 64),
    base: 'node:24-bookworm@sha256:6',
    tools: { node: '24.21.0' },
    ...more,
  };
}

function file(...releases: Release[]): Measurements {
  return { format: 'perf-aggregator/measurements/1', releases };
}

function refusal(code: MeasurementsErrorCode, what: () => unknown): string {
  try {
    what();
  } catch (error) {
    expect(error).toBeInstanceOf(MeasurementsError);
    expect((error as MeasurementsError).code).toBe(code);
    return (error as Error).message;
  }
  throw new Error(`accepted, expected ${code}`);
}

describe('when a file is read', () => {
  it('it equals the written value', () => {
    const written = file(release(), release({ pcrs: null, notAfter: '2026-06-01T00:00:00Z', reason: 'why' }));
    expect(parseMeasurements(JSON.stringify(written))).toEqual(written);
    const signed = file(release({ pcrs: { ...pcrs('a'), 8: hex('d', 96) } }));
    expect(parseMeasurements(JSON.stringify(signed))).toEqual(signed);
  });

  it.each([
    ['not JSON', '{', 'it is not JSON'],
    [
      'another format',
      JSON.stringify({ ...file(release()), format: 'perf-aggregator/measurements/2' }),
      'format',
    ],
    ['no release', JSON.stringify(file()), 'releases'],
    [
      'a member that is unknown',
      JSON.stringify(file({ ...release(), trusted: true } as Release)),
      'releases.0',
    ],
    [
      'a register less',
      JSON.stringify(file(release({ pcrs: { 0: hex('a', 96) } as Release['pcrs'] }))),
      'pcrs.1',
    ],
    [
      'a register of another length',
      JSON.stringify(file(release({ pcrs: { ...pcrs('a'), 0: 'aa' } }))),
      'pcrs.0',
    ],
    ['upper case', JSON.stringify(file(release({ pcrs: { ...pcrs('a'), 0: hex('A', 96) } }))), 'pcrs.0'],
    ['a date that is none', JSON.stringify(file(release({ notAfter: 'soon' }))), 'notAfter'],
    ['a short commit', JSON.stringify(file(release({ commit: 'abc' }))), 'commit'],
  ])('%s is refused', (_, text, where) => {
    expect(refusal('measurements_malformed', () => parseMeasurements(text))).toContain(where);
  });
});

describe('when images are chosen', () => {
  it('all releases that are not expired are trusted, with every named register', () => {
    const signed = release({ pcrs: { ...pcrs('d'), 8: hex('e', 96) } });
    const over = release({ pcrs: pcrs('f'), notAfter: '2026-06-30T23:59:59.999Z' });
    expect(acceptedPcrs(file(release(), over, signed), JULY)).toEqual([
      pcrs('a'),
      { ...pcrs('d'), 8: hex('e', 96) },
    ]);
  });

  it('a release is trusted until the last moment of its validity', () => {
    const ending = file(release({ notAfter: '2026-07-01T00:00:00.000Z', reason: 'a flaw' }));
    expect(acceptedPcrs(ending, JULY)).toEqual([pcrs('a')]);
    const why = refusal('measurements_expired', () => acceptedPcrs(ending, JULY + 1));
    expect(why).toBe('0.1.0 (111111111111) is not to be believed after 2026-07-01T00:00:00.000Z: a flaw');
  });

  it('a release without PCRs names no image', () => {
    refusal('measurements_unmeasured', () => acceptedPcrs(file(release({ pcrs: null })), JULY));
  });
});

describe('when evidence does not match', () => {
  const over = release({ pcrs: pcrs('f'), notAfter: '2026-06-30T00:00:00Z' });

  it('an expired release is named, if the evidence matches it', () => {
    expect(endingOf(file(release(), over), JULY, { ...pcrs('f'), 4: hex('0', 96) })).toBe(
      '0.1.0 (111111111111) is not to be believed after 2026-06-30T00:00:00Z',
    );
    expect(endingOf(file(release(), over), JULY, { ...pcrs('f'), 1: hex('0', 96) })).toBeNull();
    expect(endingOf(file(release(), over), JULY, {})).toBeNull();
    expect(endingOf(file(release(), over), Date.UTC(2026, 0), pcrs('f'))).toBeNull();
  });
});
