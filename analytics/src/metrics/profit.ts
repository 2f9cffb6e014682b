/** Explains the profit of a period: its sources, and whether they add up. */
import { type Amount, type Decimal, formatMoney, parseDecimal, ZERO } from '../amount/decimal.ts';
import type { AccountHistory } from '../history/account-history.ts';
import { type TradeStatistics, TradeTally } from '../matching/trade-statistics.ts';
import { absoluteProfit } from '../valuation/absolute-profit.ts';
import { type AttributionRow, attribute } from './attribution.ts';
import { attributionIdentity, type IdentityCheck, profitIdentity } from './identity.ts';
import type { AccountPeriod } from './period.ts';
import { type Unrealized, unrealizedPnl } from './unrealized.ts';

/** Money in the reporting currency. */
export interface ProfitMetrics extends Omit<TradeStatistics, 'undefinedReasons'> {
  /** Of the open positions at the end. Null: one of them has no price. */
  readonly unrealizedPnl: Decimal | null;
  /** Change from the start of the period. */
  readonly unrealizedPnlChange: Decimal | null;
  /** The gain of cash in other currencies against the report's currency. */
  readonly currencyEffect: Decimal | null;
  /** absoluteProfit less everything that the attribution explains. Null: one of the two is not known. */
  readonly unexplainedPnl: Decimal | null;
  /** By venue, account, symbol. */
  readonly attribution: readonly AttributionRow[];
}

/** Explains the profit of `period`. @param capital - Modified Dietz denominator; null: not known */
export function explainProfit(
  history: AccountHistory,
  period: AccountPeriod,
  capital: number | null,
): {
  readonly profit: ProfitMetrics;
  readonly checks: readonly IdentityCheck[];
  readonly trades: TradeStatistics;
} {
  const [before, after] = [unrealizedAt(history, period.days.from), unrealizedAt(history, period.days.to)];
  const attribution = attribute(period.trading, before ?? [], after ?? [], capital);
  const explained = before && after ? attribution.traded.plus(attribution.currency) : null;
  const total = absoluteProfit(period);
  const trades = tradeStatistics(period);
  const { undefinedReasons: _, ...statistics } = trades;
  const rows = attribution.rows.map(({ totalPnl }) => parseDecimal(totalPnl, 'an attribution'));
  const checks = [
    profitIdentity(total, explained),
    attributionIdentity(rows, attribution.traded.plus(attribution.currency)),
  ];
  return {
    profit: {
      ...statistics,
      unrealizedPnl: after && formatMoney(sumOf(after)),
      unrealizedPnlChange: before && after && formatMoney(sumOf(after).minus(sumOf(before))),
      currencyEffect: before && after && formatMoney(attribution.currency),
      unexplainedPnl: total && explained && formatMoney(total.minus(explained)),
      attribution: attribution.rows,
    },
    checks,
    trades,
  };
}

/** Statistics of the trades that closed lots in the period. Fills of one order are one trade. */
function tradeStatistics({ closedTrades }: AccountPeriod): TradeStatistics {
  const tally = new TradeTally();
  for (const {
    venue,
    account,
    wallet,
    symbol,
    orderId,
    realizedPnl,
    fees,
    quantity,
    heldQuantityMs,
  } of closedTrades) {
    const order = orderId === null ? null : `${venue}\n${account}\n${wallet}\n${symbol}\n${orderId}`;
    tally.add({ order, netPnl: realizedPnl.minus(fees), quantity, heldQuantityMs });
  }
  return tally.statistics();
}

/** Unrealised profit at the start of day `index`. Nothing is open before the first day. */
function unrealizedAt(history: AccountHistory, index: number): readonly Unrealized[] | null {
  const { exact, startTime, days, reportingCurrency } = history;
  const time = index === 0 ? startTime : days[index - 1];
  if (time === null || time === undefined) return [];
  return unrealizedPnl(exact.open[index] ?? [], exact.prices, time, reportingCurrency);
}

function sumOf(parts: readonly Unrealized[]): Amount {
  return parts.reduce((sum, { pnl }) => sum.plus(pnl), ZERO);
}
