/** Days and round trips as tables for people, one line each. */
import type { ReturnsResult, TradesResult } from '../sdk/results.ts';
import { cleanLine } from './clean.ts';
import { amount, money, percent, quantity, statistic, time } from './format.ts';
import { environmentLabel } from './metrics-table.ts';
import { grid } from './table.ts';

/** One line per day. Rolling columns are shown when they were asked for. */
export function returnsTable(result: ReturnsResult): string {
  const { days, benchmark, window, reportingCurrency: currency } = result;
  const head = ['Day', 'NAV', 'Deposits', 'Withdrawals', 'Return', 'Cumulative', 'Drawdown'];
  const lines = days.map((day) => [
    day.day,
    amount(day.nav),
    amount(day.deposits),
    amount(day.withdrawals),
    ...[day.return, day.cumulativeReturn, day.drawdown].map(percent),
    ...(benchmark === null ? [] : [percent(day.benchmarkReturn ?? null)]),
    ...(window === null
      ? []
      : [percent(day.volatilityAnnualized ?? null), statistic(day.sharpeRatio ?? null)]),
    ...(window === null || benchmark === null ? [] : [statistic(day.beta ?? null)]),
  ]);
  const more = [
    ...(benchmark === null ? [] : [benchmark]),
    ...(window === null ? [] : [`Vol. ${window} d`, `Sharpe ${window} d`]),
    ...(window === null || benchmark === null ? [] : [`Beta ${window} d`]),
  ];
  return [
    cleanLine(
      `${environmentLabel(result.environment)}, ${currency}, ${days.length} of ${result.dayCount} days`,
    ),
    grid([[...head, ...more], ...lines], 1),
    ...furtherPages(result.nextCursor),
  ].join('\n');
}

/** One line per round trip, and the totals of all of them. */
export function tradesTable(result: TradesResult): string {
  const { trades, reportingCurrency: currency } = result;
  const head = ['Closed (UTC)', 'Symbol', '', 'Quantity', 'Entry', 'Exit', 'P&L', 'Fees', 'Net', 'Account'];
  const lines = trades.map((trade) => [
    time(trade.closeTime),
    trade.symbol,
    trade.direction,
    ...[trade.quantity, trade.entryPrice, trade.exitPrice].map(quantity),
    ...[trade.realizedPnl, trade.fees, trade.netPnl].map(amount),
    `${trade.venue} ${trade.account}`,
  ]);
  const sums = `P&L ${money(result.realizedPnl, currency)}, fees ${money(result.fees, currency)}, net ${money(result.netPnl, currency)}`;
  return [
    cleanLine(
      `${environmentLabel(result.environment)}, ${currency}, ${trades.length} of ${result.tradeCount} round trips`,
    ),
    grid([head, ...lines], 3),
    cleanLine(
      `All ${result.tradeCount}: ${sums}; by disposals that are no trade ${money(result.otherRealizedPnl, currency)}`,
    ),
    ...furtherPages(result.nextCursor),
  ].join('\n');
}

function furtherPages(cursor: string | null): readonly string[] {
  if (cursor === null) return [];
  // People copy the cursor into a shell.
  return [/^[\w.~+/=-]+$/.test(cursor) ? `More: --cursor '${cursor}', or --all` : 'More: --all'];
}
