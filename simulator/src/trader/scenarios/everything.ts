/** One account with everything that the simulated venue knows. */
import { generateAccount } from '../account.ts';
import type { TraderAccount } from '../event.ts';
import { coinActivity, conversionActivity, outsideActivity, savingsActivity } from './coin-holder.ts';
import { coinmActivity, usdmActivity } from './contract-traders.ts';
import { marginActivity } from './margin-trader.ts';
import { Plan, type ScenarioOptions } from './plan.ts';

/** How the history beside it differs. */
export interface EverythingOptions extends ScenarioOptions {
  /** Length of the whole history of spot, days. Default: two years. */
  readonly historyDays?: number;
}

/** Days with all wallets. They lie within the three months for which the venue shows income. */
const DAYS = 80;
/** Everything is paid out of money of its own, so that the history beside it stays what it is. */
const CAPITAL = '90000';

/**
 * The account of `generateAccount`, event for event, and in its last days (80, or all but one of a shorter history, at
 * least 29) every wallet: contracts of both kinds, margin of both kinds, savings, dust, conversions, airdrops, coins
 * that change and disappear, cross markets, and money from everywhere. Needs a market with synthetic coins.
 * @throws RangeError when it does not have them
 */
export function everything({ historyDays, ...options }: EverythingOptions): TraderAccount {
  const { seed, market, lastDay } = options;
  const over = generateAccount({
    seed,
    market,
    lastDay,
    ...(historyDays === undefined ? {} : { days: historyDays }),
  });
  const plan = new Plan(options, Math.min(DAYS, (historyDays ?? DAYS + 1) - 1), over);
  plan.on(0, 0.2, ({ time, spot }) => {
    spot.deposit(time, 'USDT', CAPITAL);
    spot.fillFor(time + 1_000, 'BTC/USDT', 'buy', '25000');
  });
  plan.on(0, 0.5, ({ time, spot }) => {
    // Cross markets: what is bought is paid in bitcoin.
    spot.fillFor(time, 'ETH/BTC', 'buy', '0.09');
    spot.fillFor(time + 1_000, 'BNB/BTC', 'buy', '0.01');
    spot.fillFor(time + 60_000, 'ETH/BTC', 'sell', '0.004');
  });
  usdmActivity(plan, '12000');
  coinmActivity(plan, '0.15');
  marginActivity(plan, '6000');
  conversionActivity(plan);
  coinActivity(plan);
  savingsActivity(plan);
  outsideActivity(plan);
  return plan.account();
}
