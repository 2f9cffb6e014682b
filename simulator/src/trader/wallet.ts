/** Balances of a simulated account, in units of 1e-8, and how each event changes them. */
import { parseAmount, parsePrice, quoteOf } from '../market/amount.ts';
import type { TraderEvent } from './event.ts';

/** An event would leave a balance below zero. */
export class NegativeBalanceError extends Error {}

/** Balances by asset, in units. */
export class Wallet {
  readonly #balances = new Map<string, bigint>();

  /** Balance of an asset, units. */
  get(asset: string): bigint {
    return this.#balances.get(asset) ?? 0n;
  }

  /** Every asset ever held, with its balance; sorted by asset. */
  entries(): readonly (readonly [string, bigint])[] {
    return [...this.#balances].sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** Applies an event. @throws NegativeBalanceError */
  apply(event: TraderEvent): void {
    const changes = changesOf(event);
    for (const [asset, change] of changes) this.#balances.set(asset, this.get(asset) + change);
    for (const [asset] of changes) {
      if (this.get(asset) < 0n) throw new NegativeBalanceError(`${asset} below zero after ${event.id}`);
    }
  }
}

/** Signed changes of balances by an event, units. */
function changesOf(event: TraderEvent): readonly (readonly [string, bigint])[] {
  switch (event.kind) {
    case 'deposit':
      return [[event.asset, parseAmount(event.amount)]];
    case 'withdrawal':
      return [[event.asset, -parseAmount(event.amount) - parseAmount(event.fee)]];
    case 'fill': {
      const [base = '', quote = ''] = event.symbol.split('/');
      const quantity = parseAmount(event.quantity);
      const cost = quoteOf(quantity, parsePrice(event.price));
      const sign = event.side === 'buy' ? 1n : -1n;
      return [
        [base, sign * quantity],
        [quote, -sign * cost],
        [event.fee.asset, -parseAmount(event.fee.amount)],
      ];
    }
  }
}
