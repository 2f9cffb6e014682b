import { utf8 } from '@perf-aggregator/shared/bytes';
import { encodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { ReportBundle } from '@perf-aggregator/shared/messages/report/claims';
import { describe, expect, it } from 'vitest';
import { discloseClaims, isSignedBy, parseSdJwt } from '../../../attestation/src/report/sd-jwt.ts';
import { codeOf } from '../../../shared/test/codes.ts';
import { ClientError } from '../../src/errors.ts';
import { discloseOnly } from '../../src/sdk/disclosure.ts';

const SEED = new Uint8Array(32).fill(1);
const json = (value: unknown) => encodeBase64Url(utf8(JSON.stringify(value)));
const METRICS = { sharpeRatio: 1.5, totalReturn: 0.1, navEnd: '1000000' };

/** A signed report with these metrics and no others. */
function makeBundle(): ReportBundle {
  const disclosures = Object.entries(METRICS).map(([name, value], index) =>
    json([`salt-${index}`, name, value]),
  );
  const _sd = disclosures.map((text) => encodeBase64Url(crypto.sha256(utf8(text))));
  const input = `${json({ alg: 'EdDSA', typ: 'perf-report+sd-jwt' })}.${json({ metrics: { _sd }, _sd_alg: 'sha-256' })}`;
  const jwt = `${input}.${encodeBase64Url(crypto.ed25519Sign(SEED, utf8(input)))}`;
  return { version: 1, sdJwt: [jwt, ...disclosures, ''].join('~'), attestation: 'AA==' };
}

function shown(bundle: ReportBundle): unknown {
  const parts = parseSdJwt(bundle.sdJwt, bundle.version);
  expect(isSignedBy(parts, crypto.ed25519PublicKey(SEED), crypto)).toBe(true);
  return discloseClaims(parts, crypto)['metrics'];
}

describe('when a holder discloses only some metrics', () => {
  it('the report still verifies and shows exactly these', () => {
    const bundle = makeBundle();
    expect(shown(bundle)).toEqual(METRICS);
    const some = discloseOnly(bundle, ['totalReturn', 'sharpeRatio', 'totalReturn']);
    expect(shown(some)).toEqual({ totalReturn: 0.1, sharpeRatio: 1.5 });
    expect(shown(discloseOnly(bundle, []))).toEqual({});
    expect(some).toMatchObject({ version: 1, attestation: 'AA==' });
  });

  it('a withheld metric is absent', () => {
    const some = discloseOnly(makeBundle(), ['sharpeRatio']);
    expect(codeOf(() => discloseOnly(some, ['navEnd']), ClientError)).toBe('disclosure_unknown');
    expect(some.sdJwt).not.toContain(json(['salt-2', 'navEnd', METRICS.navEnd]));
  });

  it('an unknown name is refused, and the message lists the known ones', () => {
    const attempt = () => discloseOnly(makeBundle(), ['sharpe']);
    expect(codeOf(attempt, ClientError)).toBe('disclosure_unknown');
    expect(attempt).toThrow(/"sharpe" is not in this report; there are totalReturn, sharpeRatio, navEnd/);
  });
});
