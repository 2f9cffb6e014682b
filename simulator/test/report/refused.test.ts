/** Bundles that no genuine enclave issues, or that another module attested. Each rule: attestation/test/report. */
import { explainReport, type ReportPolicy } from '@perf-aggregator/attestation';
import { encodeBase64 } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { ReportBundle, ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import { beforeAll, describe, expect, it } from 'vitest';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { REPORT_CONFIG, type ReportUserData } from './bundles.ts';
import { ReportWorld } from './world.ts';

let world: ReportWorld;
let genuine: ReportBundle;

beforeAll(async () => {
  world = await ReportWorld.create();
  genuine = await world.issue();
});

describe('when exactly one thing is wrong', () => {
  const refuses = async (
    bundle: unknown,
    code: string,
    rule: string,
    changes: Partial<ReportPolicy> = {},
  ) => {
    expect(world.verdict(await bundle, changes)).toBe(code);
    const { checks } = explainReport(await bundle, { ...world.policy, ...changes });
    expect(checks.filter(({ ok }) => ok === false).map((check) => check.rule)).toEqual([rule]);
  };

  it('an attestation for another purpose is refused', async () => {
    const userData = () => ({ t: 'kms', v: 1, config_sha256: REPORT_CONFIG }) as const;
    await refuses(world.issue({ userData }), 'attestation_type_wrong', 'user_data_type');
    const quote = ({ jwt_sha256, ...data }: ReportUserData) =>
      ({ ...data, t: 'quote', report_key: jwt_sha256 }) as const;
    await refuses(world.issue({ userData: quote }), 'attestation_type_wrong', 'user_data_type');
  });

  it('the attestation of another report is refused', async () => {
    const other = await world.issue();
    await refuses({ ...genuine, attestation: other.attestation }, 'report_digest_mismatch', 'jwt_digest');
  });

  it('a signature of a key other than the attested one is refused', async () => {
    const publicKey = crypto.ed25519PublicKey(new Uint8Array(32).fill(4));
    await refuses(world.issue({ publicKey }), 'report_signature_invalid', 'signer');
  });

  it('disclosures that do not belong to it are refused', async () => {
    const [, first] = genuine.sdJwt.split('~');
    const foreign = (await world.issue()).sdJwt.split('~')[1]!;
    for (const sdJwt of [`${genuine.sdJwt}${first}~`, `${genuine.sdJwt}${foreign}~`, `${genuine.sdJwt}~`]) {
      await refuses({ ...genuine, sdJwt }, 'disclosure_invalid', 'disclosures');
    }
  });

  it('claims that contradict the attestation are refused', async () => {
    const code = 'claims_contradict_attestation';
    const other = '08'.repeat(32);
    await refuses(world.issue({ claims: (all) => ({ ...all, configSha256: other }) }), code, 'binding');
    await refuses(world.issue({ userData: (data) => ({ ...data, kms_policy: 'unknown' }) }), code, 'binding');
    for (const environment of ['production', 'sandbox']) {
      await refuses(world.issue({ claims: (all) => ({ ...all, environment }) }), code, 'binding');
    }
  });

  it('a KMS policy that the verifier does not accept is refused', async () => {
    expect(world.verdict(genuine, { kmsPolicy: 'locked' })).toBeNull();
    await refuses(genuine, 'kms_policy_mismatch', 'kms_policy', { kmsPolicy: 'mutable' });
  });

  it('a report with a date other than that of its attestation is refused', async () => {
    const dated = (seconds: number) => world.issue({ claims: (all) => ({ ...all, iat: all.iat + seconds }) });
    expect(world.verdict(await dated(60))).toBeNull();
    await refuses(dated(61), 'issue_time_mismatch', 'issue_time');
  });

  it('numbers that contradict each other are refused', async () => {
    const claims = (all: ReportClaims) => ({ ...all, metrics: { ...all.metrics, totalReturn: 0.2 } });
    await refuses(world.issue({ claims }), 'arithmetic_invalid', 'arithmetic');
  });

  it('contradictory shares of trading are refused', async () => {
    const quality = (changes: Partial<ReportClaims['dataQuality']>) =>
      world.issue({ claims: (all) => ({ ...all, dataQuality: { ...all.dataQuality, ...changes } }) });
    expect(world.verdict(await quality({ checkedFillShare: 0.5, offMarketFillShare: 0.5 }))).toBeNull();
    const code = 'arithmetic_invalid';
    await refuses(quality({ checkedFillShare: 0.5, offMarketFillShare: 0.6 }), code, 'arithmetic');
    // The period is the full history. Its share is 0.
    await refuses(quality({ illiquidPnlShare: 0.5 }), code, 'arithmetic');
  });

  it('an attestation that does not verify gives its own reason', async () => {
    const { root: stranger } = await ReportWorld.create();
    await refuses(genuine, 'root_untrusted', 'attestation', { roots: [stranger.rootCertDer] });
    const { roots: _, ...awsOnly } = world.policy;
    expect(explainReport(genuine, awsOnly)).toMatchObject({ verified: false, code: 'root_untrusted' });
    await refuses(genuine, 'pcr_mismatch', 'attestation', {
      pcrs: [{ ...SIMULATED_PCRS_HEX, 2: 'ab'.repeat(48) }],
    });
  });

  it('a module in debug mode is refused unless debug mode is allowed', async () => {
    const zeros = new Map([...simulatedPcrs()].map(([index]) => [index, new Uint8Array(48)]));
    const userData = encodeUserData({ t: 'kms', v: 1, config_sha256: REPORT_CONFIG });
    const attestation = encodeBase64(await world.moduleOf(zeros).attest({ userData }));
    await refuses({ ...genuine, attestation }, 'debug_mode', 'attestation', { pcrs: 'any-image' });
    expect(world.verdict({ ...genuine, attestation }, { pcrs: 'any-image', allowDebug: true })).toBe(
      'attestation_type_wrong',
    );
  });
});
