import {
  explainReport,
  POLICY_ERROR_CODES,
  REPORT_ERROR_CODES,
  REPORT_RULES,
  type ReportPolicy,
  VERIFICATION_ERROR_CODES,
  verifyReport,
} from '@perf-aggregator/attestation';
import type { Nsm } from '@perf-aggregator/enclave/nsm/port';
import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64, encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { CryptoBackend } from '@perf-aggregator/shared/crypto/port';
import type { ReportBundle, ReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { encodeUserData } from '@perf-aggregator/shared/messages/user-data';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { beforeAll, describe, expect, it } from 'vitest';
import { toClaims } from '../../../enclave/src/report/claims.ts';
import { claimsInput } from '../../../enclave/test/report/metrics.ts';
import { NOON } from '../../../enclave/test/sessions/states.ts';
import { createNsmRoot, type NsmRoot } from '../../src/nsm/chain.ts';
import { SIMULATED_PCRS_HEX, simulatedPcrs } from '../../src/nsm/measurements.ts';
import { createSimulatedNsm } from '../../src/nsm/module.ts';
import {
  type BundleChanges,
  makeBundle as makeSigned,
  REPORT_CONFIG,
  REPORT_SEED,
  type ReportUserData,
} from './bundles.ts';

const DAY_MS = 86_400_000;
const clock = { time: NOON, now: () => clock.time };

let root: NsmRoot;
let nsm: Nsm;
let policy: ReportPolicy;
let genuine: ReportBundle;

beforeAll(async () => {
  root = await createNsmRoot(random);
  nsm = createSimulatedNsm({ root, pcrs: simulatedPcrs(), clock, random });
  policy = { roots: [root.rootCertDer], pcrs: [SIMULATED_PCRS_HEX], instant: NOON };
  genuine = await makeBundle();
});

const makeBundle = (changes?: BundleChanges) => makeSigned(nsm, changes);

/** The code that a bundle is refused with, told the same way by both entries; null when it verifies. */
function verdict(bundle: unknown, changes: Partial<ReportPolicy> = {}): string | null {
  const judgedBy = { ...policy, ...changes };
  const { verified, code } = explainReport(bundle, judgedBy);
  expect(verified).toBe(code === null);
  const attempt = () => verifyReport(bundle, judgedBy);
  if (code === null) expect(attempt).not.toThrow();
  else expect(attempt).toThrow(expect.objectContaining({ code }));
  return code;
}

/** Signs `claims` as a JWT without any disclosure, under `header`. */
function signJwt(claims: object, header: object): string {
  const part = (value: object) => encodeBase64Url(utf8(JSON.stringify(value)));
  const input = `${part(header)}.${part(claims)}`;
  return `${input}.${encodeBase64Url(crypto.ed25519Sign(REPORT_SEED, utf8(input)))}~`;
}

describe('when a bundle is genuine', () => {
  it('it verifies, as simulated, every rule judged and held', () => {
    const told = explainReport(JSON.stringify(genuine), policy);
    expect(told).toMatchObject({ verified: true, simulated: true, code: null });
    expect(told.checks.map(({ rule, ok }) => [rule, ok])).toEqual(REPORT_RULES.map((rule) => [rule, true]));
    expect(verifyReport(genuine, policy)).toMatchObject({
      simulated: true,
      claims: { environment: 'simulated' },
    });
    expect(verdict(JSON.stringify(genuine))).toBeNull();
  });

  it('it verifies with any choice of its disclosures, and discloses no more', () => {
    const [jwt, ...disclosures] = genuine.sdJwt.split('~').slice(0, -1);
    for (const chosen of [[], disclosures.slice(3, 4), disclosures.toReversed()]) {
      const sdJwt = [jwt, ...chosen, ''].join('~');
      const { claims } = verifyReport({ ...genuine, sdJwt }, policy);
      expect(Object.keys(claims.metrics)).toHaveLength(chosen.length);
    }
  });

  it('it verifies long after its attestation certificates expired, until it expires itself', () => {
    expect(verdict(genuine, { instant: NOON + 29 * DAY_MS })).toBeNull();
  });

  it('header members that nobody reads change nothing', async () => {
    const compact = (issued: string) => {
      const [, payload = ''] = issued.split('.');
      const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
      return signJwt(claims, { alg: 'EdDSA', typ: 'perf-report+sd-jwt', kid: 'x', jwk: {}, x5c: [] });
    };
    expect(verdict(await makeBundle({ compact }))).toBeNull();
  });
});

describe('when exactly one thing is wrong', () => {
  const reached = new Set<string>();
  const refuses = async (
    bundle: unknown,
    code: string,
    rule: string,
    changes: Partial<ReportPolicy> = {},
  ) => {
    expect(verdict(await bundle, changes)).toBe(code);
    const checks = explainReport(await bundle, { ...policy, ...changes }).checks;
    expect(checks.find(({ ok }) => ok === false)?.rule).toBe(rule);
    expect(checks.filter(({ ok }) => ok === false)).toHaveLength(1);
    reached.add(code);
  };

  it.each<[string, (bundle: ReportBundle) => unknown]>([
    ['no JSON', () => '{'],
    ['no object', () => []],
    ['null', () => null],
    ['another version', (bundle) => ({ ...bundle, version: 2 })],
    ['an unknown member', (bundle) => ({ ...bundle, root: '' })],
    ['no attestation', ({ version, sdJwt }) => ({ version, sdJwt })],
    ['an attestation that is no base64', (bundle) => ({ ...bundle, attestation: `${bundle.attestation} ` })],
  ])('%s is no bundle', async (_, change) => {
    const bundle = change(genuine);
    expect(verdict(bundle)).toBe('bundle_malformed');
    reached.add('bundle_malformed');
  });

  it('an attestation for something else is refused', async () => {
    const userData = () => ({ t: 'kms', v: 1, config_sha256: REPORT_CONFIG }) as const;
    await refuses(makeBundle({ userData }), 'attestation_type_wrong', 'user_data_type');
    const quote = ({ jwt_sha256, ...data }: ReportUserData) =>
      ({ ...data, t: 'quote', report_key: jwt_sha256 }) as const;
    await refuses(makeBundle({ userData: quote }), 'attestation_type_wrong', 'user_data_type');
  });

  it('the attestation of another report is refused', async () => {
    const other = await makeBundle();
    await refuses({ ...genuine, attestation: other.attestation }, 'report_digest_mismatch', 'jwt_digest');
    await refuses({ ...genuine, sdJwt: '' }, 'report_digest_mismatch', 'jwt_digest');
  });

  it('a signature of another key than the attested one is refused', async () => {
    const publicKey = crypto.ed25519PublicKey(new Uint8Array(32).fill(4));
    await refuses(makeBundle({ publicKey }), 'report_signature_invalid', 'signer');
    await refuses(makeBundle({ publicKey: new Uint8Array(31) }), 'report_signature_invalid', 'signer');
  });

  it.each(['none', 'ES256', 'HS256', 'eddsa'])('the algorithm "%s" is refused', async (alg) => {
    const compact = () => signJwt({ _sd_alg: 'sha-256' }, { alg, typ: 'perf-report+sd-jwt' });
    await refuses(makeBundle({ compact }), 'report_signature_invalid', 'jwt_digest');
  });

  it('disclosures that do not belong to it are refused', async () => {
    const [, first] = genuine.sdJwt.split('~');
    const foreign = (await makeBundle()).sdJwt.split('~')[1]!;
    for (const sdJwt of [`${genuine.sdJwt}${first}~`, `${genuine.sdJwt}${foreign}~`, `${genuine.sdJwt}~`]) {
      await refuses({ ...genuine, sdJwt }, 'disclosure_invalid', 'disclosures');
    }
  });

  it('a claim that nobody may withhold is missed, each of them', async () => {
    const optional = ['aud', 'nonce'];
    const names = Object.keys(toClaims(claimsInput())).filter(
      (name) => !optional.includes(name) && name !== 'metrics',
    );
    expect(names).toHaveLength(32);
    for (const missing of names) {
      const claims = (all: ReportClaims) =>
        Object.fromEntries(Object.entries(all).filter(([name]) => name !== missing));
      await refuses(makeBundle({ claims }), 'schema_invalid', 'schema');
    }
  });

  it('a part of the data quality that nobody may withhold is missed, each of them', async () => {
    const names = Object.keys(toClaims(claimsInput()).dataQuality);
    expect(names).toHaveLength(10);
    for (const missing of names) {
      const claims = (all: ReportClaims) => ({
        ...all,
        dataQuality: Object.fromEntries(Object.entries(all.dataQuality).filter(([name]) => name !== missing)),
      });
      await refuses(makeBundle({ claims }), 'schema_invalid', 'schema');
    }
  });

  it('a claim that stands there twice over, or in another form, is refused', async () => {
    await refuses(makeBundle({ claims: (all) => ({ ...all, more: 1 }) }), 'schema_invalid', 'schema');
    await refuses(
      makeBundle({ claims: (all) => ({ ...all, statement: 'All is well.' }) }),
      'schema_invalid',
      'schema',
    );
    await refuses(
      makeBundle({ claims: (all) => ({ ...all, otherAccounts: 'none' }) }),
      'schema_invalid',
      'schema',
    );
  });

  it('claims that the hardware contradicts are refused', async () => {
    const code = 'claims_contradict_attestation';
    const other = '08'.repeat(32);
    await refuses(makeBundle({ claims: (all) => ({ ...all, configSha256: other }) }), code, 'binding');
    await refuses(makeBundle({ claims: (all) => ({ ...all, kmsPolicy: 'mutable' }) }), code, 'binding');
    await refuses(makeBundle({ userData: (data) => ({ ...data, kms_policy: 'unknown' }) }), code, 'binding');
    for (const environment of ['production', 'sandbox']) {
      await refuses(makeBundle({ claims: (all) => ({ ...all, environment }) }), code, 'binding');
    }
  });

  it('a KMS policy that the verifier does not accept is refused', async () => {
    expect(verdict(genuine, { kmsPolicy: 'locked' })).toBeNull();
    await refuses(genuine, 'kms_policy_mismatch', 'kms_policy', { kmsPolicy: 'mutable' });
  });

  it('another audience, or none where one is demanded, is refused', async () => {
    const bundle = await makeBundle({ audience: 'allocator' });
    expect(verdict(bundle)).toBeNull();
    expect(verdict(bundle, { audience: 'allocator' })).toBeNull();
    await refuses(bundle, 'audience_mismatch', 'audience', { audience: 'auditor' });
    await refuses(genuine, 'audience_mismatch', 'audience', { audience: 'auditor' });
  });

  it('the answer to another challenge is refused', async () => {
    const bundle = await makeBundle({ nonce: 'challenge' });
    expect(verdict(bundle, { nonce: 'challenge' })).toBeNull();
    await refuses(bundle, 'report_nonce_mismatch', 'nonce', { nonce: 'Challenge' });
    await refuses(genuine, 'report_nonce_mismatch', 'nonce', { nonce: 'challenge' });
  });

  it('a report is refused after its end, and long before its beginning', async () => {
    expect(verdict(genuine, { instant: NOON + 30 * DAY_MS - 1 })).toBeNull();
    await refuses(genuine, 'report_expired', 'validity', { instant: NOON + 30 * DAY_MS });
    expect(verdict(genuine, { instant: NOON - 300_000 })).toBeNull();
    await refuses(genuine, 'report_expired', 'validity', { instant: NOON - 300_001 });
  });

  it('a report that is dated otherwise than its attestation is refused', async () => {
    const dated = (seconds: number) => makeBundle({ claims: (all) => ({ ...all, iat: all.iat + seconds }) });
    expect(verdict(await dated(60))).toBeNull();
    await refuses(dated(61), 'issue_time_mismatch', 'issue_time');
    await refuses(dated(-61), 'issue_time_mismatch', 'issue_time');
  });

  it('numbers that contradict each other are refused', async () => {
    const claims = (all: ReportClaims) => ({ ...all, metrics: { ...all.metrics, totalReturn: 0.2 } });
    await refuses(makeBundle({ claims }), 'arithmetic_invalid', 'arithmetic');
  });

  it('shares of trading that contradict each other are refused', async () => {
    const quality = (changes: Partial<ReportClaims['dataQuality']>) =>
      makeBundle({ claims: (all) => ({ ...all, dataQuality: { ...all.dataQuality, ...changes } }) });
    expect(verdict(await quality({ checkedFillShare: 0.5, offMarketFillShare: 0.5 }))).toBeNull();
    const code = 'arithmetic_invalid';
    await refuses(quality({ checkedFillShare: 0.5, offMarketFillShare: 0.6 }), code, 'arithmetic');
    // The period is the full history, whose share is 0.
    await refuses(quality({ illiquidPnlShare: 0.5 }), code, 'arithmetic');
  });

  it('an attestation that does not verify brings its own reason', async () => {
    await refuses(genuine, 'root_untrusted', 'attestation', {
      roots: [(await createNsmRoot(random)).rootCertDer],
    });
    const { roots: _, ...awsOnly } = policy;
    expect(explainReport(genuine, awsOnly)).toMatchObject({ verified: false, code: 'root_untrusted' });
    await refuses(genuine, 'policy_empty', 'attestation', { pcrs: [] });
    await refuses(genuine, 'pcr_mismatch', 'attestation', {
      pcrs: [{ ...SIMULATED_PCRS_HEX, 2: 'ab'.repeat(48) }],
    });
    const pcrs = new Map([...simulatedPcrs()].map(([index]) => [index, new Uint8Array(48)]));
    const debug = createSimulatedNsm({ root, pcrs, clock, random });
    const userData = encodeUserData({ t: 'kms', v: 1, config_sha256: REPORT_CONFIG });
    const attestation = encodeBase64(await debug.attest({ userData }));
    await refuses({ ...genuine, attestation }, 'debug_mode', 'attestation', { pcrs: 'any-image' });
    expect(verdict({ ...genuine, attestation }, { pcrs: 'any-image', allowDebug: true })).toBe(
      'attestation_type_wrong',
    );
  });

  it('no code of a report is left without its test', () => {
    expect(REPORT_ERROR_CODES.filter((code) => !reached.has(code))).toEqual([]);
  });
});

describe('when any one byte of the bundle is changed', () => {
  /** P-384 is slow and the same chain is judged thousands of times: each answer is computed once. */
  function remembering(backend: CryptoBackend): CryptoBackend {
    const known = new Map<string, boolean>();
    return {
      ...backend,
      p384Verify(publicKey, message, signature) {
        const name = [publicKey, backend.sha256(message), signature].map(encodeHex).join();
        const answer = known.get(name) ?? backend.p384Verify(publicKey, message, signature);
        known.set(name, answer);
        return answer;
      },
    };
  }

  it('it is refused with a code', () => {
    const text = JSON.stringify(genuine);
    const backend = remembering(crypto);
    const codes: readonly string[] = [
      ...REPORT_ERROR_CODES,
      ...VERIFICATION_ERROR_CODES,
      ...POLICY_ERROR_CODES,
    ];
    expect(explainReport(text, policy, backend).code).toBeNull();
    const accepted: string[] = [];
    let attempts = 0;
    for (const at of positions(text)) {
      for (const other of alternatives(text[at]!, at)) {
        const changed = text.slice(0, at) + other + text.slice(at + 1);
        const { verified, code } = explainReport(changed, policy, backend);
        if (verified || !codes.includes(code ?? '')) accepted.push(`${at}: ${text[at]} → ${other}`);
        attempts += 1;
      }
    }
    expect(accepted).toEqual([]);
    expect(attempts).toBe(3 * positions(text).length);
    expect(attempts).toBeGreaterThan(5_000);
  });

  /** Every byte that gives the bundle its shape, and every seventh of the base64 between them. */
  function positions(text: string): number[] {
    return text
      .split('')
      .flatMap((character, at) => (at % 7 === 0 || !/[A-Za-z0-9+_-]/.test(character) ? [at] : []));
  }

  /** Three other printable characters: a space, the neighbour in base64, and one that JSON cares about. */
  function alternatives(character: string, at: number): string[] {
    const flipped = String.fromCharCode(character.charCodeAt(0) ^ 1);
    const others = [' ', flipped, '"\\~.{=A/'[at % 8]!, '-', '0'];
    return [...new Set(others)].filter((other) => other !== character).slice(0, 3);
  }
});
