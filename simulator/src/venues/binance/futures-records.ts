/** Binance's signed lists of contracts: trades and income. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { fixed8, parseAmount } from '../../market/amount.ts';
import type { Contract } from '../../market/contracts.ts';
import type { Effect, PositionFill } from '../../trader/books.ts';
import type { Move } from '../../trader/moves.ts';
import { valueAt } from '../../trader/positions.ts';
import { firstWhere } from '../../trader/timeline.ts';
import type { ContractFill, ContractWallet, Settlement } from '../../trader/wallet-event.ts';
import type { Call } from './call.ts';
import { quantityText } from './futures-account.ts';
import { contractOf, pairOf } from './futures-public.ts';
import { longId } from './json.ts';
import { between, type Row, takeFrom, takeLast } from './page.ts';
import { refusals } from './refusal.ts';

const MAX_PAGE = 1_000;
const WEEK_MS = 7 * DAY_MS;
/** Nothing older is shown: trades of six months [r], income of three. */
const TRADES_MS = 180 * DAY_MS;
const INCOME_MS = 90 * DAY_MS;

/** A trade of a contract: a fill, or one position's part of a delivery. */
interface ContractTrade extends Row {
  readonly id: number;
  readonly contract: Contract;
  readonly event: ContractFill | Settlement;
  readonly fill: PositionFill;
}

/**
 * GET /fapi/v1/userTrades, /dapi/v1/userTrades: by id, by a window of at most 7 days, or the latest of 7 days. Oldest
 * first. `dapi` takes a `pair` in the place of a `symbol`, but then no id.
 * @throws BinanceRefusal −1128, −4165, −1130, −1121, −1102
 */
export function contractTrades(call: Call, wallet: ContractWallet): object {
  const { parameters, now } = call;
  const rows = tradesOf(call, wallet);
  const limit = parameters.limit(500, MAX_PAGE);
  const fromId = parameters.integer('fromId');
  const [start, end] = [parameters.integer('startTime'), parameters.integer('endTime')];
  const horizon = now - TRADES_MS;
  if (fromId !== undefined) {
    if (start !== undefined || end !== undefined || parameters.optional('pair')) throw refusals.combination();
    const first = firstWhere(rows, ({ id, time }) => id >= fromId && time >= horizon);
    return takeFrom(rows, first, limit, now).map(tradeRow);
  }
  if (start === undefined && end === undefined) {
    const week = between(rows, now - WEEK_MS, now, now);
    return takeLast(week, limit, now).map(tradeRow);
  }
  const from = start ?? end! - WEEK_MS;
  const to = end ?? from + WEEK_MS;
  if (to - from > WEEK_MS) throw refusals.interval7Days();
  return between(rows, Math.max(from, horizon), to, now).slice(0, limit).map(tradeRow);
}

function tradesOf(call: Call, wallet: ContractWallet): readonly ContractTrade[] {
  const { parameters, contracts, records } = call;
  const pair = wallet === 'coinm' ? parameters.optional('pair') : undefined;
  if (pair !== undefined && parameters.optional('symbol') !== undefined) throw refusals.combination();
  const asked = pair === undefined ? contractOf(call, wallet).id : `pair ${pair}`;
  return records.list<ContractTrade>(`trades ${wallet} ${asked}`, () =>
    records.effects().flatMap(({ event, fills }) => {
      if (event.kind !== 'contractFill' && event.kind !== 'settlement') return [];
      const contract = contracts.byId(event.contract);
      const isAsked = pair === undefined ? contract.id === asked : pairOf(contract) === pair;
      if (!isAsked || contract.wallet !== wallet) return [];
      return fills.map((fill, index) => ({
        id: event.tradeId + index,
        time: event.time,
        ...(event.visibleFrom === undefined ? {} : { visibleFrom: event.visibleFrom }),
        contract,
        event,
        fill,
      }));
    }),
  );
}

