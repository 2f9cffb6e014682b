/** The hosts of Binance: spot and everything of `sapi`, futures in dollars, futures in coins; and the sandbox of spot. */
export const HOSTS = ['api.binance.com', 'fapi.binance.com', 'dapi.binance.com'] as const;
export const SANDBOX_HOSTS = ['testnet.binance.vision'] as const;
