/** Lots of contracts (docs/metrics.md §6): one position for each venue and symbol, in its settlement currency. */
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
  /** The account of the latest fill. It counts as the holder of the open position. */
  account: string;
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
    book.account = fill.account;
    const { side, quantity, price, time } = fill;
    return book.position.trade({ side, quantity, price, fee, time }, visit);
  }

  /** Open positions, by venue and symbol. */
  open(): readonly OpenPosition[] {
    return [...this.#books.values()]
      .filter(({ position }) => !position.quantity.isZero())
      .sort((a, b) => (`${a.venue}\n${a.symbol}` < `${b.venue}\n${b.symbol}` ? -1 : 1))
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

  #book({ venue, account, symbol }: ParsedFill, contract: ParsedContract): ContractBook {
    const key = `${venue}\n${symbol}`;
    const known = this.#books.get(key);
    if (known !== undefined) return known;
    const { size, inverse } = contract;
    const position = new Position({ method: this.#method, spot: false, contractSize: size, inverse });
    const book = { venue, account, symbol, contract, position };
    this.#books.set(key, book);
    return book;
  }
}
