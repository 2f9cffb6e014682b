/** A holder of coins: dust, conversions, airdrops, savings, coins that change or disappear, money from other places. */
import { DAY_MS, HOUR_MS } from '@perf-aggregator/shared/time';
import { RENAMED, UNLISTED } from '../../market/synthetic.ts';
import type { TraderAccount } from '../event.ts';
import { Plan, type ScenarioOptions } from './plan.ts';

/** Buys, leaves dust, turns it into BNB, converts, and is given coins. Needs synthetic coins. Default: 40 days. */
export function dustAndConvert(options: ScenarioOptions): TraderAccount {
  const plan = new Plan(options, 40);
  plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '10000'));
  conversionActivity(plan);
  return plan.account();
}

/**
 * The activity of {@link dustAndConvert}, paid out of spot, which must hold 6,000 USDT.
 * @param options - whether a coin without any market is given too
 */
export function conversionActivity(plan: Plan, { isUnlistedGiven = true } = {}): void {
  const day = (part: number): number => Math.floor(plan.days * part);
  plan.on(day(0.05), 8, ({ time, spot }) => {
    spot.fillFor(time, 'PEBL/USDT', 'buy', '800');
    spot.fillFor(time, 'USDC/USDT', 'buy', '1200');
  });
  plan.on(day(0.15), 9, ({ time, pen, spot }) => {
    // Many lots of a small coin.
    for (let part = 0; part < 12; part++) {
      spot.fillFor(time + part * 700, 'PEBL/USDT', 'buy', String(pen.random.integer(20, 60)));
    }
  });
  plan.on(day(0.3), 10, ({ time, spot }) => {
    spot.sellAll(time, 'PEBL/USDT');
    spot.sellAll(time + 500, 'USDC/USDT');
  });
  plan.on(day(0.35), 11, ({ time, spot }) => spot.dust(time, ['PEBL', 'USDC']));
  plan.on(day(0.45), 9, ({ time, spot }) => spot.fillFor(time, 'ETH/USDT', 'buy', '2500'));
  plan.on(day(0.5), 9, ({ time, spot }) => spot.convert(time, 'ETH', '0.2', 'BNB'));
  plan.on(day(0.55), 9, ({ time, spot }) => spot.convert(time, 'USDT', '300', 'USDC'));
  if (isUnlistedGiven) {
    plan.on(day(0.6), 6, ({ time, spot }) => spot.dividend(time, UNLISTED, '25000', `${UNLISTED} airdrop`));
  }
  plan.on(day(0.62), 6, ({ time, spot }) => spot.dividend(time, 'BNB', '0.002', 'BNB Vault'));
  plan.on(day(0.64), 6, ({ time, spot }) => spot.dividend(time, 'USDT', '1.75', 'Commission rebate'));
}

/** Coins that stop, disappear and become others, on the days of the market's schedule. Needs 2,000 USDT in spot. */
export function coinActivity(plan: Plan): void {
  const { schedule } = plan.market;
  if (schedule === null) throw new RangeError('a market without synthetic coins');
  const day = (absolute: number): number => absolute - plan.firstDay;
  plan.on(day(schedule.renameDay) - 5, 10, ({ time, spot }) => spot.fillFor(time, 'LUMA/USDT', 'buy', '600'));
  plan.exactly(schedule.renameDay * DAY_MS, ({ time, spot }) =>
    spot.rename(time, RENAMED.from, RENAMED.to, RENAMED.ratio),
  );
  plan.on(day(schedule.renameDay) + 4, 10, ({ time, spot }) =>
    spot.fillFor(time, 'LUMX/USDT', 'sell', '200'),
  );
  plan.on(day(schedule.orbtBreakDay) - 6, 13, ({ time, spot }) =>
    spot.fillFor(time, 'ORBT/USDT', 'buy', '400'),
  );
  plan.on(day(schedule.orbtBreakDay) - 1, 13, ({ time, spot }) =>
    spot.fillFor(time, 'ORBT/USDT', 'sell', '150'),
  );
}

/** Savings, both kinds, with interest of every day. Needs 4,000 USDT in spot. */
export function savingsActivity(plan: Plan): void {
  const start = Math.floor(plan.days * 0.3);
  plan.on(start, 2, ({ time, spot }) => {
    spot.earn(time, 'subscribe', 'flexible', 'USDT', '2000');
    spot.earn(time + 1_000, 'subscribe', 'locked', 'USDT', '1000');
  });
  for (let day = start + 1; day < plan.days - 3; day++) {
    plan.on(day, 0.5, ({ time, spot }) => {
      spot.reward(time, 'REALTIME', 'USDT', '0.13698');
      spot.reward(time + 1_000, 'BONUS', 'USDT', '0.02');
    });
    if (day % 5 === 0) plan.on(day, 0.6, ({ time, spot }) => spot.reward(time, 'REWARDS', 'USDT', '0.44'));
  }
  plan.on(Math.floor(plan.days * 0.8), 3, ({ time, spot }) => {
    spot.earn(time, 'redeem', 'flexible', 'USDT', '1200');
    spot.earn(time + 1_000, 'redeem', 'locked', 'USDT', '1000');
  });
}

/** Money from banks, cards, persons, a sub-account and from where no list shows it, and withdrawals that take time. */
export function outsideActivity(plan: Plan): void {
  const day = (part: number): number => Math.floor(plan.days * part);
  plan.on(day(0.1), 7, ({ time, spot }) => spot.fiat(time, 'deposit', 'EUR', '1500', '1'));
  plan.on(day(0.14), 7, ({ time, spot }) => spot.card(time, 'USDT', '250', 'EUR'));
  plan.on(day(0.18), 7, ({ time, spot }) => spot.personal(time, 'p2p', 'in', 'USDT', '700'));
  plan.on(day(0.2), 7, ({ time, spot }) => spot.transfer(time, 'funding', 'spot', 'USDT', '500'));
  plan.on(day(0.22), 7, ({ time, spot }) => spot.personal(time, 'pay', 'out', 'USDT', '60'));
  plan.on(day(0.28), 7, ({ time, spot }) => spot.subTransfer(time, 'in', 'USDT', '900'));
  plan.on(day(0.32), 7, ({ time, spot }) => spot.subTransfer(time, 'out', 'USDT', '300'));
  plan.on(day(0.4), 7, ({ time, spot }) => spot.credit(time, 'spot', 'USDT', '450'));
  plan.on(day(0.66), 7, ({ time, spot }) => spot.deposit(time, 'USDT', '800', { pendingMs: 20 * 60_000 }));
  plan.on(day(0.68), 7, ({ time, spot }) =>
    spot.withdraw(time, 'USDT', '500', '1', { processingMs: 3 * HOUR_MS }),
  );
  plan.on(day(0.72), 7, ({ time, spot }) =>
    spot.withdraw(time, 'USDT', '400', '1', { processingMs: 2 * HOUR_MS, fails: true }),
  );
  plan.on(day(0.76), 3, ({ time, spot }) => spot.order(time, 'lock', 'USDT', '750'));
  plan.on(day(0.78), 4, ({ time, spot }) => spot.order(time, 'release', 'USDT', '600'));
  plan.on(day(0.74), 12, ({ time, spot }) => spot.fiat(time, 'withdrawal', 'EUR', '400', '0.8'));
}
