import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { createContracts } from '../../src/market/contracts.ts';
import { createMarket } from '../../src/market/market.ts';
import { statusAt } from '../../src/market/series.ts';
import { generateAccount } from '../../src/trader/account.ts';
import { accountTruth } from '../../src/trader/account-truth.ts';
import { Books } from '../../src/trader/books.ts';
import type { TraderAccount } from '../../src/trader/event.ts';
import { unrealized } from '../../src/trader/positions.ts';
import {
  beyondHorizon,
  coinMargined,
  demonstration,
  dustAndConvert,
  everything,
  flatTrader,
  futuresTrader,
  hiddenLoss,
  marginTrader,
  type ScenarioOptions,
} from '../../src/trader/scenarios/scenarios.ts';
import { timelineOf } from '../../src/trader/timeline.ts';
import { createValuation } from '../../src/trader/valuation.ts';

const LAST_DAY = 20_777;
const market = createMarket({ lastDay: LAST_DAY + 1, synthetic: 'standard' });
const plain = createMarket({ lastDay: LAST_DAY + 1 });
const options: ScenarioOptions = { seed: 'demo', market, lastDay: LAST_DAY };

const ALL: readonly (readonly [string, (options: ScenarioOptions) => TraderAccount])[] = [
  ['hiddenLoss', hiddenLoss],
  ['hiddenLoss, refilled', (given) => hiddenLoss({ ...given, refill: 'funding' })],
  ['flatTrader', flatTrader],
  ['futuresTrader', futuresTrader],
  ['coinMargined', coinMargined],
  ['beyondHorizon', beyondHorizon],
  ['marginTrader', marginTrader],
  ['dustAndConvert', dustAndConvert],
  ['everything', everything],
  ['demonstration', demonstration],
];

const kindsOf = (account: TraderAccount): Set<string> => new Set(timelineOf(account).map(({ kind }) => kind));
const contractTimes = (account: TraderAccount): number[] =>
  timelineOf(account).flatMap((event) => ('contract' in event ? [event.time] : []));

describe.each(ALL)('when %s is made', (_name, make) => {
  const account = make(options);

  it('is the same for the same seed', () => {
    expect(make(options)).toEqual(account);
  });

  it('is in order of time, within its days, and its trade ids rise', () => {
    const times = timelineOf(account).map(({ time }) => time);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(Math.floor(times[0]! / DAY_MS)).toBe(account.firstDay);
    expect(Math.floor(times.at(-1)! / DAY_MS)).toBeLessThanOrEqual(LAST_DAY);
    const ids = new Map<string, number>();
    for (const event of timelineOf(account)) {
      if (event.kind !== 'fill' && event.kind !== 'marginFill') continue;
      const id = event.kind === 'fill' ? event.id : event.tradeId;
      expect(id).toBeGreaterThan(ids.get(event.symbol) ?? 0);
      ids.set(event.symbol, id);
    }
  });

  it('trades only in markets that are open', () => {
    for (const event of timelineOf(account)) {
      if (event.kind !== 'fill' && event.kind !== 'marginFill') continue;
      const series = market.spot.find(({ symbol }) => symbol === event.symbol)!;
      expect(statusAt(series, event.time)).toBe('TRADING');
    }
  });

  it('has a truth of every day', () => {
    const truth = accountTruth(account, market);
    expect(truth.days).toHaveLength(account.lastDay - account.firstDay + 1);
    for (const { nav } of truth.days) expect(Number(nav)).toBeGreaterThan(0);
  });
});

describe('when losses are hidden', () => {
  it.each([
    ['with the small coin', market],
    ['with a recorded coin', plain],
  ])('loses 60 % and more %s, and holds nothing but USDT at the end', (_name, on) => {
    const truth = accountTruth(hiddenLoss({ ...options, market: on }), on);
    expect(truth.totalReturn).toBeLessThan(-0.6);
    const held = Object.entries(truth.days.at(-1)!.balances['spot']!).filter(
      ([, amount]) => Number(amount) >= 1,
    );
    expect(held.map(([asset]) => asset)).toEqual(['USDT']);
  });

  it('brings back from funding what was lost, which earns nothing', () => {
    const account = hiddenLoss({ ...options, refill: 'funding' });
    const { days, totalReturn } = accountTruth(account, market);
    expect(days.at(-1)!.balances['spot']!['USDT']).toBe('20000');
    expect(totalReturn).toBeLessThan(-0.3);
    expect(account.more?.at(-1)).toMatchObject({ kind: 'transfer', from: 'funding', to: 'spot' });
  });
});

describe('when everything is sold', () => {
  it('leaves USDT and rests below a lot', () => {
    const { days } = accountTruth(flatTrader(options), market);
    const spot = days.at(-1)!.balances['spot']!;
    for (const [asset, amount] of Object.entries(spot)) {
      const series = market.spot.find(({ base, quote }) => base === asset && quote === 'USDT');
      if (series) expect(Number(amount)).toBeLessThan(Number(series.lotStep) / 1e8);
    }
    expect(Object.keys(spot).length).toBeGreaterThan(5);
  });
});

