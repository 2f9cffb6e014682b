/** What an API key says of itself. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import { type BinanceAccount, permissionsAt } from './authorization.ts';

/** GET /sapi/v1/account/apiRestrictions */
export function apiRestrictions(customer: BinanceAccount, now: number): object {
  const permissions = permissionsAt(customer, now);
  const { boundTo, keyCreatedAt, tradingExpiresAt, history } = customer;
  return {
    ipRestrict: boundTo !== undefined,
    createTime: keyCreatedAt ?? history.firstDay * DAY_MS,
    enableReading: permissions.read,
    enableWithdrawals: permissions.withdraw,
    enableInternalTransfer: false,
    enableMargin: permissions.margin ?? false,
    enableFutures: permissions.futures ?? false,
    permitsUniversalTransfer: permissions.universalTransfer ?? false,
    enableVanillaOptions: false,
    enableFixApiTrade: false,
    enableFixReadOnly: true,
    enableSpotAndMarginTrading: permissions.trade,
    enablePortfolioMarginTrading: permissions.portfolioMargin ?? false,
    ...(tradingExpiresAt === undefined ? {} : { tradingAuthorityExpirationTime: tradingExpiresAt }),
  };
}
