import { decodeBase64Url } from '@perf-aggregator/shared/codec/base64';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { ReadingScope } from '@perf-aggregator/shared/messages/answers/metrics';
import { REPORT_CLAIMS } from '@perf-aggregator/shared/messages/report/claims';
import { DISCLOSABLE_METRICS } from '@perf-aggregator/shared/messages/report/metrics';
import { systemRandom as random } from '@perf-aggregator/shared/random';
import { describe, expect, it } from 'vitest';
import { checkArithmetic } from '../../../attestation/src/report/arithmetic.ts';
import { discloseClaims, isSignedBy, parseSdJwt } from '../../../attestation/src/report/sd-jwt.ts';
import { toClaims } from '../../src/report/claims.ts';
import { issueReport } from '../../src/report/issue.ts';
import { NOON, stateOf } from '../sessions/states.ts';
import { claimsInput } from './metrics.ts';

const SEED = new Uint8Array(32).fill(3);
const plain = <T>(value: T) => JSON.parse(JSON.stringify(value)) as T;

describe('when claims are created', () => {
  it('they contain what a verifier requires, and their arithmetic is consistent', () => {
    const claims = REPORT_CLAIMS[2].parse(plain(toClaims(claimsInput())));
    expect(claims).toMatchObject({
      iat: NOON / 1_000,
      exp: NOON / 1_000 + 30 * 86_400,
      environment: 'simulated',
      period: { from: '2026-11-17', to: '2026-11-19' },
      periodIsFullHistory: true,
      liveSince: NOON,
      keyPermissions: [{ account: 'a0', canTrade: 'no', canWithdraw: 'no' }],
      productsRead: ['spot'],
      productsNotRead: ['margin'],
      provenance: { fetched: 2, sealed: 0 },
      kmsPolicy: 'locked',
      configSha256: '07'.repeat(32),
      ledgerHead: 'cd'.repeat(32),
      parameters: { managementFeeAnnual: 0, riskFreeRateAnnual: 0 },
      metrics: { totalReturn: claims.fullHistoryReturn, fillCount: 1 },
    });
    expect(claims.fullHistoryReturn).toBeCloseTo(0.1, 12);
    expect(checkArithmetic(claims)).toContain('daily returns chain to the total');
  });

  it('they state what of the accounts was not read, by account where there are several', () => {
    const scoped = (...scopes: (ReadingScope | null)[]) => {
      const { accounts } = stateOf();
      const [one] = accounts;
      const all = scopes.map((scope, at) => ({
        ...one!,
        access: { ...one!.access, account: `a${at}` },
        coverage: scope && { ...one!.coverage!, account: `a${at}`, scope },
      }));
      const state = { ...stateOf(), accounts: all };
      return REPORT_CLAIMS[2].parse(plain(toClaims({ ...claimsInput(), state }))).scope;
    };
    const complete = { from: null, state: 'complete', missing: [] } as const;
    const partial = { from: 5, state: 'partial', missing: ['options', 'what moved BTC in spot'] } as const;
    expect(scoped(complete)).toEqual(complete);
    expect(scoped(partial)).toEqual(partial);
    expect(scoped(complete, complete)).toEqual(complete);
    expect(scoped({ ...complete, from: 7 }, partial, null)).toEqual({
      from: 7,
      state: 'partial',
      missing: ['a1: options', 'a1: what moved BTC in spot', 'a2: everything'],
    });
  });

  it('they contain the facts about trading that a trader could want to hide', () => {
    const input = claimsInput();
    const { dataQuality } = input.metrics;
    const seen = {
      ...{
        gapCount: 1,
        stalePrices: 2,
        unpricedAssets: ['ABC'],
        unreadWalletDays: 3,
        creditIncomeShare: 0.01,
      },
      ...{ positionMoves: 4, offMarketFillShare: 0.2, blockTradeShare: 0.3, checkedFillShare: 0.4 },
      illiquidPnlShare: 0.5,
    };
    const metrics = { ...input.metrics, illiquidPnlShare: 0.6, dataQuality: { ...dataQuality, ...seen } };
    const claims = REPORT_CLAIMS[2].parse(plain(toClaims({ ...input, metrics })));
    expect(claims.dataQuality).toEqual(seen);
    expect(claims.illiquidPnlShare).toBe(0.6);
  });

  it('audience and challenge are present only when requested', () => {
    expect(Object.keys(toClaims(claimsInput()))).not.toEqual(expect.arrayContaining(['aud']));
    expect(Object.keys(toClaims(claimsInput()))).not.toEqual(expect.arrayContaining(['nonce']));
    expect(toClaims(claimsInput({ audience: 'a', nonce: 'n' }))).toMatchObject({ aud: 'a', nonce: 'n' });
  });

  it('an account that was never read is counted as not included', () => {
    const [account] = stateOf().accounts;
    const unread = { ...account!, access: { ...account!.access, account: 'a1' }, coverage: null };
    const claims = toClaims(claimsInput({ state: stateOf({ accounts: [account!, unread] }) }));
    expect([claims.accountsInSession, claims.accountsIncluded, claims.coverage.length]).toEqual([2, 1, 1]);
    expect(claims.keyPermissions).toHaveLength(2);
    expect(claims.ledgerHead).toBeNull();
  });

  it('they contain neither credentials nor names of the customer', () => {
    const text = JSON.stringify(toClaims(claimsInput()));
    expect(text).not.toMatch(/of-the-test/);
    expect(JSON.stringify(stateOf())).toMatch(/of-the-test/);
  });
});

