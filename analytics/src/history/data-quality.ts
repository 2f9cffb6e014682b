/** What a reader must know before relying on the numbers of a history. */
import { type Amount, ratio, ZERO } from '../amount/decimal.ts';
import { absoluteProfit } from '../valuation/absolute-profit.ts';
import { type Flow, sumFlows } from '../valuation/flows.ts';
import { illiquidPnlShare } from '../valuation/illiquid.ts';
import type { FillConduct } from '../valuation/off-market.ts';
import type { DailyRecord } from './daily-record.ts';

/** Data quality over the whole history. */
export interface DataQuality extends FillConduct {
  /** Returns that cover days without a valuation. */
  readonly gapCount: number;
  /** How often daily values use a price older than 24 h. */
  readonly stalePrices: number;
  /** Assets without a price where one was needed, sorted. The value of such days is null. */
  readonly unpricedAssets: readonly string[];
  /** Flows above 1 % of NAV that minute marks could not value. Their days have no return. */
  readonly largeFlowsUnvalued: number;
  /** Days that end with money in an unread wallet. They have no value. */
  readonly unreadWalletDays: number;
  /**
   * Rebates, airdrops and other credits that are flows until they are classified, as a share of the last NAV. Null
   * without a NAV.
   */
  readonly unclassifiedCreditsShare: number | null;
  /** Credits that are small enough to be income, as a share of the last NAV. Null without a NAV. */
  readonly creditIncomeShare: number | null;
  /** The share of the profit that rests on marks of holdings too large for their markets ({@link illiquidPnlShare}). */
  readonly illiquidPnlShare: number | null;
  /** Matched transfers between own accounts, and between wallets of one account. */
  readonly internalTransferCount: number;
  /** Identities of entries that came with contradictory contents. */
  readonly conflictCount: number;
}

/** The data quality that the record itself shows. */
export function judgeRecord(
  record: DailyRecord,
): Omit<DataQuality, keyof FillConduct | 'internalTransferCount' | 'conflictCount'> {
  const { valuations, flows, linked } = record;
  const unpriced = new Set(valuations.flatMap((valuation) => valuation.unpriced));
  for (const flow of flows) if (flow.value === null) unpriced.add(flow.asset);
  const unclassified = sumFlows(
    flows.filter((flow) => flow.unclassifiedCredit),
    'deposit',
  );
  const lastNav = valuations.findLast(({ value }) => value !== null)?.value ?? ZERO;
  const shareOf = (credits: Amount) => (credits.isZero() ? 0 : ratio(credits, lastNav));
  return {
    gapCount: linked.gapCount,
    stalePrices: valuations.reduce((sum, { staleCount }) => sum + staleCount, 0),
    unpricedAssets: [...unpriced].sort(),
    largeFlowsUnvalued: linked.largeFlowsUnvalued,
    unreadWalletDays: valuations.reduce((days, { isKnown }) => (isKnown ? days : days + 1), 0),
    unclassifiedCreditsShare: shareOf(unclassified),
    creditIncomeShare: shareOf(record.creditIncome),
    illiquidPnlShare: shareOfIlliquid(record),
  };
}

function shareOfIlliquid({ bounds, valuations, flows, illiquidPnl }: DailyRecord): number | null {
  if (valuations.every(({ illiquid }) => illiquid.length === 0)) return valuations.length === 0 ? null : 0;
  const [startTime, endTime] = [bounds[0]!, bounds.at(-1)!];
  const within = ({ time }: Flow) => time >= startTime && time < endTime;
  const profit = absoluteProfit({
    flows: flows.filter(within),
    navStart: valuations[0]!.value,
    navEnd: valuations.at(-1)!.value,
  });
  return illiquidPnlShare(profit, illiquidPnl);
}
