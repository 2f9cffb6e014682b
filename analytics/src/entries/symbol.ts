/** What the unified symbol of a market names: `BTC/USDT` spot, `BTC/USDT:USDT` linear, `BTC/USD:BTC` inverse. */

export interface MarketSymbol {
  /** Null: the symbol does not name it. */
  readonly base: string | null;
  readonly quote: string | null;
  /** Currency of the profit. */
  readonly settle: string | null;
  readonly spot: boolean;
  readonly inverse: boolean;
}

/** Reads a symbol. A symbol without a slash is spot of unnamed currencies. Suffixes of dated contracts are ignored. */
export function parseSymbol(symbol: string): MarketSymbol {
  const [, base, quote, settle] = /^([^/:]+)\/([^/:]+)(?::([^-]+).*)?$/.exec(symbol) ?? [];
  if (base === undefined || quote === undefined) {
    return { base: null, quote: null, settle: null, spot: true, inverse: false };
  }
  return {
    base,
    quote,
    settle: settle ?? quote,
    spot: settle === undefined,
    inverse: settle !== undefined && settle === base,
  };
}

/** The role of `currency` in a market. Where the symbol names no currencies (`BTCUSDT`), its two ends decide. */
export function roleOf(currency: string, symbol: string): 'profit' | 'base' | 'other' {
  const { base, settle } = parseSymbol(symbol);
  if (settle === null) {
    if (symbol.endsWith(currency)) return 'profit';
    return symbol.startsWith(currency) ? 'base' : 'other';
  }
  if (currency === settle) return 'profit';
  return currency === base ? 'base' : 'other';
}
