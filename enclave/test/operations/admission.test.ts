import { parseSubmissionPayload } from '@perf-aggregator/shared/messages/submission';
import { describe, expect, it } from 'vitest';
import { codeOfRejection } from '../../../shared/test/codes.ts';
import { Refusal, SealedRefusal } from '../../src/errors.ts';
import { admitAccounts } from '../../src/operations/admission.ts';
import { ExchangeError } from '../../src/venues/errors.ts';
import type { AccountInspection, Exchanges } from '../../src/venues/port.ts';

const READ_ONLY: AccountInspection = {
  ...{ canRead: 'yes', canTrade: 'no', canWithdraw: 'no', uid: null },
  ...{ scopesMissing: [], mode: 'classic', expiresAt: null },
};
const BOUNDS = { deadline: 1_000, spend: () => undefined };
const ACCOUNT = { exchange: 'binance', apiKey: 'key-0', apiSecret: 'secret-0' };

/** Venues that return `inspections` for the accounts in order. */
function venues(...inspections: Partial<AccountInspection>[]): Exchanges & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    health: () => [],
    inspect: (account) => {
      asked.push(account.apiKey);
      return Promise.resolve({ ...READ_ONLY, ...inspections[Number(account.account.slice(1))] });
    },
    pull: () => Promise.reject(new Error('nothing is read at admission')),
  };
}

const admit = (exchanges: Exchanges, accounts: object[], more: object = {}) =>
  admitAccounts(exchanges, parseSubmissionPayload({ userId: 'u', accounts, ...more }), BOUNDS);

describe('when accounts are admitted', () => {
  it('an account of portfolio margin is refused', async () => {
    const refused = admit(venues({ mode: 'portfolio margin' }), [ACCOUNT]);
    await expect(refused).rejects.toMatchObject({ code: 'account_mode_unsupported' });
  });

  it('each begins unread, under its own name, with the result of its venue', async () => {
    const exchanges = venues({ uid: '1' }, { uid: '2', canTrade: 'unknown' });
    const [first, second] = await admit(exchanges, [
      { ...ACCOUNT, symbols: ['BTC/USDT'] },
      { ...ACCOUNT, apiKey: 'key-1', password: 'p', sandbox: true },
    ]);
    expect(first).toEqual({
      access: {
        account: 'a0',
        venue: 'binance',
        accountType: 'spot',
        apiKey: 'key-0',
        apiSecret: 'secret-0',
        sandbox: false,
        symbols: ['BTC/USDT'],
      },
      inspection: { ...READ_ONLY, uid: '1' },
      cursor: null,
      snapshot: null,
      coverage: null,
      progress: 0,
      complete: false,
      failure: null,
      failures: 0,
      quietReadings: 0,
    });
    expect(second!.access).toMatchObject({ account: 'a1', password: 'p', sandbox: true });
    expect(second!.inspection.canTrade).toBe('unknown');
  });

  it('a key that can trade is admitted when its owner allows it', async () => {
    const [account] = await admit(venues({ canTrade: 'yes' }), [ACCOUNT], { allowTradingKeys: true });
    expect(account!.inspection.canTrade).toBe('yes');
  });
});

