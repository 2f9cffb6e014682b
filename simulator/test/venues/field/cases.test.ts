/** Field cases of Binance over the real road: ccxt, tunnel, proxy and TLS, with the answers of the case. */
import { ExchangeError } from '@perf-aggregator/enclave/venues/errors';
import { describe } from 'vitest';
import { itAnswers } from '../../../../shared/test/field/answers.ts';
import type { Base } from '../../../src/market/history.ts';
import { Reader } from '../reader.ts';
import { ACCOUNT, market, openRoad, type Road } from '../road.ts';
import {
  answersOf,
  type CaseAccount,
  openCase,
  type Read,
  type Row,
  readCase,
  readOnce,
} from './case-account.ts';
import * as today from './today.ts';

const DAY_MS = 86_400_000;
const MAY = 1_746_100_800_000;
/** Before the end of the ban in case 08, and while the withdrawal of case 07 is being processed. */
const NOW = Date.UTC(2025, 5, 30, 11);

interface WholeAccount {
  readonly account: { readonly balances: readonly Row[] };
  readonly deposits: readonly Row[];
  readonly myTrades: Readonly<Record<string, readonly Row[]>>;
}

const held = (asset: string, free: string): Row => ({ asset, free, locked: '0.00000000' });
const deposited = (coin: string, amount: string): Row => {
  const chain = { network: 'ETH', address: '0xaa', addressTag: '', txId: `0x${coin}` };
  const kind = { status: 1, transferType: 0, walletType: 0 };
  return { id: `d${coin}`, amount, coin, insertTime: MAY, ...chain, ...kind };
};

/** Opens a road, runs `work` and closes the road. @returns the result of `work`, or the code of its refusal */
async function onRoad(account: CaseAccount, work: (road: Road) => Promise<object>): Promise<object> {
  const road = await openCase(account);
  try {
    return await work(road);
  } catch (error) {
    if (error instanceof ExchangeError) return { refusal: error.code };
    throw error;
  } finally {
    await road.close();
  }
}

/** The results of a case, under the names of the table. */
function told(road: Road, { pull, entries, metrics }: Read) {
  const { totalReturn, adverseReturn, reconciliation, dataQuality } = metrics;
  return {
    ...{ refusal: null, totalReturn, adverseReturn, unreadWalletDays: dataQuality.unreadWalletDays },
    unexplainedShare: reconciliation.unexplainedShare,
    fills: entries.filter(({ kind }) => kind === 'fill').length,
    deposits: entries.flatMap((entry) => (entry.kind === 'transfer' ? [entry.amount] : [])),
    ...{ done: pull.done, gaps: pull.coverage.gaps, unavailable: pull.coverage.unavailable },
    ...{ scope: pull.coverage.scope.state, missing: pull.coverage.scope.missing },
    marketsAsked: new Set(
      road.requests.flatMap(({ path, query }) => (path === '/api/v3/myTrades' ? [query.get('symbol')] : [])),
    ).size,
  };
}

const whole = (account: CaseAccount) => () =>
  onRoad(account, async (road) => told(road, await readCase(road, account)));

describe('01: when a page of fills lacks rows in its middle', () => {
  const [{ first }, { 'second (truth)': truth }] =
    answersOf<[{ first: readonly Row[] }, { 'second (truth)': readonly Row[] }]>('01-binance-short-page');
  const account = (page: readonly Row[]): CaseAccount => ({
    balances: [held('USDT', '880.00000000'), held('BTC', '0.00120000')],
    deposits: [{ ...deposited('USDT', '1000'), insertTime: 1_745_900_000_000 }],
    myTrades: { BTCUSDT: (asked) => (asked === 0 ? page : truth) },
    now: NOW,
  });
  const twice = (page: readonly Row[]) => () =>
    onRoad(account(page), async (road) => {
      const once = await readOnce(road, account(page));
      const first = told(road, once);
      return { first, next: told(road, await readCase(road, account(page), once)) };
    });
  itAnswers(today.SHORT_PAGE_01, twice(first));
  describe('or is empty', () => itAnswers(today.EMPTY_PAGE_01, twice([])));
});

describe('02: when an asset was bought and wholly sold', () => {
  const { account, deposits, myTrades } = answersOf<WholeAccount>('02-binance-closed-round-trip');
  const sold = Number(myTrades['DOGEUSDT']!.at(-1)!['time']);
  const doge = { base: 'DOGE', price: (open: number) => (open < sold - DAY_MS ? '0.1' : '0.05') };
  itAnswers(
    today.CLOSED_ROUND_TRIP_02,
    whole({
      ...{ balances: account.balances, deposits, now: NOW, markets: [doge] },
      myTrades: { DOGEUSDT: () => myTrades['DOGEUSDT']! },
    }),
  );
});

