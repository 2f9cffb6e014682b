/** Reads a query's parameters, with Binance's own refusals. */
import { refusals } from './refusal.ts';

/** The parameters of one request. */
export class Parameters {
  readonly #query: URLSearchParams;

  constructor(query: URLSearchParams) {
    this.#query = query;
  }

  /** @throws BinanceRefusal −1102 */
  required(name: string): string {
    const value = this.#query.get(name);
    if (value === null || value === '') throw refusals.missing(name);
    return value;
  }

  optional(name: string): string | undefined {
    return this.#query.get(name) ?? undefined;
  }

  /** A natural number, or undefined when not sent. @throws BinanceRefusal −1100 */
  integer(name: string): number | undefined {
    const value = this.#query.get(name);
    if (value === null) return undefined;
    if (!/^\d{1,16}$/.test(value)) throw refusals.illegal(name);
    return Number(value);
  }

  /** The page size. @throws BinanceRefusal −1100, −1130 beyond `max` */
  limit(fallback: number, max: number): number {
    return this.size('limit', fallback, max);
  }

  /** Like {@link limit}, under another name. @throws BinanceRefusal −1100, −1130 beyond `max` */
  size(name: string, fallback: number, max: number): number {
    const value = this.integer(name) ?? fallback;
    if (value < 1 || value > max) throw refusals.invalid(name);
    return value;
  }

  /** One of `choices`. @throws BinanceRefusal −1102, −1130 */
  choice<T extends string>(name: string, choices: readonly T[]): T {
    const value = this.required(name);
    const chosen = choices.find((one) => one === value);
    if (chosen === undefined) throw refusals.invalid(name);
    return chosen;
  }
}
