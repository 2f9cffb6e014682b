/** Which accounts a world accepts, and how it refuses the others. */
import { discloseOnly, ServiceError, verifyReport } from '@perf-aggregator/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BinanceAccount } from '../../src/venues/binance/authorization.ts';
import { toCustomer, worldAccount } from '../../src/world/internet.ts';
import { expectCode } from './expect-code.ts';
import { startTestWorld, type TestWorld } from './fixture.ts';

describe('when a world runs', () => {
  let test: TestWorld;

  beforeAll(async () => {
    test = await startTestWorld();
    const own = toCustomer(test.state.venue, worldAccount(test.state.venue).account);
    const key = (
      name: string,
      permissions: Partial<BinanceAccount['permissions']>,
      uid = own.uid,
    ): BinanceAccount => ({
      ...own,
      uid,
      apiKey: name.padEnd(64, '0'),
      permissions: { ...own.permissions, ...permissions },
    });
    await test.world.startInternet({
      accounts: [
        own,
        key('trade', { trade: true }),
        key('withdraw', { withdraw: true }),
        key('second', {}),
        key('another', {}, own.uid + 1),
      ],
    });
  });
  afterAll(() => test.world.stop());

  describe('and the accounts cannot be accepted', () => {
    const account = (changes: Record<string, unknown> = {}) => {
      const { apiKey, apiSecret } = test.state.venue;
      return { exchange: 'binance', apiKey, apiSecret, ...changes };
    };
    const register = (...accounts: Record<string, unknown>[]) => test.world.client({ accounts }).register();

    it('refuses each for its own sealed reason', async () => {
      const named = (name: string) => name.padEnd(64, '0');
      await expectCode(register(account({ apiKey: named('wrong') })), ServiceError, 'exchange_auth');
      await expectCode(register(account({ apiSecret: 'wrong' })), ServiceError, 'exchange_auth');
      await expectCode(register(account({ apiKey: named('trade') })), ServiceError, 'excessive_permissions');
      await expectCode(
        register(account({ apiKey: named('withdraw') })),
        ServiceError,
        'withdrawal_permission',
      );
      await expectCode(register(account(), account()), ServiceError, 'duplicate_account');
      await expectCode(
        register(account(), account({ apiKey: named('second') })),
        ServiceError,
        'duplicate_account',
      );
      await expectCode(register(account({ exchange: 'mtgox' })), ServiceError, 'exchange_unsupported');
      await expectCode(register(account({ accountType: 'margin' })), ServiceError, 'exchange_unsupported');
      await expectCode(register(account({ apiKey: '' })), ServiceError, 'payload_malformed');
      await expectCode(register(account({ colour: 'red' })), ServiceError, 'payload_malformed');
    });

    it('reports one of several accounts only with a filter that is always disclosed', async () => {
      const other = account({ apiKey: 'another'.padEnd(64, '0') });
      const client = test.world.client({ accounts: [account(), other] });
      await client.register();
      const [both, one] = [await client.getSummary(), await client.getSummary({ account: 'a1' })];
      expect([both.accountCount, one.accountCount, one.account]).toEqual([2, 1, 'a1']);
      expect(2 * Number(one.navEnd)).toBeCloseTo(Number(both.navEnd), 6);
      const roots = [test.state.nsm.rootCertDer];
      const policy = { roots, pcrs: 'any-image' as const, instant: test.clock.now() };
      const bundle = discloseOnly(await client.getReport({ account: 'a1' }), []);
      expect(verifyReport(bundle, policy).claims).toMatchObject({
        parameters: { filters: ['account=a1'] },
        ...{ accountsInSession: 2, accountsIncluded: 1, venues: ['binance'] },
        coverage: [{ account: 'a1' }],
        keyPermissions: [{ account: 'a0' }, { account: 'a1' }],
      });
    });

    it('accepts a key that can trade if the client allows it, and discloses that', async () => {
      const { apiKey: _, ...rest } = account();
      const accounts = [{ ...rest, apiKey: 'trade'.padEnd(64, '0') }];
      const client = test.world.client({ accounts, allowTradingKeys: true });
      await client.register();
      const bundle = await client.getReport();
      const roots = [test.state.nsm.rootCertDer];
      const { claims } = verifyReport(bundle, { roots, pcrs: 'any-image', instant: test.clock.now() });
      expect(claims.keyPermissions).toEqual([{ account: 'a0', canTrade: 'yes', canWithdraw: 'no' }]);
    });
  });
});
