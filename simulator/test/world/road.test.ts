/** The road of a session from end to end, and the refusals on it. */
import { PolicyError, VerificationError } from '@perf-aggregator/attestation';
import {
  discloseOnly,
  SecureClient,
  SecurityError,
  ServiceError,
  verifyReport,
} from '@perf-aggregator/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SIMULATED_PCRS_HEX } from '../../src/nsm/measurements.ts';
import { expectCode } from './expect-code.ts';
import { startTestWorld, type TestWorld } from './fixture.ts';

const HOUR_MS = 3_600_000;

describe('when a world runs', () => {
  let test: TestWorld;
  const requests: string[] = [];

  beforeAll(async () => {
    test = await startTestWorld({ internet: { observe: ({ path }) => requests.push(path) } });
  });
  afterAll(() => test.world.stop());

  describe('and a client registers', () => {
    let client: SecureClient;
    beforeAll(async () => {
      client = test.world.client({ label: 'my fund' });
      await client.register();
    });

    it('reports progress while the account is read, then the metrics', async () => {
      const seen: number[] = [];
      const metrics = await client.getMetrics({}, { onProgress: ({ progress }) => seen.push(progress) });
      expect(metrics.environment).toBe('simulated');
      expect(metrics.fillCount).toBeGreaterThan(600);
      expect(seen.every((progress) => progress >= 0 && progress <= 1)).toBe(true);
    });

    it('gives a summary that agrees with the metrics', async () => {
      const [summary, metrics] = [await client.getSummary(), await client.getMetrics()];
      expect(summary).toMatchObject({
        totalReturn: metrics.totalReturn,
        sharpeRatio: metrics.sharpeRatio,
        fillCount: metrics.fillCount,
        symbolCount: 4,
        accountCount: 1,
      });
    });

    it('gives days and trades in pages that equal the whole list', async () => {
      const [days, trades] = [
        await client.getReturns({ limit: 1_000 }),
        await client.getTrades({ limit: 500 }),
      ];
      expect(days.nextCursor).toBeNull();
      expect(days.days).toHaveLength(days.dayCount);
      expect(trades.tradeCount).toBeGreaterThan(100);
      const paged = { days: [] as unknown[], trades: [] as unknown[], pages: 0 };
      for await (const page of client.returnsPages({ limit: 200 })) {
        paged.days.push(...page.days);
        paged.pages += 1;
      }
      expect(paged.pages).toBe(Math.ceil(days.dayCount / 200));
      expect(paged.days).toEqual(days.days);
      for await (const page of client.tradesPages({ limit: 40 })) paged.trades.push(...page.trades);
      expect(paged.trades.slice(0, 500)).toEqual(trades.trades);
      expect(paged.trades).toHaveLength(trades.tradeCount);
    });

    it('compares with a benchmark, in another currency, by another method', async () => {
      const { benchmark } = await client.getMetrics({ benchmark: 'BTC' });
      expect(benchmark).toMatchObject({ name: 'BTC' });
      expect(benchmark?.correlation).toBeGreaterThan(0);
      const btc = await client.getSummary({ currency: 'BTC' });
      expect(btc.reportingCurrency).toBe('BTC');
      expect(btc.totalReturn).not.toBe((await client.getSummary()).totalReturn);
      const lifo = await client.getMetrics({ method: 'lifo', period: '90d' });
      expect(lifo).toMatchObject({ method: 'lifo', observationCount: 90 });
      await expectCode(client.getMetrics({ currency: 'USD' }), ServiceError, 'asset_unpriced');
      await expectCode(client.getReturns({ benchmark: 'NOSUCH' }), ServiceError, 'asset_unpriced');
      await expectCode(client.getTrades({ account: 'a1' }), ServiceError, 'parameters_malformed');
    });

    it('discloses benchmark, method and currency in a report', async () => {
      const question = {
        benchmark: 'ETH',
        method: 'average',
        currency: 'BTC',
        managementFeeAnnual: 0.02,
      } as const;
      const bundle = await client.getReport(question);
      const roots = [test.state.nsm.rootCertDer];
      const { claims } = verifyReport(bundle, { roots, pcrs: 'any-image', instant: test.clock.now() });
      expect(claims.parameters).toMatchObject({
        ...{ currency: 'BTC', costBasis: 'average', benchmark: 'ETH', filters: [] },
        managementFeeAnnual: 0.02,
      });
      expect(claims.periodIsFullHistory).toBe(true);
      expect(claims.metrics.beta).toEqual(expect.any(Number));
      expect(claims.metrics.expectedShortfall95).toEqual(expect.any(Number));
    });

    it('issues a report that verifies for its audience, fully or partly disclosed', async () => {
      const bundle = await client.getReport({ aud: 'allocator', nonce: 'challenge-1' });
      const policy = {
        roots: [test.state.nsm.rootCertDer],
        pcrs: [SIMULATED_PCRS_HEX],
        instant: test.clock.now(),
        audience: 'allocator',
        nonce: 'challenge-1',
      };
      const { claims, simulated } = verifyReport(bundle, policy);
      expect(simulated).toBe(true);
      expect(claims).toMatchObject({
        environment: 'simulated',
        kmsPolicy: 'locked',
        accountsInSession: 1,
        accountsIncluded: 1,
        otherAccounts: 'notObservable',
        venues: ['binance'],
        periodIsFullHistory: true,
        keyPermissions: [{ account: 'a0', canTrade: 'no', canWithdraw: 'no' }],
      });
      expect(claims.provenance.sealed).toBe(0);
      const metrics = await client.getMetrics();
      expect(claims.metrics).toMatchObject({ sharpeRatio: metrics.sharpeRatio, navEnd: metrics.navEnd });
      const shown = verifyReport(discloseOnly(bundle, ['sharpeRatio', 'maxDrawdown']), policy).claims;
      expect(Object.keys(shown.metrics).sort()).toEqual(['maxDrawdown', 'sharpeRatio']);
      expect(shown.fullHistoryReturn).toBe(claims.fullHistoryReturn);
      await expectCode(
        () => verifyReport(bundle, { ...policy, audience: 'somebody else' }),
        'audience_mismatch',
      );
      const { roots: _, ...withoutRoot } = policy;
      await expectCode(() => verifyReport(bundle, withoutRoot), VerificationError, 'root_untrusted');
    });

    it('keeps the period of a report visible', async () => {
      const bundle = await client.getReport({ from: '2026-03-01', to: '2026-03-31' });
      const roots = [test.state.nsm.rootCertDer];
      const { claims } = verifyReport(bundle, { roots, pcrs: 'any-image', instant: test.clock.now() });
      expect(claims.period).toEqual({ from: '2026-03-01', to: '2026-03-31' });
      expect(claims.periodIsFullHistory).toBe(false);
      expect(claims.fullHistoryReturn).not.toBe(claims.metrics.totalReturn);
    });

    it('refuses an invalid query with a sealed reason', async () => {
      await expectCode(client.getMetrics({ from: '2026-02-30' }), ServiceError, 'parameters_malformed');
      await expectCode(
        client.getMetrics({ from: '2026-06-01', to: '2026-01-01' }),
        ServiceError,
        'parameters_malformed',
      );
      await expectCode(client.getReport({ from: '2031-01-01' }), ServiceError, 'period_empty');
    });

    it('continues in another process from the result of export()', async () => {
      const moved = SecureClient.resume(JSON.parse(JSON.stringify(client.export())), test.world.ports);
      expect((await moved.getSummary()).fillCount).toBe((await client.getSummary()).fillCount);
    });

    it('refuses to believe a state older than one that was seen', async () => {
      const ahead = { ...client.export(), sequence: 1_000_000 };
      const suspicious = SecureClient.resume(ahead, test.world.ports);
      await expectCode(suspicious.getSummary(), SecurityError, 'rollback_detected');
    });
  });

  describe('and the enclave is not what the client expects', () => {
    it('sends nothing to another image, another root, or without expectations', async () => {
      requests.length = 0;
      const roots = [test.state.nsm.rootCertDer];
      const other = { 0: 'ab'.repeat(48), 1: 'cd'.repeat(48), 2: 'ef'.repeat(48) };
      const register = (expect: unknown) => test.world.client({ expect }).register();
      await expectCode(register({ roots, measurements: [other] }), PolicyError, 'pcr_mismatch');
      await expectCode(register({ roots, measurements: [] }), PolicyError, 'policy_empty');
      await expectCode(register({ measurements: 'any-image' }), VerificationError, 'root_untrusted');
      await expectCode(register(undefined), SecurityError, 'expectations_missing');
      const config = { roots, measurements: [SIMULATED_PCRS_HEX], configSha256: '00'.repeat(32) };
      await expectCode(register(config), SecurityError, 'config_mismatch');
      const policy = { roots, measurements: [SIMULATED_PCRS_HEX], kmsPolicy: 'mutable' };
      await expectCode(register(policy), SecurityError, 'kms_policy_unacceptable');
      expect(requests).toEqual([]);
    });
  });

  describe('and a session is near its end', () => {
    it('ends unless it is renewed', async () => {
      const [renewed, left] = [test.world.client({ ttl: 3_600 }), test.world.client({ ttl: 3_600 })];
      await renewed.register();
      await left.register();
      await renewed.getSummary();
      await left.getSummary();
      test.clock.advance(HOUR_MS / 2);
      expect(await renewed.renew(7_200)).toBe(test.clock.now() + 2 * HOUR_MS);
      test.clock.advance(HOUR_MS);
      await renewed.getSummary();
      await expectCode(left.getSummary(), ServiceError, /session_(expired|unknown)/);
    });

    it('refuses a renewal that was sent before, and a time to live out of range', async () => {
      const client = test.world.client();
      await client.register();
      const before = client.export();
      await client.renew(3_600);
      const replaying = SecureClient.resume(before, test.world.ports);
      await expectCode(replaying.renew(3_600), ServiceError, 'renewal_replayed');
      await expectCode(test.world.client({ ttl: 604_801 }).register(), ServiceError, 'ttl_out_of_range');
    });

    it('is unknown after its revocation', async () => {
      const client = test.world.client();
      await client.register();
      const session = client.export();
      await client.revoke();
      await expectCode(
        SecureClient.resume(session, test.world.ports).getSummary(),
        ServiceError,
        'session_unknown',
      );
    });
  });
});