function tradeRow({ id, time, contract, event, fill }: ContractTrade): object {
  const quantity = fill.quantity < 0n ? -fill.quantity : fill.quantity;
  const isBuyer = fill.quantity > 0n;
  const isFill = event.kind === 'contractFill';
  const value = valueAt(contract, quantity, parseAmount(event.price));
  return {
    symbol: contract.id,
    id,
    orderId: isFill ? event.orderId : id,
    ...(contract.wallet === 'coinm' ? { pair: pairOf(contract) } : {}),
    marginAsset: contract.marginAsset,
    side: isBuyer ? 'BUY' : 'SELL',
    price: fixed8(parseAmount(event.price)),
    qty: quantityText(contract, quantity),
    realizedPnl: fixed8(fill.realized),
    ...(contract.wallet === 'coinm' ? { baseQty: fixed8(value) } : { quoteQty: fixed8(value) }),
    commission: isFill ? fixed8(parseAmount(event.fee.amount)) : fixed8(0n),
    commissionAsset: isFill ? event.fee.asset : contract.marginAsset,
    time,
    positionSide: fill.side,
    buyer: isBuyer,
    maker: isFill && event.isMaker,
  };
}

/** One change of a balance of the wallet, and how the venue shows it. */
interface IncomeRow extends Row {
  readonly symbol: string;
  readonly incomeType: string;
  readonly shown: object;
}

/**
 * GET /fapi/v1/income, /dapi/v1/income: oldest first, by pages of at most 1,000, of seven days where no time is sent,
 * and never older than three months. Every change of the wallet's balances has a row, but for money from a place that no
 * list shows, and renamed coins. What is 0 has none.
 * @throws BinanceRefusal −1130, −1100
 */
export function income(call: Call, wallet: ContractWallet): object {
  const { parameters, records, now } = call;
  const limit = parameters.limit(100, MAX_PAGE);
  const page = parameters.integer('page') ?? 1;
  if (page < 1) throw refusals.invalid('page');
  const [start, end] = [parameters.integer('startTime'), parameters.integer('endTime')];
  const [symbol, type] = [parameters.optional('symbol'), parameters.optional('incomeType')];
  const from = start ?? (end === undefined ? now - WEEK_MS : 0);
  const all = records.list<IncomeRow>(`income ${wallet}`, () =>
    records.effects().flatMap((effect) => incomeOf(effect, wallet)),
  );
  return between(all, Math.max(from, now - INCOME_MS), end ?? now, now)
    .filter((row) => (symbol ?? row.symbol) === row.symbol && (type ?? row.incomeType) === row.incomeType)
    .slice((page - 1) * limit, page * limit)
    .map(({ shown }) => shown);
}

function incomeOf({ event, moves, fills }: Effect, wallet: ContractWallet): readonly IncomeRow[] {
  if (event.kind === 'credit' || event.kind === 'rename') return [];
  const own = moves.filter((move) => move.wallet === wallet && move.change !== 0n);
  const trade = 'tradeId' in event ? event.tradeId : null;
  return own.map((move, index) => {
    const incomeType = typeOf(event.kind, move);
    const symbol = 'contract' in event ? event.contract : '';
    const { time, visibleFrom = time } = event;
    const shown = {
      symbol,
      incomeType,
      income: fixed8(move.change),
      asset: move.asset,
      info: trade === null || fills.length === 0 ? incomeType : String(trade),
      time,
      tranId: incomeId(String(event.id), move, index),
      tradeId: trade === null ? '' : String(trade),
    };
    return { time, visibleFrom, symbol, incomeType, shown };
  });
}

/** A transfer has one number in every list. Of a trade each type has its own. Funding has numbers beyond 2^53. */
function incomeId(id: string, { reason }: Move, index: number): number | bigint {
  if (reason === 'transfer') return Number(id);
  return reason === 'funding' ? longId(id, index) : Number(id) * 10 + index;
}

const INCOME_TYPES: Readonly<Partial<Record<Move['reason'], string>>> = {
  realized: 'REALIZED_PNL',
  funding: 'FUNDING_FEE',
  commission: 'COMMISSION',
  insurance: 'INSURANCE_CLEAR',
  transfer: 'TRANSFER',
};

/** The venue's name of a change. It spells the delivery's so. */
function typeOf(kind: Effect['event']['kind'], { reason }: Move): string {
  return kind === 'settlement' ? 'DELIVERED_SETTELMENT' : (INCOME_TYPES[reason] ?? reason.toUpperCase());
}
