/** Bundles of the enclave pass the verifier. Tests of each rule are in attestation/test/report. */
import { explainReport, verifyReport } from '@perf-aggregator/attestation';
import { REPORT_RULES } from '@perf-aggregator/attestation/report/judgement';
import { REPORT_CLAIMS, type ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { DISCLOSABLE_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import { beforeAll, describe, expect, it } from 'vitest';
import { toClaims } from '../../../enclave/src/report/claims.ts';
import { claimsInput } from '../../../enclave/test/report/metrics.ts';
import { NOON } from '../../../enclave/test/sessions/states.ts';
import { ReportWorld } from './world.ts';

const DAY_MS = 86_400_000;

let world: ReportWorld;
let genuine: ReportBundle;

beforeAll(async () => {
  world = await ReportWorld.create();
  genuine = await world.issue();
});

describe('when a bundle is genuine', () => {
  it('it verifies as simulated, and every rule is checked and passes', () => {
    const told = explainReport(JSON.stringify(genuine), world.policy);
    expect(told).toMatchObject({ verified: true, simulated: true, code: null });
    expect(told.checks.map(({ rule, ok }) => [rule, ok])).toEqual(REPORT_RULES.map((rule) => [rule, true]));
    expect(verifyReport(genuine, world.policy)).toMatchObject({
      simulated: true,
      claims: { environment: 'simulated' },
    });
    expect(world.verdict(JSON.stringify(genuine))).toBeNull();
  });

  it('its claims equal the issued ones and contain every metric', () => {
    const { claims } = verifyReport(genuine, world.policy);
    expect(claims).toEqual(toClaims(claimsInput()));
    expect(Object.keys(claims.metrics).sort()).toEqual([...DISCLOSABLE_METRICS].sort());
  });

  it('it contains every claim that must be disclosed', () => {
    const optional = ['aud', 'nonce'];
    const needed = Object.keys(REPORT_CLAIMS[2].shape).filter((name) => !optional.includes(name));
    expect(Object.keys(toClaims(claimsInput())).sort()).toEqual(needed.sort());
  });

  it('it verifies with any subset of its disclosures, and discloses only these', () => {
    const [jwt, ...disclosures] = genuine.sdJwt.split('~').slice(0, -1);
    for (const chosen of [[], disclosures.slice(3, 4), disclosures.toReversed()]) {
      const sdJwt = [jwt, ...chosen, ''].join('~');
      const { claims } = verifyReport({ ...genuine, sdJwt }, world.policy);
      expect(Object.keys(claims.metrics)).toHaveLength(chosen.length);
    }
  });

  it('it verifies after its attestation certificates expired, until it expires itself', () => {
    expect(world.verdict(genuine, { instant: NOON + 29 * DAY_MS })).toBeNull();
    expect(world.verdict(genuine, { instant: NOON + 30 * DAY_MS - 1 })).toBeNull();
    expect(world.verdict(genuine, { instant: NOON + 30 * DAY_MS })).toBe('report_expired');
  });
});

describe('when a bundle was issued for an audience', () => {
  it('another audience is refused, and so is none where one is demanded', async () => {
    const bundle = await world.issue({ audience: 'allocator' });
    expect(world.verdict(bundle)).toBeNull();
    expect(world.verdict(bundle, { audience: 'allocator' })).toBeNull();
    expect(world.verdict(bundle, { audience: 'auditor' })).toBe('audience_mismatch');
    expect(world.verdict(genuine, { audience: 'auditor' })).toBe('audience_mismatch');
  });

  it('the answer to another challenge is refused', async () => {
    const bundle = await world.issue({ nonce: 'challenge' });
    expect(world.verdict(bundle, { nonce: 'challenge' })).toBeNull();
    expect(world.verdict(bundle, { nonce: 'Challenge' })).toBe('report_nonce_mismatch');
    expect(world.verdict(genuine, { nonce: 'challenge' })).toBe('report_nonce_mismatch');
  });
});
