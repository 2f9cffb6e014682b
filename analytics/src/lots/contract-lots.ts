/**
 * Lots of contracts (docs/metrics.md §6): one position for each wallet and symbol, in its settlement currency.
 * Contracts cannot be transferred, so two wallets, and two accounts of one venue, have two positions.
 */
import type { Amount } from '../amount/decimal.ts';
import type { ParsedContract, ParsedFill } from '../entries/parse.ts';
import type { Closing } from './closing.ts';
import type { CostMethod } from './method.ts';
import type { OpenPosition } from './open-position.ts';
import { type ClosedPart, Position } from './position.ts';

interface ContractBook {
  readonly venue: string;
  readonly symbol: string;
  readonly contract: ParsedContract;
  readonly account: string;
  readonly wallet: string;
  readonly position: Position;
}

export class ContractLots {
  readonly #method: CostMethod;
  readonly #books = new Map<string, ContractBook>();

  constructor(method: CostMethod) {
    this.#method = method;
  }

  /** A copy with the same lots. Neither copy changes the other. */
  clone(): ContractLots {
    const copy = new ContractLots(this.#method);
    for (const [key, book] of this.#books) {
      copy.#books.set(key, { ...book, position: book.position.clone() });
    }
    return copy;
  }

  /** Applies a fill of a contract, with `fee` in its settlement currency. Null: the fill only opened lots. */
  trade(
    fill: ParsedFill,
    contract: ParsedContract,
    fee: Amount,
    visit: (part: ClosedPart) => void,
  ): Closing | null {
    const book = this.#book(fill, contract);
    const { side, quantity, price, time } = fill;
    return book.position.trade({ side, quantity, price, fee, time }, visit);
  }

  /** Open positions, by venue, symbol, account and wallet. */
  open(): readonly OpenPosition[] {
    return [...this.#books.values()]
      .filter(({ position }) => !position.quantity.isZero())
      .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
      .map(({ venue, account, symbol, contract, position }) => {
        const quantity = position.quantity.times(contract.size);
        return {
          asset: symbol,
          venue,
          quantity,
          knownQuantity: quantity,
          cost: position.cost,
          contract: { settle: contract.settle, inverse: contract.inverse },
          shares: [{ venue, account, quantity }],
        };
      });
  }

  #book(fill: ParsedFill, contract: ParsedContract): ContractBook {
    const { venue, account, wallet, symbol } = fill;
    const key = orderOf(fill);
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const { size, inverse } = contract;
    const position = new Position({ method: this.#method, spot: false, contractSize: size, inverse });
    const book = { venue, account, wallet, symbol, contract, position };
    this.#books.set(key, book);
    return book;
  }
}

function orderOf({ venue, symbol, account, wallet }: Omit<ContractBook, 'contract' | 'position'>): string {
  return `${venue}\n${symbol}\n${account}\n${wallet}`;
}
