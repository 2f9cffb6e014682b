/** Correlation of an account's assets (docs/metrics.md §8): daily returns of what was held in a period. */
import { toNumber } from '../amount/decimal.ts';
import { parseSymbol } from '../entries/symbol.ts';
import type { AccountHistory } from '../history/account-history.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import { correlationMatrix } from '../series/correlation.ts';
import type { AccountPeriod } from './period.ts';

/** The largest number of assets in a matrix. */
export const CORRELATED_ASSETS = 50;

/** The correlation of an account (docs/metrics.md §8). */
export interface AssetCorrelation {
  /** By code. For a contract, its underlying. The reporting currency itself does not vary and is left out. */
  readonly assets: readonly string[];
  /**
   * Pearson of daily returns in the reporting currency. Rows and columns are in the order of `assets`. Null under the
   * same rules.
   */
  readonly matrix: readonly (readonly (number | null)[])[];
  /** How many assets were held. Those of the largest mean value are in the matrix. */
  readonly assetCount: number;
}

/**
 * The matrix of the assets that were held at the start of the period or at the end of one of its days. A day has no
 * return when its price is stale or missing at either end. Not counted: what was bought and sold within a day.
 */
export function assetCorrelation(history: AccountHistory, { days }: AccountPeriod): AssetCorrelation {
  const open = days.from === days.to ? [] : history.exact.open.slice(days.from, days.to + 1);
  const sources = sourcesOf(open, history);
  const instants = instantsOf(history).slice(days.from, days.to + 1);
  const chosen = sources.size > CORRELATED_ASSETS ? heaviest(open, instants, sources, history) : [...sources];
  const { assets, correlation } = correlationMatrix(
    Object.fromEntries(chosen.map(([code, source]) => [code, returnsOf(history, source, instants)])),
  );
  return { assets, matrix: correlation, assetCount: sources.size };
}

/** 00:00 UTC of the first day, then the end of each. */
function instantsOf({ startTime, days }: AccountHistory): readonly number[] {
  return startTime === null ? [] : [startTime, ...days];
}

/** By code, the name that the price book knows: the asset, or a linear contract where its underlying has no price. */
function sourcesOf(open: readonly (readonly OpenPosition[])[], history: AccountHistory) {
  const { exact, reportingCurrency, asOf } = history;
  const sources = new Map<string, string>();
  for (const positions of open) {
    for (const { asset, contract } of positions) {
      const code = codeOf(asset, contract);
      if (code === reportingCurrency || sources.has(code)) continue;
      const isPriced = contract === null || contract.inverse || exact.prices.at(code, asOf) !== null;
      sources.set(code, isPriced ? code : asset);
    }
  }
  return sources;
}

function codeOf(asset: string, contract: OpenPosition['contract']): string {
  return contract === null ? asset : (parseSymbol(asset).base ?? asset);
}

/** The assets with the largest sums of values over the days. */
function heaviest(
  open: readonly (readonly OpenPosition[])[],
  instants: readonly number[],
  sources: ReadonlyMap<string, string>,
  { exact }: AccountHistory,
): readonly (readonly [string, string])[] {
  const weights = new Map<string, number>();
  open.forEach((positions, i) => {
    for (const { asset, venue, quantity, contract } of positions) {
      const price = exact.prices.at(asset, instants[i]!, venue ?? undefined);
      if (price === null) continue;
      const code = codeOf(asset, contract);
      const value = Math.abs(toNumber(quantity) * toNumber(price.value));
      weights.set(code, (weights.get(code) ?? 0) + value);
    }
  });
  const weightOf = (code: string) => weights.get(code) ?? 0;
  return [...sources]
    .sort(([a], [b]) => weightOf(b) - weightOf(a) || (a < b ? -1 : 1))
    .slice(0, CORRELATED_ASSETS);
}

function returnsOf({ exact }: AccountHistory, source: string, instants: readonly number[]): Float64Array {
  const prices = instants.map((time) => {
    const price = exact.prices.at(source, time);
    return price === null || price.stale ? Number.NaN : toNumber(price.value);
  });
  return Float64Array.from(prices.slice(1), (price, i) => {
    const value = price / prices[i]! - 1;
    return Number.isFinite(value) ? value : Number.NaN;
  });
}