describe('03: when money went to the futures wallet', () => {
  const answers = answersOf<Readonly<Record<string, Row>>>('03-binance-wallet-transfer-not-read');
  const timeOf = ({ timestamp }: Row) => Number(timestamp);
  const moved = { answer: answers['asset/transfer MAIN_UMFUTURE']!, list: 'rows', timeOf };
  const account: CaseAccount = {
    balances: [held('USDT', '4000.00000000')],
    deposits: [deposited('USDT', '10000')],
    others: { '/sapi/v1/asset/transfer MAIN_UMFUTURE': moved },
    ...{ now: NOW, isBlind: true },
  };
  itAnswers(today.WALLET_TRANSFER_03, () =>
    onRoad(account, async (road) => {
      const read = await readCase(road, account);
      const counterWallets = read.entries.flatMap((entry) =>
        entry.kind === 'transfer' && entry.counterWallet ? [entry.counterWallet] : [],
      );
      return { ...told(road, read), counterWallets };
    }),
  );
});

describe('04: when dust and a whole coin were converted', () => {
  const { dribblet, tradeFlow } = answersOf<Readonly<Record<string, Row>>>('04-binance-dust-and-convert');
  const dust = { list: 'userAssetDribblets', timeOf: (row: Row) => Number(row['operateTime']) };
  const conversions = { list: 'list', timeOf: (row: Row) => Number(row['createTime']) };
  const account: CaseAccount = {
    balances: [held('USDT', '99.99910000'), held('ETH', '0.99910000'), held('BNB', '3.20132256')],
    deposits: [deposited('USDT', '100'), deposited('ETH', '2')],
    others: {
      '/sapi/v1/asset/dribblet': { ...dust, answer: dribblet! },
      '/sapi/v1/convert/tradeFlow': { ...conversions, answer: tradeFlow! },
    },
    now: NOW,
  };
  itAnswers(today.DUST_AND_CONVERT_04, () =>
    onRoad(account, async (road) => {
      const read = await readCase(road, account);
      const price = (base: Base, time: number) => Number(market.minuteClose(base, time)) / 100;
      const midnight = Math.floor(NOW / DAY_MS) * DAY_MS;
      const ended = 99.9991 + 0.9991 * price('ETH', midnight) + 3.20132256 * price('BNB', midnight);
      return { ...told(road, read), truth: ended / (100 + 2 * price('ETH', MAY)) - 1 };
    }),
  );
});

describe('05: when a pair is gone', () => {
  const { account, deposits } = answersOf<WholeAccount>('05-binance-gone-pair');
  const plain: CaseAccount = { balances: account.balances, deposits, now: NOW };
  describe('that was traded', () => itAnswers(today.GONE_PAIR_05, whole(plain)));
  describe('that was given', () =>
    itAnswers(today.GONE_PAIR_GIVEN_05, whole({ ...plain, symbols: ['BTC/USDT', 'GONE/USDT'] })));
});

describe('06: when a coin was renamed, and another took its name', () => {
  const { account, deposits, myTrades } = answersOf<WholeAccount>('06-binance-renamed-coin');
  const [crash, gone, listed] = [Date.UTC(2022, 4, 12), Date.UTC(2022, 4, 28), Date.UTC(2022, 4, 31)];
  const luna = (open: number) => {
    if (open < gone) return open < crash ? '80' : '0.0001';
    return open < listed ? null : '9';
  };
  const lunc = (open: number) => (open < gone ? null : '0.0001');
  itAnswers(
    today.RENAMED_COIN_06,
    whole({
      ...{ balances: account.balances, deposits, now: Date.UTC(2022, 5, 20, 12) },
      markets: [
        { base: 'LUNA', price: luna },
        { base: 'LUNC', price: lunc },
      ],
      myTrades: { LUNAUSDT: () => myTrades['LUNAUSDT']! },
    }),
  );
});

describe('07: when a withdrawal is being processed', () => {
  const [withdrawals] = answersOf<[readonly Row[]]>('07-binance-withdrawal-processing');
  const balances = [held('USDT', '3999.00000000')];
  const deposits = [deposited('USDT', '10000')];
  itAnswers(today.WITHDRAWAL_PROCESSING_07, whole({ balances, deposits, withdrawals, now: NOW }));
});

describe('08: when the venue says in its text how long it bans', () => {
  const [{ status, body }] =
    answersOf<[{ readonly status: number; readonly body: object }]>('08-binance-ban-in-body');
  itAnswers(today.BAN_IN_BODY_08, async () => {
    const road = await openRoad({ fault: () => ({ status, body: JSON.stringify(body) }) });
    road.clock.set(NOW);
    const attempt = async () => {
      const budget = { maxEntries: 1_000, until: NOW + 15_000 };
      const reader = new Reader(road.exchanges, ACCOUNT);
      const error: unknown = await reader.pull(budget).catch((reason: unknown) => reason);
      return (error as ExchangeError).code;
    };
    try {
      const code = await attempt();
      const requests = road.requests.length;
      await attempt();
      return { code, requests, requestsInAll: road.requests.length };
    } finally {
      await road.close();
    }
  });
});

describe('09: when deposits have no id and share the number of a transaction', () => {
  const [deposits] = answersOf<[readonly Row[]]>('09-binance-transfer-type');
  const balances = [held('USDT', '310.00000000')];
  itAnswers(today.TRANSFER_TYPE_09, whole({ balances, deposits, now: NOW }));
});
