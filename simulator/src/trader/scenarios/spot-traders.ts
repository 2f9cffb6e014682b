/** Traders who close what they open: the account shows at its end nothing of what happened in it. */
import { formatAmount, parseAmount } from '../../market/amount.ts';
import type { TraderAccount } from '../event.ts';
import { Plan, type ScenarioOptions } from './plan.ts';

/** What the gambler's account does. */
export interface HiddenLossOptions extends ScenarioOptions {
  /** `funding`: what was lost is brought back from the funding wallet. Default `none`. */
  readonly refill?: 'funding' | 'none';
}

const CAPITAL = '20000';
/** The gambling ends when no more than so many hundredths are left. */
const LEFT_PERCENT = 35n;

/**
 * An honest half, then gambles that are closed on the same day, each of the whole account: bought at the day's high and
 * sold at its low, until at least 60 % is lost. Nothing but USDT is held at the end of any gambling day. Default: 90
 * days. The coin is the small synthetic one where the market has it, else SOL.
 */
export function hiddenLoss({ refill = 'none', ...options }: HiddenLossOptions): TraderAccount {
  const plan = new Plan(options, 90);
  const half = Math.floor(plan.days / 2);
  const coin = plan.market.schedule ? 'PEBL/USDT' : 'SOL/USDT';
  plan.on(0, 1, ({ time, spot }) => {
    spot.deposit(time, 'USDT', CAPITAL);
    if (refill === 'funding') spot.personal(time, 'p2p', 'in', 'USDT', CAPITAL);
  });
  honestDays(plan, 1, half);
  let isOver = false;
  for (let day = half; day < plan.days - 2; day++) {
    // On even days the low comes at 08:00 and the high at 16:00, on odd days the other way round (`market.ts`).
    const isEven = (plan.firstDay + day) % 2 === 0;
    plan.on(day, isEven ? 16 : 8, ({ time, pen, spot }) => {
      const usdt = parseAmount(pen.all('spot', 'USDT', time));
      isOver ||= usdt * 100n < parseAmount(CAPITAL) * LEFT_PERCENT;
      if (!isOver) spot.fillFor(time, coin, 'buy', formatAmount((usdt * 999n) / 1_000n));
    });
    plan.on(day, isEven ? 23.8 : 16, ({ time, spot }) => spot.sellAll(time, coin));
  }
  if (refill === 'funding') {
    plan.on(plan.days - 2, 12, ({ time, pen, spot }) => {
      const lost = parseAmount(CAPITAL) - parseAmount(pen.all('spot', 'USDT', time));
      if (lost > 0n) spot.transfer(time, 'funding', 'spot', 'USDT', formatAmount(lost));
    });
  }
  return plan.account();
}

/** Small trades in ETH and BTC, sold after some days. */
function honestDays(plan: Plan, from: number, to: number): void {
  for (let day = from; day + 4 < to; day += 6) {
    const symbol = day % 4 === 1 ? 'ETH/USDT' : 'BTC/USDT';
    plan.on(day, 10, ({ time, spot }) => {
      spot.fillFor(time, symbol, 'buy', '3000');
    });
    plan.on(day + 4, 15, ({ time, spot }) => spot.sellAll(time, symbol));
  }
}

/** Trades in every market on USDT and sells everything before the last day: only USDT is left. Default: 60 days. */
export function flatTrader(options: ScenarioOptions): TraderAccount {
  const plan = new Plan(options, 60);
  plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', CAPITAL));
  const symbols = plan.market.spot.flatMap(({ symbol, breakDay, opensDay }) =>
    symbol.endsWith('/USDT') && breakDay === undefined && opensDay === undefined ? [symbol] : [],
  );
  for (let day = 1; day + 3 < plan.days - 1; day += 2) {
    const symbol = symbols[Math.floor(day / 2) % symbols.length]!;
    plan.on(day, 9, ({ time, pen, spot }) => {
      spot.fillFor(time, symbol, 'buy', String(pen.random.integer(1_000, 4_000)));
    });
    plan.on(day + 2, 18, ({ time, spot }) => spot.sellAll(time, symbol));
  }
  plan.on(plan.days - 2, 20, ({ time, spot }) => {
    for (const symbol of symbols) spot.sellAll(time, symbol);
  });
  return plan.account();
}
