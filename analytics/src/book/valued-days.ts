/**
 * Values at the bounds of days and at flows. Each is kept as long as its inputs do not change: the movements before it,
 * the holdings before the first entry, and the prices until then.
 */
import { type Amount, ZERO } from '../amount/decimal.ts';
import type { Holdings } from '../holdings/holdings.ts';
import type { HeldPrice, PriceBook } from '../prices/price-book.ts';
import { type Flow, type FlowPoint, toPoint } from '../valuation/flows.ts';
import { heldKey } from '../valuation/illiquid.ts';
import { type HeldAsset, type HeldValue, heldValue, NavSum, type Valuation } from '../valuation/nav.ts';
import type { MovedHoldings } from './moved.ts';

/** The inputs of a valuation. */
export interface Valued {
  readonly moved: MovedHoldings;
  readonly opening: Holdings;
  readonly prices: PriceBook;
}

/** An asset at a venue: the holding before the first entry, and the value at each bound. Null: nothing was held. */
interface Column extends HeldAsset {
  readonly opening: Amount;
  readonly values: (HeldValue | null)[];
}

/** A point, and the flows that it comes from. */
interface KnownPoint {
  readonly flows: readonly Flow[];
  readonly point: FlowPoint;
}

export class ValuedDays {
  readonly #delistedAssets: ReadonlySet<string>;
  readonly #columns = new Map<string, Column>();
  readonly #points = new Map<number, KnownPoint>();
  #bounds: readonly number[] = [];
  #valuations: Valuation[] = [];

  constructor(delistedAssets: ReadonlySet<string>) {
    this.#delistedAssets = delistedAssets;
  }

  /** Forgets what depends on anything at `time` or later. */
  forget(time: number): void {
    const kept = countBefore(this.#bounds, time);
    this.#valuations.length = Math.min(this.#valuations.length, kept);
    for (const { values } of this.#columns.values()) values.length = Math.min(values.length, kept);
    for (const instant of this.#points.keys()) if (instant >= time) this.#points.delete(instant);
  }

  /** Values at `bounds`, which are consecutive whole days. */
  at(valued: Valued, bounds: readonly number[]): readonly Valuation[] {
    if (bounds[0] !== this.#bounds[0]) this.forget(Number.NEGATIVE_INFINITY);
    if (bounds.length > this.#bounds.length || bounds[0] !== this.#bounds[0]) this.#bounds = bounds;
    if (this.#changeOpening(valued)) {
      this.#valuations.length = 0;
      this.#points.clear();
    }
    for (const column of this.#columns.values()) {
      while (column.values.length < bounds.length) {
        column.values.push(this.#valueOf(column, bounds[column.values.length]!, valued));
      }
    }
    while (this.#valuations.length < bounds.length) {
      const bound = this.#valuations.length;
      const sum = new NavSum();
      for (const column of this.#columns.values()) {
        const value = column.values[bound]!;
        if (value !== null) sum.add(column, value);
      }
      this.#valuations.push(sum.result(valued.moved.isKnownBefore(bounds[bound]!)));
    }
    return this.#valuations.slice(0, bounds.length);
  }

  /** Value of an asset at a bound that was valued. 0 where it is not held or has no price. */
  valueOf(key: string, bound: number): Amount {
    return this.#columns.get(key)?.values[bound]?.value ?? ZERO;
  }

  /** How the flows of one instant link returns. Call {@link ValuedDays.at} with the same values first. */
  pointOf(valued: Valued, flows: readonly Flow[]): FlowPoint {
    const { time } = flows[0]!;
    const known = this.#points.get(time);
    if (known?.flows.length === flows.length && known.flows.every((flow, i) => flow === flows[i])) {
      return known.point;
    }
    const point = toPoint(flows, valued.prices, this.#delistedAssets, () => this.#valueBefore(time, valued));
    this.#points.set(time, { flows, point });
    return point;
  }

  /** Value just before an instant, to the minute. Null where it is not known. */
  #valueBefore(time: number, valued: Valued): Amount | null {
    if (!valued.moved.isKnownBefore(time)) return null;
    const sum = new NavSum();
    for (const column of this.#columns.values()) {
      const value = this.#value(column, time, valued, (held) =>
        valued.prices.ofHeldAtMinute(column.asset, time, held),
      );
      if (value?.value === null) return null;
      if (value !== null) sum.add(column, value);
    }
    return sum.result(true).value;
  }

  #valueOf(column: Column, bound: number, valued: Valued): HeldValue | null {
    return this.#value(column, bound, valued, (held) => valued.prices.ofHeld(column.asset, bound, held));
  }

  #value(
    column: Column,
    time: number,
    { moved }: Valued,
    priceOf: (held: { readonly venue: string; readonly quantity: Amount }) => HeldPrice | null,
  ): HeldValue | null {
    const { venue, asset } = column;
    const quantity = column.opening.plus(moved.before(time, column));
    if (quantity.isZero()) return null;
    return heldValue(asset, quantity, priceOf({ venue, quantity }), this.#delistedAssets);
  }

  /** Makes columns for everything that was ever held. A column starts again when its opening has changed. */
  #changeOpening({ moved, opening }: Valued): boolean {
    const openings = new Map<string, HeldAsset & { readonly opening: Amount }>();
    for (const { venue, asset } of moved.assets()) {
      openings.set(heldKey({ venue, asset }), { venue, asset, opening: ZERO });
    }
    for (const [venue, sums] of opening.byVenue()) {
      for (const [asset, sum] of sums)
        openings.set(heldKey({ venue, asset }), { venue, asset, opening: sum });
    }
    let isChanged = false;
    for (const key of this.#columns.keys()) {
      if (openings.has(key)) continue;
      isChanged ||= !this.#columns.get(key)!.opening.isZero();
      this.#columns.delete(key);
    }
    for (const [key, held] of openings) {
      const known = this.#columns.get(key);
      if (known?.opening.eq(held.opening)) continue;
      isChanged ||= known !== undefined || !held.opening.isZero();
      this.#columns.set(key, { ...held, values: [] });
    }
    return isChanged;
  }
}

function countBefore(bounds: readonly number[], time: number): number {
  let count = bounds.length;
  while (count > 0 && bounds[count - 1]! >= time) count -= 1;
  return count;
}