describe('when contracts are traded', () => {
  it('lies within the three months of income', () => {
    for (const account of [futuresTrader(options), coinMargined(options), everything(options)]) {
      expect(Math.min(...contractTimes(account))).toBeGreaterThan((LAST_DAY - 85) * DAY_MS);
    }
  });

  it('lies partly beyond it in one scenario', () => {
    const times = contractTimes(beyondHorizon(options));
    expect(Math.min(...times)).toBeLessThan((LAST_DAY - 190) * DAY_MS);
    expect(Math.max(...times)).toBeGreaterThan((LAST_DAY - 85) * DAY_MS);
  });

  it.each(ALL)('never owes more than it has (%s)', (_name, make) => {
    const account = make(options);
    const contracts = createContracts(market);
    const books = new Books(contracts);
    const valuation = createValuation(market, contracts);
    let last = account.firstDay * DAY_MS;
    for (const event of timelineOf(account)) {
      for (; last + DAY_MS <= event.time; last += DAY_MS) {
        for (const wallet of ['usdm', 'coinm'] as const) {
          const balance = books
            .balances(wallet)
            .reduce((sum, [asset, amount]) => sum + valuation.worth(asset, amount, last), 0n);
          const gain = books.positions(wallet).reduce((sum, position) => {
            const contract = contracts.byId(position.contract);
            const value = unrealized(contract, position, contracts.markClose(contract, last));
            return sum + valuation.worth(contract.marginAsset, value, last);
          }, 0n);
          expect(balance + gain >= 0n, `${wallet} at ${last}`).toBe(true);
        }
      }
      books.apply(event);
    }
  });

  it('loses a third of the capital in contracts, while some money comes back to spot', () => {
    const truth = accountTruth(futuresTrader(options), market);
    const lost = Object.values(truth.contractPnl).reduce((sum, value) => sum + Number(value), 0);
    expect(lost).toBeLessThan(-2_500);
    expect(Number(truth.days.at(-1)!.balances['usdm']!['USDT'])).toBeGreaterThan(1_000);
  });

  it('pays and receives funding, loses to a liquidation, is delivered, and uses both modes', () => {
    const account = futuresTrader(options);
    const truth = accountTruth(account, market);
    expect(Number(truth.insurance)).toBeGreaterThan(0);
    expect(truth.funding).not.toBe('0');
    expect(kindsOf(account)).toContain('settlement');
    const sides = timelineOf(account).flatMap((event) =>
      event.kind === 'contractFill' ? [event.positionSide] : [],
    );
    expect(new Set(sides)).toEqual(new Set(['BOTH', 'LONG', 'SHORT']));
    expect(Object.keys(truth.contractPnl)).toHaveLength(4);
  });
});

describe('when the account is that of the demonstration', () => {
  it.each([30, 31, 45, 80, 81, 120])(
    'it can pay for everything, whatever the seed (%i days)',
    (historyDays) => {
      for (let seed = 0; seed < 12; seed++) {
        const account = demonstration({ ...options, seed: `seed ${seed}`, historyDays });
        expect(account.lastDay - account.firstDay + 1).toBe(historyDays);
      }
    },
  );
});

describe('when everything happens in one account', () => {
  it('keeps the history beside it event for event', () => {
    const base = generateAccount({ seed: 'demo', market, lastDay: LAST_DAY });
    const own = new Set(everything(options).events);
    const kept = base.events.filter((event) =>
      [...own].some((one) => one.kind === event.kind && one.id === event.id && one.time === event.time),
    );
    expect(kept).toEqual(base.events);
  });

  it('has every kind of event and every wallet', () => {
    const account = everything(options);
    expect([...kindsOf(account)].sort()).toEqual(
      [
        'card',
        'contractFill',
        'convert',
        'credit',
        'deposit',
        'dividend',
        'dust',
        'earn',
        'fiat',
        'fill',
        'funding',
        'interest',
        'loan',
        'marginFill',
        'order',
        'personal',
        'rename',
        'returned',
        'reward',
        'settlement',
        'subTransfer',
        'transfer',
        'withdrawal',
      ].sort(),
    );
    const { balances } = accountTruth(account, market).days.at(-1)!;
    expect(Object.keys(balances).sort()).toEqual(
      [
        'coinm',
        'cross',
        'earn:flexible',
        'earn:locked',
        'funding',
        'isolated:SOLUSDT',
        'spot',
        'usdm',
      ].sort(),
    );
  });

  it('fits into a world of 30 days', () => {
    const account = everything({ ...options, historyDays: 30 });
    expect(account.firstDay).toBe(LAST_DAY - 29);
    expect(kindsOf(account).size).toBe(23);
  });

  it('needs a market with synthetic coins', () => {
    expect(() => everything({ ...options, market: plain })).toThrow(RangeError);
  });
});