describe('when a report is issued', () => {
  const issue = async () => {
    const claims = plain(toClaims(claimsInput()));
    return { claims, compact: await issueReport(claims, SEED, random) };
  };

  it('the report key signed it, in the profile that verifiers read', async () => {
    const { compact } = await issue();
    const parts = parseSdJwt(compact, 2);
    expect(isSignedBy(parts, crypto.ed25519PublicKey(SEED), crypto)).toBe(true);
    expect(isSignedBy(parts, crypto.ed25519PublicKey(new Uint8Array(32)), crypto)).toBe(false);
    const header = JSON.parse(Buffer.from(compact.split('.')[0]!, 'base64url').toString()) as unknown;
    expect(header).toEqual({ alg: 'EdDSA', typ: 'perf-report.v2-draft+sd-jwt' });
  });

  it('all disclosures together give all claims', async () => {
    const { claims, compact } = await issue();
    expect(discloseClaims(parseSdJwt(compact, 2), crypto)).toEqual(claims);
  });

  it('the signed part hides every metric and nothing else', async () => {
    const { claims, compact } = await issue();
    const { payload, disclosures } = parseSdJwt(compact, 2);
    const {
      metrics,
      _sd_alg: _,
      ...open
    } = payload as Record<string, unknown> & { metrics: { _sd: string[] } };
    expect(Object.keys(metrics)).toEqual(['_sd']);
    expect(metrics._sd).toHaveLength(DISCLOSABLE_METRICS.length);
    expect(new Set(metrics._sd).size).toBe(DISCLOSABLE_METRICS.length);
    const { metrics: __, ...never } = claims;
    expect(open).toEqual(never);
    const withheld = discloseClaims(parseSdJwt(`${compact.split('~')[0]}~`, 2), crypto);
    expect(REPORT_CLAIMS[2].parse(withheld).metrics).toEqual({});
    expect(disclosures).toHaveLength(DISCLOSABLE_METRICS.length);
  });

  it('each metric has its own salt of 128 bits, new in every report', async () => {
    const salts = (compact: string) =>
      parseSdJwt(compact, 2).disclosures.map(
        (text) => (JSON.parse(Buffer.from(text, 'base64url').toString()) as [string])[0],
      );
    const all = [...salts((await issue()).compact), ...salts((await issue()).compact)];
    expect(new Set(all).size).toBe(2 * DISCLOSABLE_METRICS.length);
    expect(all.every((salt) => decodeBase64Url(salt).length === 16)).toBe(true);
  });
});
