/** Accounts of every kind: whatever moved them is read, the entries explain the balances, and the ledger is the truth. */
import { buildAccountHistory, computeMetrics, type LedgerEntry } from '@perf-aggregator/analytics';
import type { TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import type { Pull } from '@perf-aggregator/enclave/venues/port';
import { DAY_MS } from '@perf-aggregator/shared/time';
import { beforeAll, describe, expect, it } from 'vitest';
import { UNLISTED } from '../../src/market/synthetic.ts';
import { type AccountTruth, accountTruth } from '../../src/trader/account-truth.ts';
import type { TraderAccount, TraderFill } from '../../src/trader/event.ts';
import * as scenarios from '../../src/trader/scenarios/scenarios.ts';
import type { WalletEvent } from '../../src/trader/wallet-event.ts';
import type { BinanceAccount } from '../../src/venues/binance/authorization.ts';
import { toEntry } from './expected.ts';
import { COMPLETE, customerOf, market, openQuickRoad, readAll } from './quick.ts';
import { LAST_DAY, NOW } from './road.ts';

type History = ReturnType<typeof buildAccountHistory>;

/** What the enclave has of an account when everything was walked. */
interface Told {
  readonly pull: Pull;
  readonly requests: number;
  readonly entries: readonly LedgerEntry[];
  readonly built: History;
  readonly truth: AccountTruth;
  /** The history with entries that the enclave does not have. */
  readonly with: (more: readonly LedgerEntry[]) => History;
}

async function tell(history: TraderAccount, changes: Partial<BinanceAccount> = {}): Promise<Told> {
  const road = await openQuickRoad(history, { customers: [customerOf(history, changes)] });
  try {
    const { reader, pull } = await readAll(road);
    const { ledger } = reader;
    const entries = [...ledger.entries];
    const { snapshot } = pull;
    const observed = { marks: [...ledger.marks], snapshots: [{ account: 'a0', ...snapshot! }] };
    const terms = { reportingCurrency: 'USDT', asOf: snapshot!.time };
    const built = (more: readonly LedgerEntry[]) =>
      buildAccountHistory({ ...observed, ...terms, entries: [...entries, ...more] });
    const truth = accountTruth(history, market);
    return { pull, requests: road.requests.length, entries, built: built([]), truth, with: built };
  } finally {
    await road.close();
  }
}

/** The largest distance of a value from its true one, in parts of the true one; infinite where one is missing. */
function worst(
  values: readonly (string | number | null)[],
  truths: readonly (string | number | null)[],
): number {
  let most = 0;
  for (const [index, truth] of truths.entries()) {
    const value = values[index] ?? null;
    if (value === null && truth === null) continue;
    const distance =
      Math.abs(Number(value ?? Number.NaN) - Number(truth)) / Math.max(1, Math.abs(Number(truth)));
    most = Math.max(most, Number.isNaN(distance) ? Number.POSITIVE_INFINITY : distance);
  }
  return most;
}

const returnsOf = ({ returns }: History) => Array.from(returns, (one) => (Number.isNaN(one) ? null : one));

const make = (name: Exclude<keyof typeof scenarios, 'Plan'>, seed: string): TraderAccount => {
  const options = { seed, market, lastDay: LAST_DAY };
  const makers = {
    ...{
      hiddenLoss: scenarios.hiddenLoss,
      flatTrader: scenarios.flatTrader,
      everything: scenarios.everything,
    },
    ...{ futuresTrader: scenarios.futuresTrader, coinMargined: scenarios.coinMargined },
    ...{ marginTrader: scenarios.marginTrader, dustAndConvert: scenarios.dustAndConvert },
    beyondHorizon: scenarios.beyondHorizon,
    demonstration: scenarios.demonstration,
  };
  return makers[name](options);
};

/** The profit of a contract in coins is rounded to 1e-8 of the coin, fill by fill. */
const [EXACT, OF_INVERSE] = [1e-9, 1e-7];

describe.each<[Parameters<typeof make>[0], number, number]>([
  ['hiddenLoss', 240, EXACT],
  ['flatTrader', 280, EXACT],
  ['futuresTrader', 260, EXACT],
  ['coinMargined', 230, OF_INVERSE],
  ['marginTrader', 270, EXACT],
])('when everything of an account has a price: %s', (name, mostRequests, tolerance) => {
  it.each(['a', 'b', 'c'])('its ledger is the truth of every day (seed %s)', async (seed) => {
    const { pull, built, truth, requests } = await tell(make(name, seed));
    expect(pull.coverage.scope).toEqual(COMPLETE);
    expect(pull.coverage.gaps).toEqual([]);
    expect(built.reconciliation.rows).toEqual([]);
    expect(built.startTime).toBe(truth.days[0]!.day * DAY_MS);
    expect(built.nav).toHaveLength(truth.days.length);
    expect(
      worst(
        built.nav,
        truth.days.map(({ nav }) => nav),
      ),
    ).toBeLessThanOrEqual(tolerance);
    expect(
      worst(
        returnsOf(built),
        truth.days.map((day) => day.return),
      ),
    ).toBeLessThanOrEqual(tolerance);
    const { totalReturn, adverseReturn, maxDrawdown } = computeMetrics(built);
    expect(Math.abs(totalReturn! - truth.totalReturn)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(adverseReturn! - truth.totalReturn)).toBeLessThanOrEqual(tolerance);
    expect(Math.abs(maxDrawdown! - truth.maxDrawdown)).toBeLessThanOrEqual(tolerance);
    expect(requests).toBeLessThanOrEqual(mostRequests);
  });
});

describe('when the account is that of the demonstration', () => {
  it.each(['a', 'b'])('everything is read, and rewards of savings are told once (seed %s)', async (seed) => {
    const history = make('demonstration', seed);
    const { pull, built, entries, truth } = await tell(history);
    expect(pull.coverage.scope).toEqual(COMPLETE);
    expect(built.reconciliation.rows).toEqual([]);
    const days = truth.days.map(({ nav }) => nav);
    expect(worst(built.nav, days)).toBeLessThanOrEqual(OF_INVERSE);
    const rewards = (history.more ?? []).filter(({ kind }) => kind === 'reward');
    expect(rewards.length).toBeGreaterThan(50);
    expect(entries.filter(({ id }) => id.startsWith('reward:'))).toHaveLength(rewards.length);
  });

  it('a reward that the list of dividends has as well is told once', async () => {
    const plan = new scenarios.Plan({ seed: 'both', market, lastDay: LAST_DAY }, 20);
    plan.on(0, 1, ({ time, spot }) => spot.deposit(time, 'USDT', '5000'));
    plan.on(1, 2, ({ time, spot }) => {
      spot.earn(time, 'subscribe', 'flexible', 'USDT', '2000');
      spot.earn(time + 1_000, 'subscribe', 'locked', 'USDT', '1000');
    });
    for (let day = 2; day < 18; day++) {
      plan.on(day, 1, ({ time, spot }) => {
        spot.reward(time, 'BONUS', 'USDT', '0.02', day % 2 ? { isAlsoDividend: true } : {});
        spot.reward(time + 1_000, 'REWARDS', 'USDT', '0.44', { isAlsoDividend: true });
      });
    }
    const { pull, built, entries } = await tell(plan.account());
    expect(pull.coverage.scope).toEqual(COMPLETE);
    expect(built.reconciliation.rows).toEqual([]);
    expect(entries.filter(({ kind }) => kind === 'interest')).toHaveLength(32);
  });
});

describe('when losses in a market leave nothing behind', () => {
  it.each(['none', 'funding'] as const)('shows them, with a refill from: %s', async (refill) => {
    const history = scenarios.hiddenLoss({ seed: 'd', market, lastDay: LAST_DAY, refill });
    const { pull, built, truth } = await tell(history);
    expect(truth.totalReturn).toBeLessThan(-0.3);
    expect(pull.coverage.scope).toEqual(COMPLETE);
    expect(Math.abs(computeMetrics(built).totalReturn! - truth.totalReturn)).toBeLessThanOrEqual(EXACT);
  });
});

describe('when a coin that no market prices is credited', () => {
  it.each(['a', 'b'])(
    'days with it have no value yet, and all others the true one (seed %s)',
    async (seed) => {
      const { pull, built, truth, requests } = await tell(make('dustAndConvert', seed));
      expect(pull.coverage.scope).toEqual(COMPLETE);
      expect(pull.coverage.unavailable).toContain(`prices of ${UNLISTED}`);
      expect(built.reconciliation.rows).toEqual([]);
      const held = truth.days.map(({ balances }) => Number(balances['spot']?.[UNLISTED] ?? 0) > 0);
      expect(held.filter(Boolean)).toHaveLength(16);
      expect(built.nav.map((nav) => nav === null)).toEqual(held);
      const priced = truth.days.map(({ nav }, index) => (held[index] ? null : nav));
      expect(worst(built.nav, priced)).toBeLessThanOrEqual(EXACT);
      expect(requests).toBeLessThanOrEqual(230);
    },
  );
});

describe('when a key may not read contracts', () => {
  it('the account that trades them is partial and names their wallet', async () => {
    const { permissions } = customerOf(make('futuresTrader', 'a'));
    const told = await tell(make('futuresTrader', 'a'), { permissions: { ...permissions, futures: false } });
    expect(told.pull.coverage.scope.state).toBe('partial');
    expect(told.pull.coverage.scope.missing).toEqual(['usdm (the key may not read it)']);
  });
});

describe('when contracts are older than what the venue still shows', () => {
  it.each(['a', 'b'])('is partial, with a horizon and what is left over (seed %s)', async (seed) => {
    const { pull, requests } = await tell(make('beyondHorizon', seed));
    const { scope } = pull.coverage;
    expect(scope.state).toBe('partial');
    expect(scope.missing).toEqual(['what moved USDT in spot', 'what moved USDT in usdm']);
    // Income is shown for three months.
    expect((NOW - scope.from!) / DAY_MS).toBeCloseTo(90, 1);
    expect(requests).toBeLessThanOrEqual(600);
  });
});

describe('when an account has everything that the venue knows', () => {
  const history = make('everything', 'e');
  let told: Told;
  beforeAll(async () => {
    told = await tell(history, { role: 'sub' });
  });
  const removed = history.events.filter(
    (event): event is TraderFill => event.kind === 'fill' && event.symbol === 'ORBT/USDT',
  );
  const { more = [] } = history;
  const [credit] = more.filter((event) => event.kind === 'credit');

  it('names exactly the market that is gone and what came from nowhere', () => {
    const { coverage } = told.pull;
    expect(coverage.scope.state).toBe('partial');
    expect(coverage.scope.missing).toEqual([
      ...['spot fills/ORBTUSDT', 'what moved ORBT in spot', 'what moved USDT in spot'],
    ]);
    expect(coverage.gaps.map(({ stream }) => stream)).toContain('spot fills/ORBTUSDT');
    expect(told.requests).toBeLessThanOrEqual(1_350);
  });

  it('has exactly the exchange of the renamed coin', () => {
    const exchanges = told.entries.filter(({ id }) => id.startsWith('rename:'));
    expect(exchanges).toHaveLength(1);
    expect(exchanges[0]).toMatchObject({ symbol: 'LUMA/LUMX', price: '1000', fee: null });
  });

  it('is the truth when what is left over is added, and nothing else', () => {
    const { truth } = told;
    const built = told.with([...removed.map(toEntry), creditOf(credit!)]);
    expect(built.reconciliation.rows).toEqual([]);
    // Days with a coin that no market prices have no value yet.
    const first = truth.days.findIndex(({ balances }) => Number(balances['spot']?.[UNLISTED] ?? 0) > 0);
    expect(first).toBeGreaterThan(650);
    const days = truth.days.slice(0, first);
    const navs = days.map(({ nav }) => nav);
    expect(worst(built.nav.slice(0, first), navs)).toBeLessThanOrEqual(OF_INVERSE);
    // No price is read for the minute of a credit that nothing shows.
    const untold = days.findIndex(({ end }) => end > credit!.time);
    const isTold = (_: unknown, index: number) => index !== untold;
    const returns = days.map((day) => day.return).filter(isTold);
    expect(worst(returnsOf(built).slice(0, first).filter(isTold), returns)).toBeLessThanOrEqual(
      2 * OF_INVERSE,
    );
    expect(new Set(built.nav.slice(first))).toEqual(new Set([null]));
  });
});

const SPOT = { venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot' } as const;

function creditOf({ id, time, asset, amount }: Extract<WalletEvent, { kind: 'credit' }>): TransferEntry {
  const chain = { fee: null, transactionHash: null };
  return { ...SPOT, kind: 'transfer', direction: 'deposit', id, time, asset, amount, ...chain };
}
