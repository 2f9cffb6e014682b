/**
 * What may be asked of Binance: its hosts, limits and endpoints, by its documentation of 2025. The costs are the weights
 * of that documentation. `sapi` endpoints have a limit each of 12,000 an address or 180,000 an account; here those of an
 * address share one, which is stricter.
 */
import type { Bucket, Call } from '../../table.ts';
import { HOSTS } from './hosts.ts';

/** Burst and refill together stay below the limit in any calendar minute. */
export const BUCKETS: Readonly<Record<string, Bucket>> = {
  api: addressBucket(6_000, 'x-mbx-used-weight-1m'),
  sapi: addressBucket(12_000, 'x-sapi-used-ip-weight-1m'),
  fapi: addressBucket(2_400, 'x-mbx-used-weight-1m'),
  dapi: addressBucket(2_400, 'x-mbx-used-weight-1m'),
  conversions: accountBucket(180_000),
  pay: accountBucket(180_000),
  fiat: accountBucket(180_000),
  /** Withdrawal history: 10 requests a second. */
  withdrawals: { scope: 'account', capacity: 10, perMinute: 600 },
};

function addressBucket(limit: number, header: string): Bucket {
  return {
    ...{ scope: 'address', capacity: limit / 4, perMinute: (limit * 3) / 4 },
    used: { header, limit },
  };
}

/** A list that counts by account. Each has a limit of its own. */
function accountBucket(limit: number): Bucket {
  return { scope: 'account', capacity: (limit * 2) / 3, perMinute: limit / 3 };
}

type Cost = Call['cost'];

/** The library names an endpoint by its part of the API, its method and its path. */
function call(
  prefix: string,
  method: Call['method'],
  host: string,
  root: string,
  path: string,
  cost: Cost,
): Call {
  const words = path.split(/[^A-Za-z0-9]/).map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  const verb = method === 'GET' ? 'Get' : 'Post';
  return { endpoint: `${prefix}${verb}${words.join('')}`, method, host, path: `${root}/${path}`, cost };
}

const [API, FAPI, DAPI] = HOSTS;
const open = (path: string, api: number): Call => ({
  ...call('public', 'GET', API, '/api/v3', path, { api }),
  isPublic: true,
});
const spot = (path: string, api: number) => call('private', 'GET', API, '/api/v3', path, { api });
const sapi = (path: string, cost: Cost = { sapi: 1 }) => call('sapi', 'GET', API, '/sapi/v1', path, cost);
const usdm = (path: string, fapi: number) => call('fapiPrivate', 'GET', FAPI, '/fapi/v1', path, { fapi });
const coinm = (path: string, dapi: number) => call('dapiPrivate', 'GET', DAPI, '/dapi/v1', path, { dapi });
const usdm3 = (path: string, fapi: number) => call('fapiPrivateV3', 'GET', FAPI, '/fapi/v3', path, { fapi });
const openUsdm = (path: string, fapi: number): Call => ({
  ...call('fapiPublic', 'GET', FAPI, '/fapi/v1', path, { fapi }),
  isPublic: true,
});
const openCoinm = (path: string, dapi: number): Call => ({
  ...call('dapiPublic', 'GET', DAPI, '/dapi/v1', path, { dapi }),
  isPublic: true,
});

/** Every request that an account of Binance needs. No other one leaves the enclave. */
export const CALLS = {
  time: open('time', 1),
  markets: open('exchangeInfo', 20),
  candles: open('klines', 2),
  account: spot('account', 20),
  fills: spot('myTrades', 20),
  permissions: sapi('account/apiRestrictions'),
  walletTotals: sapi('asset/wallet/balance', { sapi: 60 }),
  fundingWallet: call('sapi', 'POST', API, '/sapi/v1', 'asset/get-funding-asset', { sapi: 1 }),
  deposits: sapi('capital/deposit/hisrec'),
  withdrawals: sapi('capital/withdraw/history', { sapi: 1, withdrawals: 1 }),
  transfers: sapi('asset/transfer'),
  dust: sapi('asset/dribblet'),
  dividends: sapi('asset/assetDividend', { sapi: 10 }),
  conversions: sapi('convert/tradeFlow', { sapi: 1, conversions: 3_000 }),
  fiatOrders: sapi('fiat/orders', { sapi: 1, fiat: 90_000 }),
  fiatPayments: sapi('fiat/payments'),
  pay: sapi('pay/transactions', { sapi: 1, pay: 3_000 }),
  peerTrades: sapi('c2c/orderMatch/listUserOrderHistory'),
  subAccountTransfers: sapi('sub-account/transfer/subUserHistory'),
  earnFlexible: sapi('simple-earn/flexible/position', { sapi: 150 }),
  earnLocked: sapi('simple-earn/locked/position', { sapi: 150 }),
  earnFlexibleIn: sapi('simple-earn/flexible/history/subscriptionRecord', { sapi: 150 }),
  earnFlexibleOut: sapi('simple-earn/flexible/history/redemptionRecord', { sapi: 150 }),
  earnFlexibleRewards: sapi('simple-earn/flexible/history/rewardsRecord', { sapi: 150 }),
  earnLockedRewards: sapi('simple-earn/locked/history/rewardsRecord', { sapi: 150 }),
  earnLockedIn: sapi('simple-earn/locked/history/subscriptionRecord', { sapi: 150 }),
  earnLockedOut: sapi('simple-earn/locked/history/redemptionRecord', { sapi: 150 }),
  crossMargin: sapi('margin/account', { sapi: 10 }),
  isolatedMargin: sapi('margin/isolated/account', { sapi: 10 }),
  marginFills: sapi('margin/myTrades', { sapi: 10 }),
  marginTransfers: sapi('margin/transfer'),
  marginInterest: sapi('margin/interestHistory'),
  usdmMarkets: openUsdm('exchangeInfo', 1),
  usdmCandles: openUsdm('klines', 5),
  usdmMarkCandles: openUsdm('markPriceKlines', 5),
  usdmBalances: usdm3('balance', 5),
  usdmPositions: usdm3('positionRisk', 5),
  usdmFills: usdm('userTrades', 5),
  usdmIncome: usdm('income', 30),
  coinmMarkets: openCoinm('exchangeInfo', 1),
  coinmCandles: openCoinm('klines', 5),
  coinmMarkCandles: openCoinm('markPriceKlines', 5),
  coinmBalances: coinm('balance', 1),
  coinmPositions: coinm('positionRisk', 1),
  coinmFills: coinm('userTrades', 20),
  coinmIncome: coinm('income', 20),
} as const satisfies Readonly<Record<string, Call>>;
