/**
 * Every endpoint of the simulated venue, with its weight. Weights are the venue's documented ones, as far as they are
 * known; those of `withdraw/history` and `deposit/hisrec` are 1 for the address.
 */

import { permissionsAt } from './authorization.ts';
import type { Call, Route, Routes } from './call.ts';
import { coins, deposits, withdrawals } from './capital.ts';
import { assetDividend, dribblet, tradeFlow } from './conversions.ts';
import * as earn from './earn.ts';
import { contractAccount, contractBalance, positionMode, positionRisk } from './futures-account.ts';
import { contractInfo, contractKlines, klinesWeight, markKlines, premiumIndex } from './futures-public.ts';
import { contractTrades, income } from './futures-records.ts';
import { apiRestrictions } from './key.ts';
import { klines } from './klines.ts';
import * as margin from './margin.ts';
import { fiatOrders, fiatPayments, p2pOrders, payTransactions } from './outside-money.ts';
import { exchangeInfo, seriesOf, spotCandles, ticker24h, tickerPrice } from './public.ts';
import { refusals } from './refusal.ts';
import { account, fundingAssets, myTrades } from './spot.ts';
import { subAccounts, subUserHistory, transfers, universalTransfers } from './wallet-transfers.ts';

const MAX_KLINES = 1_000;

const signed = (weight: Route['weight'], answer: NonNullable<Route['signed']>): Route => ({
  weight,
  signed: answer,
});
const open = (weight: Route['weight'], answer: NonNullable<Route['open']>): Route => ({
  weight,
  open: answer,
});
const ofUid = (weight: number, answer: NonNullable<Route['signed']>): Route => ({
  weight,
  scope: 'uid',
  signed: answer,
});

/**
 * Endpoints that would move money. Each attempt is seen by `observe` like any request. None of them does anything: the
 * venue refuses a key that may not, and otherwise for want of balance.
 */
function refuseOrder({ customer, now }: Call): never {
  throw permissionsAt(customer, now).trade ? refusals.order() : refusals.key();
}

const SPOT: Routes = {
  'GET /api/v3/ping': open(1, () => ({})),
  'GET /api/v3/time': open(1, ({ now }) => ({ serverTime: now })),
  'GET /api/v3/exchangeInfo': open(20, ({ now, weightPerMinute, market }) =>
    exchangeInfo(now, weightPerMinute, market.spot),
  ),
  'GET /api/v3/klines': open(2, ({ parameters, market, tape, now }) =>
    klines(parameters, spotCandles(seriesOf(parameters, market, now), market), {
      tape,
      max: MAX_KLINES,
      now,
    }),
  ),
  'GET /api/v3/ticker/price': open(2, ({ parameters, market, now }) => tickerPrice(parameters, market, now)),
  'GET /api/v3/ticker/24hr': open(2, ({ parameters, market, now }) => ticker24h(parameters, market, now)),
  'GET /api/v3/account': signed(20, account),
  'GET /api/v3/myTrades': signed(20, myTrades),
  'POST /api/v3/order': signed(1, refuseOrder),
};

const SAPI: Routes = {
  'GET /sapi/v1/account/apiRestrictions': signed(1, ({ customer, now }) => apiRestrictions(customer, now)),
  'GET /sapi/v1/capital/config/getall': signed(10, coins),
  'GET /sapi/v1/capital/deposit/hisrec': signed(1, deposits),
  'GET /sapi/v1/capital/withdraw/history': signed(1, withdrawals),
  'POST /sapi/v1/capital/withdraw/apply': ofUid(600, refuseOrder),
  'POST /sapi/v1/asset/get-funding-asset': signed(1, fundingAssets),
  'GET /sapi/v1/asset/transfer': signed(1, transfers),
  'POST /sapi/v1/asset/transfer': ofUid(900, refuseOrder),
  'GET /sapi/v1/asset/dribblet': signed(1, dribblet),
  'GET /sapi/v1/asset/assetDividend': signed(10, assetDividend),
  'GET /sapi/v1/convert/tradeFlow': ofUid(3_000, tradeFlow),
  'GET /sapi/v1/fiat/orders': ofUid(90_000, fiatOrders),
  'GET /sapi/v1/fiat/payments': signed(1, fiatPayments),
  'GET /sapi/v1/pay/transactions': ofUid(3_000, payTransactions),
  'GET /sapi/v1/c2c/orderMatch/listUserOrderHistory': signed(1, p2pOrders),
  'GET /sapi/v1/sub-account/list': signed(1, subAccounts),
  'GET /sapi/v1/sub-account/transfer/subUserHistory': signed(1, subUserHistory),
  'GET /sapi/v1/sub-account/universalTransfer': signed(1, universalTransfers),
  'GET /sapi/v1/simple-earn/account': signed(150, earn.earnAccount),
  'GET /sapi/v1/simple-earn/flexible/position': signed(150, earn.flexiblePositions),
  'GET /sapi/v1/simple-earn/locked/position': signed(150, earn.lockedPositions),
  ...earnHistory('flexible'),
  ...earnHistory('locked'),
  'GET /sapi/v1/margin/allPairs': signed(1, margin.marginPairs),
  'GET /sapi/v1/margin/isolated/allPairs': signed(10, margin.marginPairs),
  'GET /sapi/v1/margin/account': signed(10, margin.marginAccount),
  'GET /sapi/v1/margin/isolated/account': signed(10, margin.isolatedAccount),
  'GET /sapi/v1/margin/myTrades': signed(10, margin.marginTrades),
  'GET /sapi/v1/margin/interestHistory': signed(1, margin.interestHistory),
  'GET /sapi/v1/margin/borrow-repay': signed(10, margin.borrowRepay),
  'GET /sapi/v1/margin/transfer': signed(1, margin.marginTransfers),
  'GET /sapi/v1/margin/forceLiquidationRec': signed(1, margin.forcedLiquidations),
};

