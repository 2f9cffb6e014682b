/** Binance's signed read-only endpoints over a simulated account. They show only what has happened by `now`. */

import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount, parsePrice, quoteOf } from '../../market/amount.ts';
import { INSTRUMENTS } from '../../market/market.ts';
import type { TraderDeposit, TraderFill, TraderWithdrawal } from '../../trader/event.ts';
import { Wallet } from '../../trader/wallet.ts';
import type { BinanceAccount } from './authorization.ts';
import type { Parameters } from './parameters.ts';
import { instrumentOf, marketId, price8 } from './public.ts';
import { refusals } from './refusal.ts';

const MAX_PAGE = 1_000;
const MAX_TRADES_WINDOW_MS = DAY_MS;
const MAX_TRANSFER_WINDOW_MS = 90 * DAY_MS;
/** How long a withdrawal is `processing` before it is `completed`. */
const WITHDRAWAL_TIME_MS = 108_000;

/** GET /api/v3/account */
export function account({ uid, permissions, history }: BinanceAccount, now: number): object {
  const wallet = new Wallet();
  let updateTime = 0;
  for (const event of history.events) {
    if (event.time > now) break;
    wallet.apply(event);
    updateTime = event.time;
  }
  const held = wallet.entries().map(([asset]) => asset);
  const assets = new Set([...INSTRUMENTS.map(({ base }) => base), 'USDT', ...held]);
  return {
    makerCommission: 10,
    takerCommission: 10,
    buyerCommission: 0,
    sellerCommission: 0,
    commissionRates: { maker: '0.00100000', taker: '0.00100000', buyer: '0.00000000', seller: '0.00000000' },
    canTrade: permissions.trade,
    canWithdraw: permissions.withdraw,
    canDeposit: true,
    brokered: false,
    requireSelfTradePrevention: false,
    preventSor: false,
    updateTime,
    accountType: 'SPOT',
    balances: Array.from(assets, (asset) => ({ asset, free: fixed8(wallet.get(asset)), locked: fixed8(0n) })),
    permissions: ['SPOT'],
    uid,
  };
}

/** GET /sapi/v1/account/apiRestrictions */
export function apiRestrictions({ permissions, history }: BinanceAccount): object {
  return {
    ipRestrict: false,
    createTime: history.firstDay * DAY_MS,
    enableReading: permissions.read,
    enableWithdrawals: permissions.withdraw,
    enableInternalTransfer: false,
    enableMargin: false,
    enableFutures: false,
    permitsUniversalTransfer: false,
    enableVanillaOptions: false,
    enableFixApiTrade: false,
    enableFixReadOnly: true,
    enableSpotAndMarginTrading: permissions.trade,
    enablePortfolioMarginTrading: false,
  };
}

/** GET /api/v3/myTrades: by id, by a window of at most 24 hours, or the latest. @throws BinanceRefusal */
export function myTrades(parameters: Parameters, { history }: BinanceAccount, now: number): object {
  const { symbol } = instrumentOf(parameters);
  const limit = parameters.limit(500, MAX_PAGE);
  const fromId = parameters.integer('fromId');
  const startTime = parameters.integer('startTime');
  const endTime = parameters.integer('endTime');
  if (fromId !== undefined && (startTime !== undefined || endTime !== undefined))
    throw refusals.combination();
  const fills = history.events.filter(
    (event): event is TraderFill => event.kind === 'fill' && event.symbol === symbol && event.time <= now,
  );
  if (fromId !== undefined)
    return fills
      .filter(({ id }) => id >= fromId)
      .slice(0, limit)
      .map(trade);
  if (startTime === undefined && endTime === undefined) return fills.slice(-limit).map(trade);
  const from = startTime ?? (endTime ?? now) - MAX_TRADES_WINDOW_MS;
  const to = endTime ?? from + MAX_TRADES_WINDOW_MS;
  if (to - from > MAX_TRADES_WINDOW_MS) throw refusals.tooLong(24);
  return fills
    .filter(({ time }) => time >= from && time <= to)
    .slice(0, limit)
    .map(trade);
}

function trade(fill: TraderFill): object {
  const quantity = parseAmount(fill.quantity);
  const price = parsePrice(fill.price);
  return {
    symbol: marketId(fill.symbol),
    id: fill.id,
    orderId: fill.orderId,
    orderListId: -1,
    price: price8(price),
    qty: fixed8(quantity),
    quoteQty: fixed8(quoteOf(quantity, price)),
    commission: fixed8(parseAmount(fill.fee.amount)),
    commissionAsset: fill.fee.asset,
    time: fill.time,
    isBuyer: fill.side === 'buy',
    isMaker: fill.isMaker,
    isBestMatch: true,
  };
}

/** GET /sapi/v1/capital/deposit/hisrec: newest first. @throws BinanceRefusal */
export function deposits(parameters: Parameters, { history }: BinanceAccount, now: number): object {
  const all = history.events.filter(
    (event): event is TraderDeposit => event.kind === 'deposit' && !event.unlisted,
  );
  return pageOfTransfers(parameters, all, now).map((deposit) => ({
    id: deposit.id,
    amount: deposit.amount,
    coin: deposit.asset,
    network: deposit.network,
    status: 1,
    address: deposit.address,
    addressTag: '',
    txId: deposit.transactionHash,
    insertTime: deposit.time,
    transferType: 0,
    confirmTimes: '12/12',
    unlockConfirm: 12,
    walletType: 0,
  }));
}

/** GET /sapi/v1/capital/withdraw/history: newest first. @throws BinanceRefusal */
export function withdrawals(parameters: Parameters, { history }: BinanceAccount, now: number): object {
  const all = history.events.filter((event): event is TraderWithdrawal => event.kind === 'withdrawal');
  return pageOfTransfers(parameters, all, now).map((withdrawal) => {
    const completed = withdrawal.time + WITHDRAWAL_TIME_MS;
    return {
      id: withdrawal.id,
      amount: withdrawal.amount,
      transactionFee: withdrawal.fee,
      coin: withdrawal.asset,
      status: now >= completed ? 6 : 4,
      address: withdrawal.address,
      txId: withdrawal.transactionHash,
      applyTime: sapiTime(withdrawal.time),
      network: withdrawal.network,
      transferType: 0,
      info: '',
      confirmNo: 20,
      walletType: 0,
      txKey: '',
      ...(now >= completed ? { completeTime: sapiTime(completed) } : {}),
    };
  });
}

function pageOfTransfers<T extends { time: number; asset: string }>(
  parameters: Parameters,
  all: readonly T[],
  now: number,
): readonly T[] {
  const limit = parameters.limit(MAX_PAGE, MAX_PAGE);
  const offset = parameters.integer('offset') ?? 0;
  const coin = parameters.optional('coin');
  const endTime = parameters.integer('endTime') ?? now;
  const startTime = parameters.integer('startTime') ?? endTime - MAX_TRANSFER_WINDOW_MS;
  if (startTime > endTime || endTime - startTime > MAX_TRANSFER_WINDOW_MS) throw refusals.transferWindow();
  return all
    .filter(
      ({ time, asset }) => time >= startTime && time <= Math.min(endTime, now) && (coin ?? asset) === asset,
    )
    .reverse()
    .slice(offset, offset + limit);
}

/** `2021-04-15 12:09:16`, UTC. */
function sapiTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
