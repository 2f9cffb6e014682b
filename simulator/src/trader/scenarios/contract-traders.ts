/** Traders of contracts. All but `beyondHorizon` lie within the three months for which the venue shows income. */
import { formatAmount, largest, parseAmount, smallest, UNIT } from '../../market/amount.ts';
import { createContracts } from '../../market/contracts.ts';
import { FINE_DIGITS } from '../../market/series.ts';
import type { TraderAccount } from '../event.ts';
import { Plan, type ScenarioOptions } from './plan.ts';

/**
 * A trader of USDⓈ-M: money goes to the contract wallet, positions of several times the capital are held over funding
 * times in both modes, fees are paid in BNB for a while, one position is liquidated, one loses a third of the capital, a
 * dated contract is delivered, and some money comes back. Default: 80 days.
 */
export function futuresTrader(options: ScenarioOptions): TraderAccount {
  const plan = new Plan(options, 80);
  plan.on(0, 1, ({ time, spot }) => {
    spot.deposit(time, 'USDT', '30000');
    spot.fillFor(time, 'BNB/USDT', 'buy', '2000');
  });
  usdmActivity(plan, '12000');
  return plan.account();
}

/** The activity of {@link futuresTrader}, paid out of spot, which must hold the capital and 1 BNB. */
export function usdmActivity(plan: Plan, capital: string): void {
  const day = (part: number): number => Math.floor(plan.days * part);
  plan.on(day(0.02), 5, ({ time, spot }) => {
    spot.transfer(time, 'spot', 'usdm', 'USDT', capital);
    spot.transfer(time, 'spot', 'usdm', 'BNB', '1');
  });
  plan.on(day(0.04), 6, ({ time, contracts }) => contracts.fill(time, 'BTCUSDT', 'buy', '0.15'));
  plan.on(day(0.06), 14, ({ time, contracts }) =>
    contracts.fill(time, 'BTCUSDT', 'buy', '0.1', { isMaker: true }),
  );
  plan.on(day(0.12), 9, ({ time, contracts }) =>
    contracts.fill(time, 'BTCUSDT', 'sell', '0.07', { inBnb: true }),
  );
  plan.on(day(0.16), 11, ({ time, contracts }) => contracts.close(time, 'BTCUSDT'));
  hedged(plan, day);
  plan.on(day(0.56), 7, ({ time, contracts }) => contracts.fill(time, 'SOLUSDT', 'sell', '60'));
  // Beyond zero: what was short is long then.
  plan.on(day(0.6), 7, ({ time, contracts }) => contracts.fill(time, 'SOLUSDT', 'buy', '90'));
  plan.on(day(0.64), 7, ({ time, contracts }) => contracts.close(time, 'SOLUSDT', { isLiquidation: true }));
  plan.on(day(0.7), 9, ({ time, spot }) => spot.transfer(time, 'usdm', 'spot', 'USDT', '1500'));
  gamble(plan, day, capital);
  delivered(plan);
}

/**
 * Ether on the side that loses, over the days of the largest move, so much that a third of the capital goes, but at most
 * of eight times the capital.
 */
function gamble(plan: Plan, day: (part: number) => number, capital: string): void {
  const contracts = createContracts(plan.market);
  const contract = contracts.byId('ETHUSDT');
  const fine = 10n ** BigInt(FINE_DIGITS - contract.digits);
  const price = (at: number): bigint => contracts.priceAt(contract, plan.time(at, 9)) * fine;
  const candidates: { from: number; to: number; change: bigint }[] = [];
  for (let from = day(0.72); from < day(0.84); from++)
    for (let to = from + 1; to <= day(0.84); to++)
      candidates.push({ from, to, change: price(to) - price(from) });
  const size = ({ change }: { change: bigint }): bigint => (change < 0n ? -change : change);
  const { from, to, change } = candidates.reduce((most, one) => (size(one) > size(most) ? one : most));
  const lost = (parseAmount(capital) * UNIT) / (3n * largest(size({ change }), 1n));
  const most = (parseAmount(capital) * 8n * UNIT) / price(from);
  const quantity = formatAmount((smallest(lost, most) / contract.lotStep) * contract.lotStep);
  const side = change < 0n ? 'buy' : 'sell';
  plan.on(from, 9, (desk) => desk.contracts.fill(desk.time, contract.id, side, quantity));
  plan.on(to, 9, (desk) => desk.contracts.close(desk.time, contract.id));
}

