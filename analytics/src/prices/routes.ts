/**
 * Routes from an asset to the reporting currency, over the pairs that have marks. In this order:
 *
 * 1. the pair itself (BTC/EUR);
 * 2. its inverse (EUR from BTC/EUR, in BTC);
 * 3. over one currency between, each leg forward or inverse: USDT, USDC, USD, BTC, ETH, EUR, then by name.
 *
 * A contract uses its mark, and then the routes of its settlement currency. No two currencies ever count as equal: USDT
 * is USD only by a mark of that pair.
 */
import { parseSymbol } from '../entries/symbol.ts';
import type { Pair } from './pairs.ts';

/** One step: the price of the pair, or one over that price. */
export interface Leg {
  readonly pair: Pair;
  readonly inverse: boolean;
}

export interface Route {
  /** Empty: the reporting currency itself. */
  readonly legs: readonly Leg[];
  /** Whether the first leg is the mark of an inverse contract, whose unit is worth −1/mark. */
  readonly inverseContract: boolean;
}

const BETWEEN = ['USDT', 'USDC', 'USD', 'BTC', 'ETH', 'EUR'];

/** Finds routes once for each asset. */
export class Routes {
  readonly #reportingCurrency: string;
  /** Pairs from one currency to another, forward before inverse. */
  readonly #legs = new Map<string, Map<string, Leg[]>>();
  readonly #known = new Map<string, readonly Route[]>();

  constructor(pairs: readonly Pair[], reportingCurrency: string) {
    this.#reportingCurrency = reportingCurrency;
    for (const pair of pairs) this.#add(pair.asset, pair.quote, { pair, inverse: false });
    for (const pair of pairs) this.#add(pair.quote, pair.asset, { pair, inverse: true });
  }

  /** All routes of an asset or a contract, the best first. Empty: there is none. */
  of(asset: string): readonly Route[] {
    const known = this.#known.get(asset);
    if (known !== undefined) return known;
    const { spot, quote, settle, inverse } = parseSymbol(asset);
    const routes =
      spot || quote === null || settle === null
        ? this.#ofCurrency(asset)
        : this.#ofContract(asset, quote, settle, inverse);
    this.#known.set(asset, routes);
    return routes;
  }

  /**
   * Whether the marks of an asset connect it, in either direction, to one currency only. Such an asset connects no two
   * others.
   */
  isLeaf(asset: string): boolean {
    return asset !== this.#reportingCurrency && this.#legs.get(asset)?.size === 1;
  }

  /** The pair of an asset in a quote, or of a contract. Null: it has no marks. */
  pair(asset: string, quote: string): Pair | null {
    return this.#between(asset, quote).find(({ inverse }) => !inverse)?.pair ?? null;
  }

  #ofContract(symbol: string, quote: string, settle: string, inverse: boolean): readonly Route[] {
    const pair = this.pair(symbol, quote);
    if (pair === null) return [];
    return this.of(settle).map(({ legs }) => ({
      legs: [{ pair, inverse }, ...legs],
      inverseContract: inverse,
    }));
  }

  #ofCurrency(asset: string): readonly Route[] {
    const to = this.#reportingCurrency;
    if (asset === to) return [{ legs: [], inverseContract: false }];
    const direct = this.#between(asset, to).map((leg) => [leg]);
    const indirect = [...(this.#legs.get(asset)?.keys() ?? [])]
      .filter((between) => between !== to)
      .sort(compareBetween)
      .flatMap((between) =>
        this.#between(asset, between).flatMap((first) =>
          this.#between(between, to).map((second) => [first, second]),
        ),
      );
    return [...direct, ...indirect].map((legs) => ({ legs, inverseContract: false }));
  }

  #between(from: string, to: string): readonly Leg[] {
    return this.#legs.get(from)?.get(to) ?? [];
  }

  #add(from: string, to: string, leg: Leg): void {
    const targets = this.#legs.get(from) ?? new Map<string, Leg[]>();
    targets.set(to, [...(targets.get(to) ?? []), leg]);
    this.#legs.set(from, targets);
  }
}

function compareBetween(a: string, b: string): number {
  const rank = (currency: string) => (BETWEEN.indexOf(currency) + BETWEEN.length + 1) % (BETWEEN.length + 1);
  return rank(a) - rank(b) || (a < b ? -1 : 1);
}
