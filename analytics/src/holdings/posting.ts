/**
 * Holdings from entries: what each entry moves.
 *
 * A contract is held under its symbol, in units of its underlying (linear) or of its quote (inverse). The cost of its
 * fills is owed or owned in its settlement currency. So units at mark and cash together are the wallet balance and the
 * unrealised P&L (docs/metrics.md §1), independent of lots. A linear long of one BTC bought at 50,000 is `+1` of
 * `BTC/USDT:USDT` and `−50,000 USDT`. An inverse long of 100 USD bought at 50,000 is `+100` of `BTC/USD:BTC`, which is
 * worth −100/mark BTC, and `+0.002 BTC`. What margin borrows is a negative holding.
 */
import type { ParsedEntry, ParsedFill, ParsedMoney } from '../entries/parse.ts';
import type { InternalTransfers } from '../matching/transfers.ts';
import { type AssetSums, addAsset, type Holdings } from './holdings.ts';

/** Adds what `entry` moves on its own account: + received, − paid. Fees are debited in addition. */
export function postEntry(entry: ParsedEntry, sums: AssetSums): void {
  if (entry.kind === 'fill') {
    postFill(entry, sums);
    for (const fee of entry.fees) postFee(fee, sums);
  } else if (entry.kind === 'transfer') {
    addAsset(sums, entry.asset, entry.direction === 'deposit' ? entry.amount : entry.amount.neg());
    postFee(entry.fee, sums);
  } else {
    addAsset(sums, entry.asset, entry.amount);
  }
}

/**
 * Adds what `entry` moves on all own accounts together. A matched internal transfer leaves one account and reaches the
 * other later. While in transit it stays a holding (docs/metrics.md §1), at the venue that it left. So only the loss on
 * the way and the fees move anything.
 */
export function postOwnEntry(entry: ParsedEntry, internal: InternalTransfers, holdings: Holdings): void {
  const sums = holdings.at(entry.venue);
  if (entry.kind !== 'transfer' || !internal.has(entry)) {
    postEntry(entry, sums);
    return;
  }
  if (entry.direction === 'withdrawal') {
    addAsset(sums, entry.asset, internal.shortfall(entry).neg());
  } else {
    addAsset(holdings.at(internal.counterpart(entry)!.venue), entry.asset, entry.amount.neg());
    addAsset(sums, entry.asset, entry.amount);
  }
  postFee(entry.fee, sums);
}

function postFill(
  { side, base, quote, symbol, quantity, cost, contract }: ParsedFill,
  sums: AssetSums,
): void {
  const buys = side === 'buy';
  if (contract === null) {
    addAsset(sums, base, buys ? quantity : quantity.neg());
    addAsset(sums, quote, buys ? cost.neg() : cost);
    return;
  }
  const units = quantity.times(contract.size);
  addAsset(sums, symbol, buys ? units : units.neg());
  addAsset(sums, contract.settle, buys === contract.inverse ? cost : cost.neg());
}

function postFee(fee: ParsedMoney | null, sums: AssetSums): void {
  if (fee !== null) addAsset(sums, fee.currency, fee.amount.neg());
}