describe('when accounts are refused', () => {
  it.each([
    ['a key that can trade', { canTrade: 'yes' }, {}, 'excessive_permissions'],
    ['a key that can withdraw', { canWithdraw: 'yes' }, {}, 'withdrawal_permission'],
    [
      'a key that can withdraw, trading allowed',
      { canWithdraw: 'yes', canTrade: 'yes' },
      { allowTradingKeys: true },
      'withdrawal_permission',
    ],
    ['a key that cannot read', { canRead: 'no' }, {}, 'read_permission_missing'],
  ] as const)('%s is refused', async (_, inspection, more, code) => {
    expect(await codeOfRejection(admit(venues(inspection), [ACCOUNT], more), SealedRefusal)).toBe(code);
  });

  it('the second of several accounts can be the reason, and no venue is asked about the third', async () => {
    const exchanges = venues({}, { canWithdraw: 'yes' });
    const refused = admit(
      exchanges,
      [0, 1, 2].map((index) => ({ ...ACCOUNT, apiKey: `key-${index}` })),
    );
    expect(await codeOfRejection(refused, SealedRefusal)).toBe('withdrawal_permission');
    expect(exchanges.asked).toEqual(['key-0', 'key-1']);
  });

  it('the budget is charged before a venue is asked, and an account beyond it is not asked about', async () => {
    const exchanges = venues();
    let left = 2;
    const spend = () => {
      if (left-- === 0) throw new Refusal('rate_limited', 'no more');
    };
    const accounts = [0, 1, 2].map((index) => ({ ...ACCOUNT, apiKey: `key-${index}` }));
    const payload = parseSubmissionPayload({ userId: 'u', accounts });
    const refused = admitAccounts(exchanges, payload, { ...BOUNDS, spend });
    expect(await codeOfRejection(refused, Refusal)).toBe('rate_limited');
    expect(exchanges.asked).toEqual(['key-0', 'key-1']);
  });

  it('accounts are asked about one at a time, within the limits of the whole request', async () => {
    let [underWay, most] = [0, 0];
    const seen: unknown[] = [];
    const exchanges: Exchanges = {
      ...venues(),
      inspect: async (_, bounds) => {
        seen.push(bounds);
        most = Math.max(most, ++underWay);
        await Promise.resolve();
        underWay -= 1;
        return READ_ONLY;
      },
    };
    await admit(
      exchanges,
      [0, 1, 2].map((index) => ({ ...ACCOUNT, apiKey: `key-${index}` })),
    );
    expect(most).toBe(1);
    expect(seen).toEqual([BOUNDS, BOUNDS, BOUNDS]);
  });

  it('a duplicate key is refused before any venue is asked', async () => {
    const exchanges = venues();
    const refused = admit(exchanges, [ACCOUNT, { ...ACCOUNT, apiSecret: 'other' }]);
    expect(await codeOfRejection(refused, SealedRefusal)).toBe('duplicate_account');
    expect(exchanges.asked).toEqual([]);
  });

  it('two keys of the same account are refused', async () => {
    const accounts = [ACCOUNT, { ...ACCOUNT, apiKey: 'key-1' }];
    expect(await codeOfRejection(admit(venues({ uid: '7' }, { uid: '7' }), accounts), SealedRefusal)).toBe(
      'duplicate_account',
    );
    await expect(admit(venues({ uid: null }, { uid: null }), accounts)).resolves.toHaveLength(2);
  });

  it.each([
    ['an unknown venue', { exchange: 'nowhere' }],
    ['a name that objects inherit', { exchange: 'constructor' }],
    ['futures', { accountType: 'futures' }],
    ['a wallet', { walletAddress: '0x0' }],
    ['a subaccount', { subaccount: 's' }],
  ])('%s is unsupported', async (_, change) => {
    const exchanges = venues();
    const refused = admit(exchanges, [{ ...ACCOUNT, ...change }]);
    expect(await codeOfRejection(refused, ExchangeError)).toBe('exchange_unsupported');
    expect(exchanges.asked).toEqual([]);
  });

  it('the refusal of the venue is passed on', async () => {
    const failing: Exchanges = {
      ...venues(),
      inspect: () => Promise.reject(new ExchangeError('exchange_auth', 'no')),
    };
    expect(await codeOfRejection(admit(failing, [ACCOUNT]), ExchangeError)).toBe('exchange_auth');
  });

  it('no message holds a key or a secret', async () => {
    const attempts = [
      admit(venues({ canTrade: 'yes' }), [ACCOUNT]),
      admit(venues({ canWithdraw: 'yes' }), [ACCOUNT]),
      admit(venues(), [ACCOUNT, ACCOUNT]),
      admit(venues(), [{ ...ACCOUNT, accountType: 'swap' }]),
    ];
    for (const attempt of attempts) {
      await expect(attempt).rejects.toThrow(
        expect.objectContaining({ message: expect.not.stringMatching(/key-0|secret-0/) }),
      );
    }
  });
});
