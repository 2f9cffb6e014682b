/** Money at risk (docs/metrics.md §3 "...Amount"): a ratio times NAV at the end. */
import { type Amount, type Decimal, formatMoney, fromNumber } from '../amount/decimal.ts';
import type { UndefinedReason } from '../outcome.ts';
import type { ReturnsMetrics } from '../series/returns-metrics.ts';

/** Ratios that also have an amount in money. */
const RISK_RATIOS = [
  'historicalVar95',
  'historicalVar99',
  'expectedShortfall95',
  'expectedShortfall99',
  'parametricVar95',
  'parametricVar99',
  'parametricEs95',
  'parametricEs99',
  'cornishFisherVar95',
  'cornishFisherVar99',
] as const;

/** Money at risk: the ratio of the same name times NAV at the end. */
export type RiskAmount = `${(typeof RISK_RATIOS)[number]}Amount`;

/** Amounts in the currency of `navEnd`. Without an amount, the reason: that of the ratio, or that NAV is not known. */
export function riskAmounts(
  ratios: Pick<ReturnsMetrics, (typeof RISK_RATIOS)[number] | 'undefinedReasons'>,
  navEnd: Amount | null,
): {
  readonly values: Readonly<Record<RiskAmount, Decimal | null>>;
  readonly reasons: Readonly<Record<string, UndefinedReason>>;
} {
  const values: Partial<Record<RiskAmount, Decimal | null>> = {};
  const reasons: Record<string, UndefinedReason> = {};
  for (const name of RISK_RATIOS) {
    const ratio = ratios[name];
    const isKnown = ratio !== null && navEnd !== null;
    values[`${name}Amount`] = isKnown ? formatMoney(navEnd.times(fromNumber(ratio))) : null;
    if (!isKnown) reasons[`${name}Amount`] = ratios.undefinedReasons[name] ?? 'noData';
  }
  return { values: values as Record<RiskAmount, Decimal | null>, reasons };
}
