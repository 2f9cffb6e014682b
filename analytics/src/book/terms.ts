/** The terms of a book, and of every history of it. */
import type { CostMethod } from '../lots/method.ts';

/** The terms of a history, whatever entries it has. */
export interface HistoryTerms {
  /** `USDT`, `USD`, `EUR`, `BTC`, or any currency to which marks lead. */
  readonly reportingCurrency: string;
  /** Which lots a disposal uses first. FIFO when left out. */
  readonly method?: CostMethod;
  /**
   * Assets that no market prices any more, or never did. They are worth 0 where no mark is known (docs/metrics.md §1).
   */
  readonly delistedAssets?: readonly string[];
}

/** The same terms in the form that a fold needs. */
export interface FoldTerms {
  readonly reportingCurrency: string;
  readonly method: CostMethod;
  readonly delistedAssets: ReadonlySet<string>;
}

/** The terms with their defaults. */
export function toFoldTerms({
  reportingCurrency,
  method = 'fifo',
  delistedAssets = [],
}: HistoryTerms): FoldTerms {
  return { reportingCurrency, method, delistedAssets: new Set(delistedAssets) };
}
