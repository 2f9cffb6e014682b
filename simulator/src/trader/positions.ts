/**
 * Positions of contracts as Binance keeps them: for each contract and position side a quantity and an average entry.
 * The entry of a linear position is the mean of its fills by quantity. That of an inverse one is the harmonic mean, so
 * that its cost in coins adds up. Closing realises against the average entry. Fees are beside.
 *
 * A position is kept as quantity and cost, whole units of 1e-8. A part of the cost is cut, never rounded up, so that
 * parts never come to more than the whole.
 */
import { parseAmount, smallest, UNIT } from '../market/amount.ts';
import type { Contract } from '../market/contracts.ts';
import type { ContractFill, PositionSide } from './wallet-event.ts';

/** An open position. */
export interface Position {
  readonly contract: string;
  readonly side: PositionSide;
  /** Signed: below zero is short. Units (1e-8) of base or of contracts. */
  readonly quantity: bigint;
  /** What the quantity cost in the margin asset, units, never below zero. */
  readonly cost: bigint;
}

/** The position after a fill, and what the fill realised, units of the margin asset. */
export interface Filled {
  readonly position: Position;
  readonly realized: bigint;
}

/** Value of a quantity (never below zero) at a fine price (1e-8), units of the margin asset; cut. */
export function valueAt(contract: Contract, quantity: bigint, price: bigint): bigint {
  return contract.wallet === 'usdm'
    ? (quantity * price) / UNIT
    : (quantity * BigInt(contract.contractSize) * UNIT) / price;
}

/**
 * A fill on a position. Beyond zero it opens the other side at its own price.
 * @throws RangeError when a hedge position would change its side
 */
export function fillPosition(contract: Contract, before: Position, signed: bigint, price: bigint): Filled {
  const opens = before.quantity === 0n || before.quantity > 0n === signed > 0n;
  if (opens) {
    assertSide(before.side, signed);
    const cost = before.cost + valueAt(contract, magnitude(signed), price);
    return { position: { ...before, quantity: before.quantity + signed, cost }, realized: 0n };
  }
  const held = magnitude(before.quantity);
  const closing = smallest(magnitude(signed), held);
  const share = closing === held ? before.cost : (before.cost * closing) / held;
  const realized = gain(contract, before.quantity > 0n, share, valueAt(contract, closing, price));
  const rest = signed > 0n ? signed - closing : signed + closing;
  const kept = { ...before, quantity: before.quantity + signed - rest, cost: before.cost - share };
  if (rest === 0n) return { position: kept, realized };
  assertSide(before.side, rest);
  return { position: { ...kept, quantity: rest, cost: valueAt(contract, magnitude(rest), price) }, realized };
}

/** What a position would realise at a fine price, units of the margin asset. */
export function unrealized(contract: Contract, { quantity, cost }: Position, price: bigint): bigint {
  if (quantity === 0n) return 0n;
  return gain(contract, quantity > 0n, cost, valueAt(contract, magnitude(quantity), price));
}

/** Average entry, fine (1e-8), cut; 0 when flat. */
export function entryPrice(contract: Contract, { quantity, cost }: Position): bigint {
  if (quantity === 0n || cost === 0n) return 0n;
  return contract.wallet === 'usdm'
    ? (cost * UNIT) / magnitude(quantity)
    : (magnitude(quantity) * BigInt(contract.contractSize) * UNIT) / cost;
}

/** Funding of a position at a mark, signed as the wallet moves: a long pays while the rate is positive. Cut. */
export function fundingOf(contract: Contract, { quantity }: Position, mark: bigint, rate: bigint): bigint {
  const paid = (valueAt(contract, magnitude(quantity), mark) * rate) / UNIT;
  return quantity > 0n ? -paid : paid;
}

/** The signed quantity of a fill, units. */
export function signedQuantity({ side, quantity }: Pick<ContractFill, 'side' | 'quantity'>): bigint {
  return side === 'buy' ? parseAmount(quantity) : -parseAmount(quantity);
}

/** A linear long gains what it is worth beyond its cost. An inverse long gains the coins that it costs less. */
function gain(contract: Contract, isLong: boolean, cost: bigint, value: bigint): bigint {
  return isLong === (contract.wallet === 'usdm') ? value - cost : cost - value;
}

function magnitude(value: bigint): bigint {
  return value < 0n ? -value : value;
}

function assertSide(side: PositionSide, signed: bigint): void {
  if ((side === 'LONG' && signed < 0n) || (side === 'SHORT' && signed > 0n)) {
    throw new RangeError(`a ${side} position cannot be ${signed > 0n ? 'long' : 'short'}`);
  }
}
