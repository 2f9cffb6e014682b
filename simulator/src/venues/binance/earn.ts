/** Binance's lists of Simple Earn. Windows are of three months at most, 30 days where no time is sent. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount, UNIT } from '../../market/amount.ts';
import { toFine } from '../../market/series.ts';
import type { EarnMove, EarnReward } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { between, pageOf, type Row, windowOf } from './page.ts';

type Product = EarnMove['product'];

const WINDOW = { maxMs: 90 * DAY_MS, defaultMs: 30 * DAY_MS };
const PAGE = { size: 10, max: 100 };
const LOCK_DAYS = 60;

/** GET /sapi/v1/simple-earn/account */
export function earnAccount({ records, market, now }: Call): object {
  const books = records.booksAt(now);
  const [btc] = market.spot;
  const inUsdt = (product: Product): bigint =>
    books.balances(`earn:${product}`).reduce((sum, [asset, amount]) => {
      const own = market.spot.find(({ base, quote }) => base === asset && quote === 'USDT');
      const price = asset === 'USDT' ? UNIT : own ? toFine(own.priceAt(now), own.digits) : 0n;
      return sum + (amount * price) / UNIT;
    }, 0n);
  const inBtc = (value: bigint): string => fixed8((value * UNIT) / toFine(btc!.priceAt(now), btc!.digits));
  const [flexible, locked] = [inUsdt('flexible'), inUsdt('locked')];
  return {
    totalAmountInBTC: inBtc(flexible + locked),
    totalAmountInUSDT: fixed8(flexible + locked),
    totalFlexibleAmountInBTC: inBtc(flexible),
    totalFlexibleAmountInUSDT: fixed8(flexible),
    totalLockedinBTC: inBtc(locked),
    totalLockedinUSDT: fixed8(locked),
  };
}

/** GET /sapi/v1/simple-earn/flexible/position */
export function flexiblePositions(call: Call): object {
  return held(call, 'flexible', ([asset, amount]) => ({
    totalAmount: fixed8(amount),
    latestAnnualPercentageRate: '0.02599895',
    asset,
    canRedeem: true,
    collateralAmount: '0',
    productId: `${asset}001`,
    yesterdayRealTimeRewards: rewardsOf(call, asset, 'REALTIME', call.now - DAY_MS),
    cumulativeBonusRewards: rewardsOf(call, asset, 'BONUS', 0),
    cumulativeRealTimeRewards: rewardsOf(call, asset, 'REALTIME', 0),
    cumulativeTotalRewards: rewardsOf(call, asset, null, 0),
    autoSubscribe: false,
  }));
}

/** GET /sapi/v1/simple-earn/locked/position: one position for each asset. */
export function lockedPositions(call: Call): object {
  return held(call, 'locked', ([asset, amount]) => {
    const first = call.records.events('earn').find((one) => one.product === 'locked' && one.asset === asset);
    return {
      positionId: Number(first?.id ?? 0),
      projectId: `${asset}*${LOCK_DAYS}`,
      asset,
      amount: fixed8(amount),
      purchaseTime: first?.time ?? 0,
      duration: String(LOCK_DAYS),
      accrualDays: String(Math.floor((call.now - (first?.time ?? call.now)) / DAY_MS)),
      rewardAsset: asset,
      APY: '0.0323',
      isRenewable: true,
      isAutoRenew: false,
      redeemDate: (first?.time ?? 0) + LOCK_DAYS * DAY_MS,
      status: 'HOLDING',
    };
  });
}

function held(
  { parameters, records, now }: Call,
  product: Product,
  row: (balance: readonly [string, bigint]) => object,
): object {
  const asked = parameters.optional('asset');
  const balances = records
    .booksAt(now)
    .balances(`earn:${product}`)
    .filter(([asset, amount]) => amount > 0n && (asked ?? asset) === asset);
  const page = pageOf(parameters, balances.toReversed(), PAGE);
  return { rows: page.rows.map(row), total: page.total };
}

function rewardsOf({ records, now }: Call, asset: string, type: string | null, from: number): string {
  const sum = between(records.events('reward'), from, now, now)
    .filter((one) => one.product === 'flexible' && one.asset === asset && (type ?? one.type) === one.type)
    .reduce((total, { amount }) => total + parseAmount(amount), 0n);
  return fixed8(sum);
}

/** GET /sapi/v1/simple-earn/{product}/history/subscriptionRecord @throws BinanceRefusal */
export function subscriptions(call: Call, product: Product): object {
  return history(call, moves(call, product, 'subscribe'), ({ id, time, asset, amount }) => ({
    amount,
    asset,
    time,
    purchaseId: Number(id),
    type: 'NORMAL',
    sourceAccount: 'SPOT',
    amtFromSpot: amount,
    amtFromFunding: '0',
    status: 'SUCCESS',
    ...(product === 'locked'
      ? { positionId: Number(id), projectId: `${asset}*${LOCK_DAYS}`, lockPeriod: String(LOCK_DAYS) }
      : { productId: `${asset}001` }),
  }));
}

/** GET /sapi/v1/simple-earn/{product}/history/redemptionRecord @throws BinanceRefusal */
export function redemptions(call: Call, product: Product): object {
  return history(call, moves(call, product, 'redeem'), ({ id, time, asset, amount }) => ({
    amount,
    asset,
    time,
    redeemId: Number(id),
    destAccount: 'SPOT',
    status: 'PAID',
    ...(product === 'locked'
      ? {
          positionId: Number(id),
          lockPeriod: String(LOCK_DAYS),
          type: 'MATURE',
          originalAmount: amount,
          deliverDate: String(time),
        }
      : { projectId: `${asset}001` }),
  }));
}

/** GET /sapi/v1/simple-earn/{product}/history/rewardsRecord: `type` is needed for flexible. @throws BinanceRefusal */
export function rewards(call: Call, product: Product): object {
  const type =
    product === 'flexible'
      ? call.parameters.choice('type', ['BONUS', 'REALTIME', 'REWARDS', 'ALL'] as const)
      : 'ALL';
  const own = call.records.list<EarnReward>(`rewards ${product} ${type}`, () =>
    call.records
      .events('reward')
      .filter((one) => one.product === product && (type === 'ALL' || one.type === type)),
  );
  return history(call, own, (one) =>
    product === 'flexible'
      ? {
          asset: one.asset,
          rewards: one.amount,
          projectId: `${one.asset}001`,
          type: one.type,
          time: one.time,
        }
      : {
          positionId: 1,
          time: one.time,
          asset: one.asset,
          lockPeriod: String(LOCK_DAYS),
          amount: one.amount,
          type: 'Locked Rewards',
        },
  );
}

function moves({ records }: Call, product: Product, direction: EarnMove['direction']): readonly EarnMove[] {
  return records.list(`earn ${product} ${direction}`, () =>
    records.events('earn').filter((one) => one.product === product && one.direction === direction),
  );
}

function history<T extends Row & { readonly asset: string }>(
  { parameters, now }: Call,
  all: readonly T[],
  row: (one: T) => object,
): object {
  const { from, to } = windowOf(parameters, WINDOW, now);
  const asset = parameters.optional('asset');
  const rows = between(all, from, to, now).filter((one) => (asset ?? one.asset) === one.asset);
  const page = pageOf(parameters, rows, PAGE);
  return { rows: page.rows.map(row), total: page.total };
}
