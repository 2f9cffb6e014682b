/**
 * Coins that the venue exchanged for others. No feed shows it, so it is recognised by what it did: all of the old coin
 * is gone, and the new one is there in the ratio of the venue's table.
 */
import { parseDecimal } from '@perf-aggregator/analytics/amount/decimal';
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import type { Rename } from '../table.ts';
import type { Difference } from './moves.ts';
import type { PullRun } from './run.ts';

/** Venues round what a holder gets to eight decimals. */
const ROUNDING = parseDecimal('0.00000001', 'a rounding');

/** Books the exchanges that explain differences. True when there was one. */
export function bookRenames(run: PullRun, differences: readonly Difference[]): boolean {
  let found = false;
  for (const rename of run.table.renames) {
    for (const old of differences) {
      if (old.asset !== rename.from || !old.amount.isNegative() || rename.at > run.now()) continue;
      const gave = old.amount.neg();
      const expected = gave.times(parseDecimal(rename.ratio, 'a ratio'));
      const got = differences.find(
        ({ wallet, asset }) => wallet === old.wallet && asset === rename.to,
      )?.amount;
      if (got === undefined || got.minus(expected).abs().gt(ROUNDING)) continue;
      const amounts = { gave: gave.toString(), got: got.toString() };
      // A wallet is exchanged once. What looks like a second exchange moves nothing.
      found = run.emit(exchangeOf(run, rename, old.wallet, amounts)) || found;
    }
  }
  return found;
}

/** A sale of the old coin for the new one. What rounding took is its fee. */
function exchangeOf(
  run: PullRun,
  { from, to, ratio, at }: Rename,
  wallet: string,
  { gave, got }: { readonly gave: string; readonly got: string },
): FillEntry {
  const { venue } = run.table;
  const lost = parseDecimal(gave, 'an amount')
    .times(parseDecimal(ratio, 'a ratio'))
    .minus(parseDecimal(got, 'an amount'));
  return {
    ...{ kind: 'fill', venue, account: run.account.account, wallet, market: 'spot' },
    ...{ id: `rename:${from}:${to}`, time: at, symbol: `${from}/${to}`, base: from, quote: to, side: 'sell' },
    ...{ quantity: gave, price: ratio, orderId: null },
    fee: lost.isZero() ? null : { amount: lost.toString(), currency: to },
  };
}
