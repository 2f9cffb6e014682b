/** What a book, and every history of it, is in. */
import type { CostMethod } from '../lots/method.ts';

/** What a history is in, whatever is in it. */
export interface HistoryTerms {
  /** `USDT`, `USD`, `EUR`, `BTC`, or any currency to which marks lead. */
  readonly reportingCurrency: string;
  /** Which lots a disposal takes first; FIFO when left out. */
  readonly method?: CostMethod;
  /** Assets that no market prices any more, or ever did: worth 0 where no mark is known (docs/metrics.md §1). */
  readonly delistedAssets?: readonly string[];
}

/** The same as folding needs it. */
export interface FoldTerms {
  readonly reportingCurrency: string;
  readonly method: CostMethod;
  readonly delistedAssets: ReadonlySet<string>;
}

/** The terms with what was left out. */
export function toFoldTerms({
  reportingCurrency,
  method = 'fifo',
  delistedAssets = [],
}: HistoryTerms): FoldTerms {
  return { reportingCurrency, method, delistedAssets: new Set(delistedAssets) };
}
