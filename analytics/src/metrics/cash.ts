/**
 * Cash (docs/metrics.md §7): fiat currencies and listed stablecoins. They are no exposure. Their gain against the
 * reporting currency is a currency effect and not a result of trading.
 */
const CASH: ReadonlySet<string> = new Set([
  ...['AUD', 'BRL', 'CAD', 'CHF', 'EUR', 'GBP', 'JPY', 'KRW', 'PLN', 'TRY', 'USD'],
  ...[
    'BUSD',
    'DAI',
    'EURC',
    'FDUSD',
    'GUSD',
    'PYUSD',
    'RLUSD',
    'TUSD',
    'USDC',
    'USDD',
    'USDE',
    'USDG',
    'USDP',
    'USDT',
  ],
]);

/** Whether `asset` is cash. The list is closed: an unlisted asset that calls itself stable is not cash. */
export function isCash(asset: string): boolean {
  return CASH.has(asset);
}
