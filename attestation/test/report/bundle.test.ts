/** Limits for the length and the nesting depth of the text of a bundle. */
import { ReportError } from '@perf-aggregator/attestation';
import { MAX_BUNDLE_BYTES, parseBundle } from '@perf-aggregator/attestation/report/bundle';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { casesOfRule, GENUINE, judgeReport } from './conformance/case.ts';

const text = JSON.stringify(GENUINE.bundle);

describe('when a bundle is padded with blanks', () => {
  it('4 MiB verify, and one more character is refused', () => {
    const [whole, long] = casesOfRule('bundle', [
      ['4 MiB', 'verified', () => text.padEnd(MAX_BUNDLE_BYTES)],
      ['more', 'bundle_malformed', () => text.padEnd(MAX_BUNDLE_BYTES + 1)],
    ]);
    expect([judgeReport(whole!), judgeReport(long!)]).toEqual(['verified', 'ReportError bundle_malformed']);
    expect(() => parseBundle(text.padEnd(MAX_BUNDLE_BYTES + 1))).toThrow(/4 MiB/);
  });
});

describe('when a bundle is nested very deeply', () => {
  it.each(['[', '{"version":', '{"version":1,"sdJwt":[', '{"a":[{"b":'])(
    'repeated %s is malformed',
    (start) => {
      for (const count of [100, 100_000]) {
        expect(codeOf(() => parseBundle(start.repeat(count)), ReportError)).toBe('bundle_malformed');
      }
      const closed = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
      expect(codeOf(() => parseBundle(`{"version":1,"sdJwt":${closed}}`), ReportError)).toBe(
        'bundle_malformed',
      );
    },
  );
});
