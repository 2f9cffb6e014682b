/** The exposure of an account at an instant (docs/metrics.md §7). */
import { type Amount, type Decimal, formatMoney, toNumber, ZERO } from '../amount/decimal.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { UndefinedReason } from '../outcome.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { isCash } from './cash.ts';
import { type Concentration, type ConcentrationField, concentration } from './concentration.ts';

/** One position that is not cash. */
export interface ExposureRow {
  readonly asset: string;
  /** Null: spot, over all venues. */
  readonly venue: string | null;
  /** Signed, in the reporting currency. */
  readonly notional: Decimal;
}

/** Fields that may be null. */
export type ExposureField =
  | 'grossExposure'
  | 'netExposure'
  | 'longExposure'
  | 'shortExposure'
  | ConcentrationField;

/** Ratios to NAV. Null when NAV is not positive or not known, or when a position has no price. */
export interface Exposure extends Omit<Concentration, 'undefinedReasons'> {
  readonly undefinedReasons: Readonly<Partial<Record<ExposureField, UndefinedReason>>>;
  readonly grossExposure: number | null;
  readonly netExposure: number | null;
  readonly longExposure: number | null;
  readonly shortExposure: number | null;
  /** By size of the notional, largest first. */
  readonly positions: readonly ExposureRow[];
}

function none(reason: UndefinedReason): Exposure {
  return {
    grossExposure: null,
    netExposure: null,
    longExposure: null,
    shortExposure: null,
    positions: [],
    hhi: null,
    effectivePositions: null,
    topNWeights: null,
    undefinedReasons: {
      ...{ grossExposure: reason, netExposure: reason, longExposure: reason, shortExposure: reason },
      ...{ hhi: reason, effectivePositions: reason, topNWeights: reason },
    },
  };
}

/**
 * Exposure of the open positions at `time`. The reporting currency itself has no lots: the part of NAV outside all
 * positions is cash. Not listed: assets that were held before the first entry.
 */
export function exposure(
  open: readonly OpenPosition[],
  prices: PriceBook,
  time: number,
  nav: Amount | null,
  reportingCurrency: string,
): Exposure {
  if (nav === null) return none('noData');
  if (!nav.isPositive()) return none('nonPositiveNav');
  const positions: (OpenPosition & { readonly notional: Amount })[] = [];
  for (const position of open) {
    const price = prices.at(position.asset, time, position.venue ?? undefined)?.value;
    if (price === undefined) return none('noData');
    const value = position.quantity.times(price);
    positions.push({ ...position, notional: position.contract?.inverse ? value.neg() : value });
  }
  const risky = positions.filter(({ asset, contract }) => contract !== null || !isCash(asset));
  const sum = (of: (notional: Amount) => boolean) =>
    toNumber(risky.reduce((total, { notional }) => (of(notional) ? total.plus(notional) : total), ZERO)) /
    toNumber(nav);
  const [longExposure, short] = [sum((n) => n.isPositive()), sum((n) => n.isNegative())];
  const weights = Object.fromEntries(
    positions.map((p) => [`${p.venue ?? ''} ${p.asset}`, toNumber(p.notional)]),
  );
  const spot = positions.filter(({ contract }) => contract === null);
  const cash = spot.reduce((left, { notional }) => left.minus(notional), nav);
  const held = concentration({ ...weights, [reportingCurrency]: toNumber(cash) });
  return {
    grossExposure: longExposure - short,
    netExposure: longExposure + short,
    longExposure,
    shortExposure: short === 0 ? 0 : -short,
    positions: risky
      .sort((a, b) => compareSizes(b.notional, a.notional) || (a.asset < b.asset ? -1 : 1))
      .map(({ asset, venue, notional }) => ({ asset, venue, notional: formatMoney(notional) })),
    ...held,
  };
}

function compareSizes(a: Amount, b: Amount): number {
  const [left, right] = [a.abs(), b.abs()];
  return left.eq(right) ? 0 : left.gt(right) ? 1 : -1;
}
