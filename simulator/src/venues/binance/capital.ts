/** Binance's lists of deposits and withdrawals. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount } from '../../market/amount.ts';
import { statusAt } from '../../market/series.ts';
import type { TraderDeposit, TraderWithdrawal } from '../../trader/event.ts';
import type { Call } from './call.ts';
import { between, type Row } from './page.ts';
import { refusals } from './refusal.ts';

const MAX_PAGE = 1_000;
const MAX_WINDOW_MS = 90 * DAY_MS;
/** How long a withdrawal is `processing` before it is `completed`, unless its event says so. */
const PROCESSING_MS = 108_000;
const PENDING = 0;
const SUCCESS = 1;

/** A deposit at the instant at which it was seen first: its `insertTime`. */
interface DepositRow extends Row {
  readonly asset: string;
  readonly deposit: TraderDeposit;
}

/** GET /sapi/v1/capital/deposit/hisrec: newest first. @throws BinanceRefusal */
export function deposits(call: Call): object {
  const all = call.records.list<DepositRow>('deposits by insertTime', () =>
    call.records.events('deposit').flatMap((deposit) => {
      const time = deposit.time - (deposit.pendingMs ?? 0);
      const { visibleFrom = time } = deposit;
      return deposit.unlisted ? [] : [{ time, visibleFrom, asset: deposit.asset, deposit }];
    }),
  );
  return pageOf(call, all).map(({ time, deposit }) => ({
    id: deposit.id,
    amount: deposit.amount,
    coin: deposit.asset,
    network: deposit.network,
    status: call.now >= deposit.time ? SUCCESS : PENDING,
    address: deposit.address,
    addressTag: '',
    txId: deposit.transactionHash,
    insertTime: time,
    transferType: 0,
    confirmTimes: '12/12',
    unlockConfirm: 12,
    walletType: 0,
  }));
}

/** GET /sapi/v1/capital/withdraw/history: newest first. @throws BinanceRefusal */
export function withdrawals(call: Call): object {
  return pageOf(call, call.records.events('withdrawal')).map((withdrawal) => {
    const ended = endOf(withdrawal);
    const isOver = call.now >= ended;
    const end = withdrawal.fails ? 5 : 6;
    return {
      id: withdrawal.id,
      amount: withdrawal.amount,
      transactionFee: withdrawal.fee,
      coin: withdrawal.asset,
      status: isOver ? end : 4,
      address: withdrawal.address,
      txId: withdrawal.transactionHash,
      applyTime: sapiTime(withdrawal.time),
      network: withdrawal.network,
      transferType: 0,
      info: '',
      confirmNo: 20,
      walletType: 0,
      txKey: '',
      ...(isOver && !withdrawal.fails ? { completeTime: sapiTime(ended) } : {}),
    };
  });
}

/** GET /sapi/v1/capital/config/getall: every coin, with what is on its way out (`withdrawing`). */
export function coins({ records, market, now }: Call): object {
  const books = records.booksAt(now);
  const bases = market.spot.map(({ base }) => base);
  const names = new Set([...bases, 'USDT', ...books.balances('spot').map(([asset]) => asset)]);
  const leaving = records.events('withdrawal').filter((one) => one.time <= now && now < endOf(one));
  return Array.from(names, (coin) => ({
    coin,
    depositAllEnable: true,
    withdrawAllEnable: true,
    name: coin,
    free: fixed8(books.balance('spot', coin) - books.locked(coin)),
    locked: fixed8(books.locked(coin)),
    freeze: '0',
    withdrawing: fixed8(
      leaving
        .filter(({ asset }) => asset === coin)
        .reduce((sum, { amount, fee }) => sum + parseAmount(amount) + parseAmount(fee), 0n),
    ),
    ipoing: '0',
    ipoable: '0',
    storage: '0',
    isLegalMoney: coin === 'EUR',
    trading: market.spot.some((series) => series.base === coin && statusAt(series, now) === 'TRADING'),
    networkList: [],
  }));
}

function endOf({ time, processingMs = PROCESSING_MS }: TraderWithdrawal): number {
  return time + processingMs;
}

function pageOf<T extends Row & { readonly asset: string }>(
  { parameters, now }: Call,
  all: readonly T[],
): readonly T[] {
  const limit = parameters.limit(MAX_PAGE, MAX_PAGE);
  const offset = parameters.integer('offset') ?? 0;
  const coin = parameters.optional('coin');
  const endTime = parameters.integer('endTime') ?? now;
  const startTime = parameters.integer('startTime') ?? endTime - MAX_WINDOW_MS;
  if (startTime > endTime || endTime - startTime > MAX_WINDOW_MS) throw refusals.transferWindow();
  return between(all, startTime, endTime, now)
    .filter(({ asset }) => (coin ?? asset) === asset)
    .toReversed()
    .slice(offset, offset + limit);
}

/** `2021-04-15 12:09:16`, UTC. */
function sapiTime(time: number): string {
  return new Date(time).toISOString().slice(0, 19).replace('T', ' ');
}
