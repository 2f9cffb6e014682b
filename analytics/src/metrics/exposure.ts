/** The exposure of an account at an instant (docs/metrics.md §7). */
import { type Amount, type Decimal, formatMoney, toNumber, ZERO } from '../amount/decimal.ts';
import type { OpenPosition } from '../lots/open-position.ts';
import type { UndefinedReason } from '../outcome.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { isCash } from './cash.ts';
import { type Concentration, type ConcentrationField, concentration } from './concentration.ts';

/** What is held of one asset that is not cash, or of one contract of a venue. Accounts and wallets are summed. */
export interface ExposureRow {
  readonly asset: string;
  /** Null: spot, over all venues. */
  readonly venue: string | null;
  /** Signed, in the reporting currency. A long and a short position of two accounts offset each other here. */
  readonly notional: Decimal;
}

/** Fields that may be null. */
export type ExposureField =
  | 'grossExposure'
  | 'netExposure'
  | 'longExposure'
  | 'shortExposure'
  | ConcentrationField;

/**
 * Ratios to NAV. Null when NAV is not positive or not known, or when a position has no price. The four exposures take
 * each position by itself, so two accounts that are long and short of one contract are both in `grossExposure`.
 */
export interface Exposure extends Omit<Concentration, 'undefinedReasons'> {
  readonly undefinedReasons: Readonly<Partial<Record<ExposureField, UndefinedReason>>>;
  readonly grossExposure: number | null;
  readonly netExposure: number | null;
  readonly longExposure: number | null;
  readonly shortExposure: number | null;
  /** One for each asset, or contract of a venue. By size of the notional, largest first. */
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
  const positions = valued(open, prices, time);
  if (positions === null) return none('noData');
  const risky = positions.filter(isRisky);
  const sum = (of: (notional: Amount) => boolean) =>
    toNumber(risky.reduce((total, { notional }) => (of(notional) ? total.plus(notional) : total), ZERO)) /
    toNumber(nav);
  const [longExposure, short] = [sum((n) => n.isPositive()), sum((n) => n.isNegative())];
  const bySymbol = summed(positions);
  const weights = Object.fromEntries([...bySymbol].map(([key, { notional }]) => [key, toNumber(notional)]));
  const spot = positions.filter(({ contract }) => contract === null);
  const cash = spot.reduce((left, { notional }) => left.minus(notional), nav);
  const held = concentration({ ...weights, [reportingCurrency]: toNumber(cash) });
  return {
    grossExposure: longExposure - short,
    netExposure: longExposure + short,
    longExposure,
    shortExposure: short === 0 ? 0 : -short,
    positions: [...bySymbol.values()]
      .filter(isRisky)
      .sort((a, b) => compareSizes(b.notional, a.notional) || (a.asset < b.asset ? -1 : 1))
      .map(({ asset, venue, notional }) => ({ asset, venue, notional: formatMoney(notional) })),
    ...held,
  };
}

/** A position with its value. */
interface ValuedPosition extends OpenPosition {
  /** Signed, in the reporting currency. */
  readonly notional: Amount;
}

/** Null: a position has no price. */
function valued(
  open: readonly OpenPosition[],
  prices: PriceBook,
  time: number,
): readonly ValuedPosition[] | null {
  const positions: ValuedPosition[] = [];
  for (const position of open) {
    const price = prices.at(position.asset, time, position.venue ?? undefined)?.value;
    if (price === undefined) return null;
    const value = position.quantity.times(price);
    positions.push({ ...position, notional: position.contract?.inverse ? value.neg() : value });
  }
  return positions;
}

/** The sums over accounts and wallets, by venue and symbol. An asset has no venue. */
function summed(
  positions: readonly ValuedPosition[],
): ReadonlyMap<string, Pick<ValuedPosition, 'asset' | 'venue' | 'contract' | 'notional'>> {
  const sums = new Map<string, Pick<ValuedPosition, 'asset' | 'venue' | 'contract' | 'notional'>>();
  for (const { asset, venue, contract, notional } of positions) {
    const key = `${venue ?? ''} ${asset}`;
    const before = sums.get(key)?.notional ?? ZERO;
    sums.set(key, { asset, venue, contract, notional: before.plus(notional) });
  }
  return sums;
}

/** Whether a position is not cash. */
function isRisky({ asset, contract }: Pick<OpenPosition, 'asset' | 'contract'>): boolean {
  return contract !== null || !isCash(asset);
}

function compareSizes(a: Amount, b: Amount): number {
  const [left, right] = [a.abs(), b.abs()];
  return left.eq(right) ? 0 : left.gt(right) ? 1 : -1;
}
