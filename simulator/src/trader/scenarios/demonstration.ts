/** The account of the demonstration: two years of spot, and in the last days the other wallets beside it. */
import { generateAccount } from '../account.ts';
import type { TraderAccount } from '../event.ts';
import { conversionActivity, savingsActivity } from './coin-holder.ts';
import { coinmActivity, usdmActivity } from './contract-traders.ts';
import type { EverythingOptions } from './everything.ts';
import { marginActivity } from './margin-trader.ts';
import { Plan } from './plan.ts';

/** Days with all wallets. They lie within the three months for which the venue shows income. */
const DAYS = 80;
/** The other wallets are paid out of money of their own, so that the history beside them stays what it is. */
const CAPITAL = '96000';

/**
 * The account of `generateAccount`, event for event, and in its last days (80, or all but one of a shorter history, at
 * least 29) futures in dollars and in coins, margin of both kinds, conversions and savings. Everything in it has a price
 * and a list that shows it, so that a report of it is complete. Needs a market with synthetic coins.
 * @throws RangeError when it does not have them
 */
export function demonstration({ historyDays, ...options }: EverythingOptions): TraderAccount {
  const { seed, market, lastDay } = options;
  const days = historyDays === undefined ? {} : { days: historyDays };
  const over = generateAccount({ seed, market, lastDay, ...days });
  const plan = new Plan(options, Math.min(DAYS, (historyDays ?? DAYS + 1) - 1), over);
  plan.on(0, 0.2, ({ time, spot }) => {
    spot.deposit(time, 'USDT', CAPITAL);
    for (const [coin, worth] of [
      ['BTC', '36000'],
      ['ETH', '9000'],
      ['BNB', '3000'],
    ] as const)
      spot.fillFor(time + 1_000, `${coin}/USDT`, 'buy', worth);
  });
  plan.on(0, 0.5, ({ time, spot }) => {
    // Cross markets: what is bought is paid in bitcoin.
    spot.fillFor(time, 'ETH/BTC', 'buy', '0.09');
    spot.fillFor(time + 60_000, 'ETH/BTC', 'sell', '0.004');
  });
  usdmActivity(plan, '12000');
  coinmActivity(plan, '0.2');
  marginActivity(plan, '6000');
  conversionActivity(plan, { isUnlistedGiven: false });
  savingsActivity(plan);
  return plan.account();
}
