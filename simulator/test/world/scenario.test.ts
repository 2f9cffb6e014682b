/** A world whose account uses all wallets: its internet answers on every host, under names that are certified. */
import https from 'node:https';
import { systemRandom } from '@perf-aggregator/shared/random';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueServerCertificate } from '../../src/pki/authority.ts';
import { accountTruth } from '../../src/trader/account-truth.ts';
import { KMS_HOST, VENUE_HOSTS } from '../../src/world/hosts.ts';
import {
  type Internet,
  startInternet,
  toCustomer,
  trialCustomers,
  worldAccount,
} from '../../src/world/internet.ts';
import { createWorldState, type WorldState } from '../../src/world/state.ts';
import { drawTrialKeys } from '../../src/world/trial-keys.ts';

const NOW = 20_778 * DAY_MS + 12 * 3_600_000;
const clock = { now: () => NOW };
let state: WorldState;
let internet: Internet;

const start = async (changes: Partial<WorldState> = {}): Promise<void> => {
  const { venue, kms, role, pki, nsm } = { ...state, ...changes };
  internet = await startInternet({
    venue,
    kms,
    role,
    pki,
    nsmRoot: nsm.rootCertDer,
    clock,
    random: systemRandom,
  });
};
const answerOf = (host: string, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const ca = state.pki.authority.certPem;
    const request = {
      host: '127.0.0.1',
      port: internet.ports[host],
      servername: host,
      path,
      ca,
      headers: { host },
    };
    https
      .get(request, (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      })
      .on('error', reject);
  });

beforeAll(async () => {
  const making = {
    clock,
    random: systemRandom,
    seed: 'world',
    historyDays: 30,
    scenario: 'everything' as const,
  };
  state = await createWorldState(making);
});

describe('when the account of a world uses everything', () => {
  it('fits into 30 days, in a market that has what it needs', () => {
    const { market, account } = worldAccount(state.venue);
    const truth = accountTruth(account, market);
    expect(truth.days).toHaveLength(30);
    expect(Object.keys(truth.days.at(-1)!.balances)).toContain('usdm');
    expect(truth.days.at(-1)!.day).toBe(state.venue.lastDay - 1);
  });

  it('has keys that read contracts and trade nothing more than before', () => {
    const customer = toCustomer(state.venue, worldAccount(state.venue).account);
    expect(customer.permissions).toEqual({ read: true, trade: false, withdraw: false, readsContracts: true });
    const trial = trialCustomers(state.venue, drawTrialKeys(systemRandom));
    expect(trial.map(({ permissions }) => permissions.readsContracts)).toEqual([true, true, true]);
    expect(trial.map(({ permissions }) => permissions.trade)).toEqual([false, true, true]);
    expect(trial[0]?.history.more).toBe(undefined);
  });
});

describe('when its internet is started', () => {
  afterAll(() => internet.close());

  it('answers on each of the venue’s hosts under its own name', async () => {
    await start();
    expect(VENUE_HOSTS).toEqual(['api.binance.com', 'fapi.binance.com', 'dapi.binance.com']);
    const paths = ['/api/v3/time', '/fapi/v1/time', '/dapi/v1/time'];
    const answers = await Promise.all(VENUE_HOSTS.map((host, index) => answerOf(host, paths[index]!)));
    expect(answers).toEqual([200, 200, 200]);
    await internet.close();
  });

  it('certifies new hosts for a world that is older than they are', async () => {
    const old = await issueServerCertificate(state.pki.authority, [VENUE_HOSTS[0], KMS_HOST]);
    await start({ pki: { ...state.pki, server: old } });
    expect(await answerOf('fapi.binance.com', '/fapi/v1/time')).toBe(200);
  });
});