function earnHistory(product: 'flexible' | 'locked'): Routes {
  const root = `GET /sapi/v1/simple-earn/${product}/history`;
  return {
    [`${root}/subscriptionRecord`]: signed(150, (call) => earn.subscriptions(call, product)),
    [`${root}/redemptionRecord`]: signed(150, (call) => earn.redemptions(call, product)),
    [`${root}/rewardsRecord`]: signed(150, (call) => earn.rewards(call, product)),
  };
}

const USDM: Routes = {
  'GET /fapi/v1/ping': open(1, () => ({})),
  'GET /fapi/v1/time': open(1, ({ now }) => ({ serverTime: now })),
  'GET /fapi/v1/exchangeInfo': open(1, (call) => contractInfo(call, 'usdm')),
  'GET /fapi/v1/klines': open(klinesWeight, (call) => contractKlines(call, 'usdm')),
  'GET /fapi/v1/markPriceKlines': open(klinesWeight, (call) => markKlines(call, 'usdm')),
  'GET /fapi/v1/premiumIndex': open(1, (call) => premiumIndex(call, 'usdm')),
  'GET /fapi/v3/account': signed(5, (call) => contractAccount(call, 'usdm')),
  'GET /fapi/v3/balance': signed(5, (call) => contractBalance(call, 'usdm')),
  'GET /fapi/v3/positionRisk': signed(5, (call) => positionRisk(call, 'usdm')),
  'GET /fapi/v1/userTrades': signed(5, (call) => contractTrades(call, 'usdm')),
  'GET /fapi/v1/income': signed(30, (call) => income(call, 'usdm')),
  'GET /fapi/v1/positionSide/dual': signed(30, (call) => positionMode(call, 'usdm')),
  'POST /fapi/v1/order': signed(1, refuseOrder),
};

const COINM: Routes = {
  'GET /dapi/v1/ping': open(1, () => ({})),
  'GET /dapi/v1/time': open(1, ({ now }) => ({ serverTime: now })),
  'GET /dapi/v1/exchangeInfo': open(1, (call) => contractInfo(call, 'coinm')),
  'GET /dapi/v1/klines': open(klinesWeight, (call) => contractKlines(call, 'coinm')),
  'GET /dapi/v1/markPriceKlines': open(klinesWeight, (call) => markKlines(call, 'coinm')),
  'GET /dapi/v1/premiumIndex': open(10, (call) => premiumIndex(call, 'coinm')),
  'GET /dapi/v1/account': signed(5, (call) => contractAccount(call, 'coinm')),
  'GET /dapi/v1/balance': signed(1, (call) => contractBalance(call, 'coinm')),
  'GET /dapi/v1/positionRisk': signed(1, (call) => positionRisk(call, 'coinm')),
  'GET /dapi/v1/userTrades': signed(
    (parameters) => (parameters.optional('pair') === undefined ? 20 : 40),
    (call) => contractTrades(call, 'coinm'),
  ),
  'GET /dapi/v1/income': signed(20, (call) => income(call, 'coinm')),
  'GET /dapi/v1/positionSide/dual': signed(30, (call) => positionMode(call, 'coinm')),
  'POST /dapi/v1/order': signed(1, refuseOrder),
};

/** The endpoints by method and path. */
export const ROUTES: Routes = { ...SPOT, ...SAPI, ...USDM, ...COINM };
