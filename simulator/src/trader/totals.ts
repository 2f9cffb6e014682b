/** Sums over all events of a simulated account, in USDT. Each is valued at the minute of its event. */
import { formatAmount, formatScaled, parseAmount } from '../market/amount.ts';
import type { Contracts } from '../market/contracts.ts';
import { Books } from './books.ts';
import { costOf, type Reason } from './moves.ts';
import { valueAt } from './positions.ts';
import type { AnyEvent } from './timeline.ts';
import { VALUE_DIGITS, type Valuation } from './valuation.ts';

/** The sums. Money in USDT, exact. */
export interface Totals {
  /** Fills of spot, margin and contracts, liquidations included. Settlements, dust and conversions are none. */
  readonly fillCount: number;
  readonly tradingVolume: string;
  /** Trading fees. A fee in the base asset of a spot fill counts at the price of the fill. */
  readonly fees: string;
  /** Fees of withdrawals. */
  readonly transferFees: string;
  /** Received less paid. */
  readonly funding: string;
  /** What the insurance fund took from liquidations. */
  readonly insurance: string;
  /** Interest of loans, when it became due. */
  readonly interest: string;
  /** Dividends and rewards. */
  readonly income: string;
  /** By contract, in its margin asset, against the average entry, before fees. */
  readonly contractPnl: Readonly<Record<string, string>>;
}

/** The sums over `events`, which are in order of time. */
export function totalsOf(events: readonly AnyEvent[], contracts: Contracts, valuation: Valuation): Totals {
  const books = new Books(contracts);
  const byReason = new Map<Reason, bigint>();
  const contractPnl = new Map<string, bigint>();
  let [fillCount, volume, baseFees, interest] = [0, 0n, 0n, 0n];
  for (const event of events) {
    const { moves, fills } = books.apply(event);
    for (const { asset, change, reason } of moves) {
      const worth = valuation.worth(asset, change, event.time);
      byReason.set(reason, (byReason.get(reason) ?? 0n) + worth);
    }
    if (event.kind === 'fill' || event.kind === 'marginFill' || event.kind === 'contractFill') fillCount++;
    volume += volumeOf(event, contracts, valuation);
    baseFees += baseFeeCorrection(event, valuation);
    if (event.kind === 'interest') {
      interest += valuation.worth(event.asset, parseAmount(event.amount), event.time);
    }
    if (event.kind === 'contractFill' || event.kind === 'settlement') {
      const sum = fills.reduce(
        (total, { realized }) => total + realized,
        contractPnl.get(event.contract) ?? 0n,
      );
      contractPnl.set(event.contract, sum);
    }
  }
  const of = (reason: Reason): bigint => byReason.get(reason) ?? 0n;
  return {
    fillCount,
    tradingVolume: money(volume),
    fees: money(baseFees - of('commission')),
    transferFees: money(-of('charge')),
    funding: money(of('funding')),
    insurance: money(-of('insurance')),
    interest: money(interest),
    income: money(of('income')),
    contractPnl: Object.fromEntries(
      [...contractPnl].sort(([a], [b]) => (a < b ? -1 : 1)).map(([id, sum]) => [id, formatAmount(sum)]),
    ),
  };
}

function volumeOf(event: AnyEvent, contracts: Contracts, valuation: Valuation): bigint {
  if (event.kind === 'fill' || event.kind === 'marginFill') {
    const [, quote = ''] = event.symbol.split('/');
    if (quote === 'USDT') return parseAmount(event.quantity) * parseAmount(event.price);
    return valuation.worth(quote, costOf(event), event.time);
  }
  if (event.kind !== 'contractFill') return 0n;
  const contract = contracts.byId(event.contract);
  const value = valueAt(contract, parseAmount(event.quantity), parseAmount(event.price));
  return valuation.worth(contract.marginAsset, value, event.time);
}

/** A fee in base counts at the price of the fill (docs/metrics.md §6), and not at that of its minute. */
function baseFeeCorrection(event: AnyEvent, valuation: Valuation): bigint {
  if (event.kind !== 'fill' && event.kind !== 'marginFill') return 0n;
  const [base = '', quote = ''] = event.symbol.split('/');
  if (event.fee.asset !== base) return 0n;
  const fee = parseAmount(event.fee.amount);
  const price = (parseAmount(event.price) * valuation.price(quote, event.time)) / parseAmount('1');
  return fee * price - valuation.worth(base, fee, event.time);
}

function money(value: bigint): string {
  return formatScaled(value, VALUE_DIGITS);
}
