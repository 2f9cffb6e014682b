/**
 * `adverseReturn` (docs/metrics.md §1): the total return if everything doubtful were a loss.
 *
 * adverseReturn = (1 + T) · max(V − S, 0) / (V + N + M) − 1
 *
 * - T: the smaller of `totalReturn` and the same return under three conditions. Assets without a price count as 0.
 *   Money in unread wallets is lost until it is back, and what came from there beyond that is no profit. The days of
 *   unvalued large flows use the formula of docs/metrics.md §2;
 * - V: value at the end of the period, with assets without a price and money in unread wallets at 0;
 * - S: value held beyond what the entries explain (it may not be the trader's);
 * - M: value that the entries state and the account does not hold (it may be lost);
 * - N: net unmatched outflow, the value of withdrawals less that of deposits in the period, not below 0 (what left may
 *   have left as a loss). Transfers matched between own accounts are in neither.
 *
 * Each can only lower the result. `adverseReturn` = `totalReturn` where none of them is present.
 */
import { parseDecimal, toNumber } from '../amount/decimal.ts';
import type { Outcome } from '../outcome.ts';
import { totalReturn } from '../series/returns.ts';
import { sumFlows } from '../valuation/flows.ts';
import type { Reconciliation } from '../valuation/reconciliation.ts';
import type { AccountPeriod } from './period.ts';

/** `adverseReturn` of a period; `total` is its `totalReturn`. */
export function adverseReturn(
  period: Pick<AccountPeriod, 'floorReturns' | 'floorNavEnd' | 'flows'>,
  reconciliation: Pick<Reconciliation, 'surplusValue' | 'deficitValue'>,
  total: number | null,
): Outcome {
  const floor = totalReturn(period.floorReturns.filter((r) => !Number.isNaN(r)));
  const base = Math.min(
    total ?? Number.POSITIVE_INFINITY,
    typeof floor === 'number' ? floor : Number.POSITIVE_INFINITY,
  );
  if (base === Number.POSITIVE_INFINITY || period.floorNavEnd === null) return 'noData';
  const surplus = parseDecimal(reconciliation.surplusValue, 'the surplus');
  const deficit = parseDecimal(reconciliation.deficitValue, 'the deficit');
  const outflow = sumFlows(period.flows, 'withdrawal').minus(sumFlows(period.flows, 'deposit'));
  const doubted = outflow.isPositive() ? deficit.plus(outflow) : deficit;
  if (surplus.isZero() && doubted.isZero()) return base;
  const kept = period.floorNavEnd.minus(surplus);
  if (!kept.isPositive()) return -1;
  return (1 + base) * (toNumber(kept) / toNumber(period.floorNavEnd.plus(doubted))) - 1;
}