/** Both sides of one contract at once, closed one after the other. */
function hedged(plan: Plan, day: (part: number) => number): void {
  const long = { positionSide: 'LONG', inBnb: true } as const;
  const short = { positionSide: 'SHORT' } as const;
  plan.on(day(0.24), 10, ({ time, contracts }) => contracts.fill(time, 'ETHUSDT', 'buy', '4', long));
  plan.on(day(0.26), 10, ({ time, contracts }) => contracts.fill(time, 'ETHUSDT', 'sell', '3', short));
  plan.on(day(0.36), 15, ({ time, contracts }) => contracts.fill(time, 'ETHUSDT', 'sell', '1', long));
  plan.on(day(0.46), 16, ({ time, contracts }) => contracts.close(time, 'ETHUSDT', short));
  plan.on(day(0.5), 17, ({ time, contracts }) => contracts.close(time, 'ETHUSDT', long));
}

/** The dated contract, bought before its delivery, where that lies within the plan. */
function delivered(plan: Plan): void {
  const day = plan.market.lastDay - 4;
  if (day > plan.lastDay || day - 3 < plan.firstDay) return;
  const start = day - 3 - plan.firstDay;
  plan.on(start, 12, ({ time, pen, contracts }) => {
    const dated = pen.contracts.all.find(({ expiry }) => expiry !== null)!;
    contracts.fill(time, dated.id, 'buy', '0.05');
    plan.exactly(dated.expiry!, () => undefined);
  });
  plan.on(start + 3, 8.1, ({ contracts, pen }) => {
    const dated = pen.contracts.all.find(({ expiry }) => expiry !== null)!;
    contracts.deliver(dated.id);
  });
}

/** A trader of COIN-M, whose money is bitcoin and ether: long and short, over funding times. Default: 60 days. */
export function coinMargined(options: ScenarioOptions): TraderAccount {
  const plan = new Plan(options, 60);
  plan.on(0, 1, ({ time, spot }) => {
    spot.deposit(time, 'BTC', '0.5');
    spot.deposit(time, 'ETH', '5');
  });
  coinmActivity(plan, '0.3');
  return plan.account();
}

/** The activity of {@link coinMargined}, paid out of spot, which must hold the bitcoin and 2 ETH. */
export function coinmActivity(plan: Plan, bitcoin: string): void {
  const day = (part: number): number => Math.floor(plan.days * part);
  plan.on(day(0.05), 3, ({ time, spot }) => {
    spot.transfer(time, 'spot', 'coinm', 'BTC', bitcoin);
    spot.transfer(time, 'spot', 'coinm', 'ETH', '2');
  });
  plan.on(day(0.1), 6, ({ time, contracts }) => contracts.fill(time, 'BTCUSD_PERP', 'buy', '120'));
  plan.on(day(0.15), 6, ({ time, contracts }) => contracts.fill(time, 'BTCUSD_PERP', 'buy', '80'));
  plan.on(day(0.3), 9, ({ time, contracts }) => contracts.fill(time, 'BTCUSD_PERP', 'sell', '150'));
  plan.on(day(0.35), 11, ({ time, contracts }) => contracts.fill(time, 'ETHUSD_PERP', 'sell', '300'));
  plan.on(day(0.5), 14, ({ time, contracts }) => contracts.close(time, 'BTCUSD_PERP'));
  plan.on(day(0.6), 14, ({ time, contracts }) => contracts.fill(time, 'ETHUSD_PERP', 'buy', '100'));
  const back = formatAmount(parseAmount(bitcoin) / 6n);
  plan.on(day(0.75), 10, ({ time, spot }) => spot.transfer(time, 'coinm', 'spot', 'BTC', back));
}

/** A trader of USDⓈ-M whose contracts are older than anything that the venue still shows. Default: 320 days. */
export function beyondHorizon(options: ScenarioOptions): TraderAccount {
  const plan = new Plan(options, 320);
  plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '20000'));
  plan.on(1, 2, ({ time, spot }) => spot.transfer(time, 'spot', 'usdm', 'USDT', '8000'));
  for (let round = 0; round * 20 + 12 < plan.days - 110; round++) {
    const side = round % 2 === 0 ? 'buy' : 'sell';
    plan.on(round * 20 + 5, 9, ({ time, contracts }) => contracts.fill(time, 'BTCUSDT', side, '0.1'));
    plan.on(round * 20 + 12, 18, ({ time, contracts }) => contracts.close(time, 'BTCUSDT'));
  }
  plan.on(plan.days - 100, 6, ({ time, spot }) => spot.transfer(time, 'usdm', 'spot', 'USDT', '1000'));
  plan.on(plan.days - 20, 6, ({ time, contracts }) => contracts.fill(time, 'BTCUSDT', 'buy', '0.02'));
  return plan.account();
}
