/** Correlation matrix of assets (docs/metrics.md §8). */
import { InputError } from '../errors.ts';
import { comoments } from './paired.ts';
import { toReturns } from './return-series.ts';

/** Symmetric; rows and columns in the order of `assets`. */
export interface CorrelationMatrix {
  readonly assets: string[];
  /** Pearson. Null: there are fewer than three common returns, or one of the two does not vary. */
  readonly correlation: (number | null)[][];
}

/** A correlation of fewer common returns means nothing. */
const LEAST_PAIRS = 3;

/**
 * Pearson correlations of simple returns on one grid, pairwise complete (pandas `DataFrame.corr`); the diagonal is 1,
 * or null by the same rule.
 * @param returns - by asset code, of one length; null, NaN: none
 * @param order - `sorted`: by code (UTF-16); `given`: as the keys of `returns` come
 * @throws InputError `analytics_parameter_invalid` for unequal lengths and for a value that is not a number
 */
export function correlationMatrix(
  returns: Readonly<Record<string, ArrayLike<number | null>>>,
  order: 'sorted' | 'given' = 'sorted',
): CorrelationMatrix {
  const assets = Object.keys(returns);
  if (order === 'sorted') assets.sort();
  const columns = assets.map((asset) => toReturns(returns[asset]!));
  if (columns.some(({ length }) => length !== columns[0]!.length)) {
    throw new InputError('analytics_parameter_invalid', 'the series of a matrix are not of one length');
  }
  const correlation = columns.map((): (number | null)[] => columns.map(() => null));
  for (let i = 0; i < columns.length; i++) {
    for (let j = 0; j <= i; j++) {
      const value = correlate(columns[i]!, columns[j]!);
      correlation[i]![j] = correlation[j]![i] = value !== null && i === j ? 1 : value;
    }
  }
  return { assets, correlation };
}

function correlate(x: Float64Array, y: Float64Array): number | null {
  const [a, b] = completePairs(x, y);
  if (a.length < LEAST_PAIRS) return null;
  const { correlation } = comoments(a, b);
  return Number.isNaN(correlation) ? null : correlation;
}

function completePairs(x: Float64Array, y: Float64Array): readonly [Float64Array, Float64Array] {
  const [a, b] = [new Float64Array(x.length), new Float64Array(x.length)];
  let count = 0;
  for (let i = 0; i < x.length; i++) {
    if (Number.isNaN(x[i]!) || Number.isNaN(y[i]!)) continue;
    a[count] = x[i]!;
    b[count] = y[i]!;
    count += 1;
  }
  return [a.subarray(0, count), b.subarray(0, count)];
}
