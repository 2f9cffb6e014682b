/** What the reader of a report must know of its trading and its data before believing the numbers. */
import type { AnyReportClaims } from '@perf-aggregator/shared/messages/report/claims';
import { percent } from './format.ts';
import { missingText } from './missing.ts';
import type { Rows } from './table.ts';

/** The share that was compared with the market is always shown. Faults are shown only when there are any. */
export function conductRows({
  dataQuality,
  illiquidPnlShare,
  largeFlowsUnvalued,
  scope,
}: Pick<AnyReportClaims, 'dataQuality' | 'illiquidPnlShare' | 'largeFlowsUnvalued' | 'scope'>): Rows {
  const { checkedFillShare, offMarketFillShare, blockTradeShare, unreadWalletDays, gapCount } = dataQuality;
  const { creditIncomeShare, unpricedAssets } = dataQuality;
  return [
    ...(scope === undefined ? [] : [['Not read', missingText(scope.missing) || 'nothing'] as const]),
    ['Fills checked', `${percent(checkedFillShare)} of the traded value`],
    ...share('Fills off the market', offMarketFillShare),
    ...share('Block trades', blockTradeShare),
    ...share('Profit on illiquid marks', illiquidPnlShare),
    ...share('Credits as income', creditIncomeShare),
    ...counted('Days of unread wallets', unreadWalletDays),
    ...counted('Large flows unvalued', largeFlowsUnvalued),
    ...counted('Gaps', gapCount),
    ...(unpricedAssets.length === 0 ? [] : [['Assets unpriced', unpricedAssets.join(', ')] as const]),
  ];
}

/** Null is shown too: the share is unknown. */
function share(label: string, value: number | null): Rows {
  return value === 0 ? [] : [[label, percent(value)]];
}

function counted(label: string, count: number): Rows {
  return count === 0 ? [] : [[label, String(count)]];
}
