/** Evidence outlives releases: bundles that earlier builds issued keep their verdict. */
import { readFileSync } from 'node:fs';
import { explainReport, verifyReport } from '@perf-aggregator/attestation';
import { REPORT_RULES } from '@perf-aggregator/attestation/report/judgement';
import { decodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto as noble } from '@perf-aggregator/shared/crypto/noble';
import { crypto as node } from '@perf-aggregator/shared/crypto/node';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../../shared/test/codes.ts';
import { ReportError } from '../../src/report/errors.ts';

/** A bundle of an earlier build, and what its verifier trusts. */
interface Frozen {
  /** DER of the root of its simulated module, hexadecimal. */
  readonly root: string;
  readonly pcrs: Readonly<Record<number, string>>;
  /** When it was issued, ms. */
  readonly instant: number;
  readonly bundle: ReportBundle;
}

const file = new URL('./frozen/version-1.json', import.meta.url);
const { root, pcrs, instant, bundle } = JSON.parse(readFileSync(file, 'utf8')) as Frozen;
const policy = {
  roots: [decodeHex(root)],
  pcrs: [pcrs],
  instant,
  audience: 'an allocator',
  nonce: 'a challenge',
};

describe('when a bundle of version 1 is judged', () => {
  it.each([
    ['node', node],
    ['noble', noble],
  ] as const)('it verifies by every rule (%s)', (_, crypto) => {
    const { checks, ...told } = explainReport(bundle, policy, crypto);
    expect(told).toMatchObject({ verified: true, simulated: true, code: null });
    expect(checks.map(({ rule, ok }) => [rule, ok])).toEqual(REPORT_RULES.map((rule) => [rule, true]));
    expect(checks[0]!.detail).toBe('version 1');
  });

  it('its claims are those of its time', () => {
    const { claims } = verifyReport(bundle, policy);
    expect(claims.scope).toBeUndefined();
    expect(claims.metrics.totalReturn).toBeCloseTo(0.1, 12);
  });

  it('it is no bundle of version 2', () => {
    const code = codeOf(() => verifyReport({ ...bundle, version: 2 }, policy), ReportError);
    expect(code).toBe('report_signature_invalid');
  });
});
