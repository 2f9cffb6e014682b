/** A trader who borrows. */
import type { TraderAccount } from '../event.ts';
import { Plan, type ScenarioOptions } from './plan.ts';

/**
 * Cross margin: borrowed USDT buys ether, borrowed bitcoin is sold and bought back. Isolated margin of one pair: borrowed
 * USDT, a position that the venue closes, the loan paid back. Interest of every hour. Default: 60 days.
 */
export function marginTrader(options: ScenarioOptions): TraderAccount {
  const plan = new Plan(options, 60);
  plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '30000'));
  marginActivity(plan, '6000');
  return plan.account();
}

/** The activity of {@link marginTrader}, paid out of spot, which must hold twice the capital. */
export function marginActivity(plan: Plan, capital: string): void {
  const day = (part: number): number => Math.floor(plan.days * part);
  plan.on(day(0.05), 4, ({ time, spot }) => {
    spot.transfer(time, 'spot', 'cross', 'USDT', capital);
    spot.transfer(time, 'spot', 'isolated:SOLUSDT', 'USDT', '2500');
  });
  plan.on(day(0.1), 5, ({ time, margin }) => {
    margin.borrow(time, 'cross', 'USDT', '4000');
    margin.fill(time, 'cross', 'ETH/USDT', 'buy', '1.5');
  });
  plan.on(day(0.2), 6, ({ time, margin }) => margin.borrow(time, 'isolated:SOLUSDT', 'USDT', '1500'));
  plan.on(day(0.2), 7, ({ time, margin }) => margin.fill(time, 'isolated:SOLUSDT', 'SOL/USDT', 'buy', '12'));
  plan.on(day(0.35), 8, ({ time, margin }) => {
    margin.fill(time, 'cross', 'ETH/USDT', 'sell', '1.4');
    margin.repay(time, 'cross', 'USDT', '2500');
  });
  plan.on(day(0.4), 9, ({ time, margin }) => {
    margin.borrow(time, 'cross', 'BTC', '0.02');
    margin.fill(time, 'cross', 'BTC/USDT', 'sell', '0.02');
  });
  plan.on(day(0.5), 10, ({ time, margin }) =>
    margin.fill(time, 'isolated:SOLUSDT', 'SOL/USDT', 'sell', '11.9', { liquidation: true }),
  );
  plan.on(day(0.52), 11, ({ time, margin }) => margin.repay(time, 'isolated:SOLUSDT', 'USDT'));
  plan.on(day(0.6), 12, ({ time, margin }) => {
    // A little more, for the fee and the interest.
    margin.fill(time, 'cross', 'BTC/USDT', 'buy', '0.0202');
    margin.repay(time, 'cross', 'BTC');
  });
  plan.on(day(0.7), 13, ({ time, spot }) => {
    spot.transfer(time, 'cross', 'spot', 'USDT', '1000');
    spot.transfer(time, 'isolated:SOLUSDT', 'spot', 'USDT', '400');
  });
}
