/**
 * The numbers are right: a client's answers over the whole road are compared with the ground truth, which the simulator
 * computes from its own events without any code of ledger and analytics. Then one fill and one deposit are changed, and
 * exactly the numbers that depend on them change.
 */
import type { MetricsResult, SecureClient } from '@perf-aggregator/client';
import { Decimal } from 'decimal.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccountEdit, withEdit } from '../../src/trader/edit.ts';
import { type GroundTruth, groundTruth } from '../../src/trader/ground-truth.ts';
import { toCustomer, worldAccount } from '../../src/world/internet.ts';
import { startTestWorld, type TestWorld } from './fixture.ts';

const DAY_MS = 86_400_000;

/** Allows the relative difference that rounding of doubles can cause. */
function closeTo(actual: number | null, expected: number, what: string): void {
  expect(Math.abs((actual ?? Number.NaN) - expected), what).toBeLessThanOrEqual(
    1e-9 * Math.max(1, Math.abs(expected)),
  );
}

/** Compares amounts of money as decimal numbers, to the 12 places of docs/metrics.md §6. */
function sameMoney(actual: string | null, expected: string | Decimal, what: string): void {
  const rounded = new Decimal(expected).toDecimalPlaces(12, Decimal.ROUND_HALF_EVEN);
  expect(new Decimal(actual ?? Number.NaN).toFixed(), what).toBe(rounded.toFixed());
}

/** Daily returns, linked by calendar month. */
function monthly(truth: GroundTruth): Record<string, number> {
  const growth: Record<string, number> = {};
  for (const { day, return: value } of truth.days) {
    if (value === null) continue;
    const month = new Date(day * DAY_MS).toISOString().slice(0, 7);
    growth[month] = (growth[month] ?? 1) * (1 + value);
  }
  return Object.fromEntries(Object.entries(growth).map(([month, product]) => [month, product - 1]));
}

/** Statistics of daily returns by their textbook formulas. */
function statistics(returns: readonly number[]) {
  const n = returns.length;
  const mean = returns.reduce((sum, value) => sum + value, 0) / n;
  const variance = returns.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const downside = returns.reduce((sum, value) => sum + Math.min(value, 0) ** 2, 0) / n;
  const volatility = Math.sqrt(variance * 365);
  return { volatility, sharpe: (mean * 365) / volatility, sortino: (mean * 365) / Math.sqrt(downside * 365) };
}

function expectTruth(metrics: MetricsResult, truth: GroundTruth): void {
  const returns = truth.days.flatMap((day) => (day.return === null ? [] : [day.return]));
  const last = truth.days.at(-1)!;
  expect(metrics.observationCount).toBe(returns.length);
  expect(metrics.startTime).toBe(truth.days[0]!.end - DAY_MS);
  expect(metrics.endTime).toBe(last.end);
  metrics.periodReturns.forEach((value, day) => {
    closeTo(value, truth.days[day]!.return ?? Number.NaN, `return of day ${day}`);
  });
  closeTo(metrics.totalReturn, truth.totalReturn, 'totalReturn');
  closeTo(
    metrics.annualizedReturn,
    (1 + truth.totalReturn) ** (365 / returns.length) - 1,
    'annualizedReturn',
  );
  const { volatility, sharpe, sortino } = statistics(returns);
  closeTo(metrics.volatilityAnnualized, volatility, 'volatilityAnnualized');
  closeTo(metrics.sharpeRatio, sharpe, 'sharpeRatio');
  closeTo(metrics.sortinoRatio, sortino, 'sortinoRatio');
  closeTo(metrics.maxDrawdown, truth.maxDrawdown, 'maxDrawdown');
  sameMoney(metrics.navEnd, last.nav, 'navEnd');
  sameMoney(metrics.tradingVolume, truth.tradingVolume, 'tradingVolume');
  sameMoney(metrics.fees, truth.fees, 'fees');
  sameMoney(metrics.transferFees, truth.transferFees, 'transferFees');
  expect(metrics.fillCount).toBe(truth.fillCount);
  const realized = Object.fromEntries(
    metrics.symbols.map(({ symbol, realizedPnl }) => [symbol, realizedPnl]),
  );
  for (const [symbol, pnl] of Object.entries(truth.realizedPnl))
    sameMoney(realized[symbol] ?? '0', pnl, symbol);
  const sum = (values: readonly string[]) => Decimal.sum(0, ...values);
  const deposits = sum(truth.days.map((day) => day.deposits));
  const withdrawals = sum(truth.days.map((day) => day.withdrawals));
  const allRealized = sum(Object.values(truth.realizedPnl));
  sameMoney(metrics.deposits, deposits, 'deposits');
  sameMoney(metrics.withdrawals, withdrawals, 'withdrawals');
  sameMoney(
    metrics.absoluteProfit,
    new Decimal(last.nav).minus(deposits).plus(withdrawals),
    'absoluteProfit',
  );
  sameMoney(metrics.realizedPnl, allRealized, 'realizedPnl');
  sameMoney(metrics.netPnl, allRealized.minus(truth.fees), 'netPnl');
  closeTo(metrics.bestPeriodReturn, Math.max(...returns), 'bestPeriodReturn');
  closeTo(metrics.worstPeriodReturn, Math.min(...returns), 'worstPeriodReturn');
  closeTo(metrics.calmarRatio, (metrics.annualizedReturn ?? Number.NaN) / truth.maxDrawdown, 'calmarRatio');
  const months = monthly(truth);
  expect(Object.keys(metrics.monthlyReturns).sort()).toEqual(Object.keys(months).sort());
  for (const [month, value] of Object.entries(months))
    closeTo(metrics.monthlyReturns[month] ?? null, value, month);
  expect(metrics.reconciliation.unexplainedShare).toBe(0);
  expect(metrics.dataQuality).toMatchObject({
    ...{ largeFlowsUnvalued: 0, positionMoves: 0, offMarketFillShare: 0, checkedFillShare: 1 },
    illiquidPnlShare: 0,
  });
  expect(metrics.illiquidPnlShare).toBe(0);
}

describe('when a client reads the demonstration account over the whole road', () => {
  let test: TestWorld;
  let truth: GroundTruth;
  let client: SecureClient;
  let base: MetricsResult;

  beforeAll(async () => {
    test = await startTestWorld();
    const { market, account } = worldAccount(test.state.venue);
    truth = groundTruth(account, market);
    // The venue limits an account, so all that only read share one session.
    client = test.world.client();
    await client.register();
    base = await client.getMetrics();
  });
  afterAll(() => test.world.stop());

  async function readEdited(edit: AccountEdit): Promise<{ metrics: MetricsResult; truth: GroundTruth }> {
    const { market, account } = worldAccount(test.state.venue);
    const edited = withEdit(account, edit);
    await test.world.startInternet({ accounts: [toCustomer(test.state.venue, edited)] });
    const other = test.world.client();
    await other.register();
    return { metrics: await other.getMetrics(), truth: groundTruth(edited, market) };
  }

  it('gets every number of the ground truth', () => {
    expectTruth(base, truth);
  });

  it('gets the days of the truth, and they link to the total', async () => {
    const { days, navStart } = await client.getReturns({ limit: 1_000 });
    expect(days).toHaveLength(truth.days.length);
    let growth = 1;
    for (const [i, day] of days.entries()) {
      const expected = truth.days[i]!;
      growth *= 1 + (expected.return ?? 0);
      expect(Date.parse(day.day)).toBe(expected.end - DAY_MS);
      sameMoney(day.nav, expected.nav, `value of ${day.day}`);
      sameMoney(day.deposits, expected.deposits, `deposits of ${day.day}`);
      sameMoney(day.withdrawals, expected.withdrawals, `withdrawals of ${day.day}`);
      if (expected.return !== null) {
        closeTo(day.return, expected.return, `return of ${day.day}`);
        closeTo(day.cumulativeReturn, growth - 1, `cumulative return of ${day.day}`);
      }
    }
    expect(navStart).toBe('0');
    closeTo(days.at(-1)!.cumulativeReturn, truth.totalReturn, 'last cumulative return');
    closeTo(Math.max(...days.map(({ drawdown }) => drawdown ?? 0)), truth.maxDrawdown, 'deepest drawdown');
    sameMoney(base.navEnd, days.at(-1)!.nav!, 'navEnd');
  });

  it('gets trades whose realised profit equals the truth for each symbol', async () => {
    const sumOf = async (parameters: Parameters<typeof client.getTrades>[0]) => {
      let [trips, other] = [new Decimal(0), new Decimal(0)];
      for await (const page of client.tradesPages({ ...parameters, limit: 100 })) {
        trips = Decimal.sum(trips, ...page.trades.map(({ realizedPnl }) => realizedPnl));
        other = new Decimal(page.otherRealizedPnl);
      }
      return trips.plus(other);
    };
    const near = (actual: Decimal, expected: string | Decimal, what: string) =>
      // Every round trip is rounded to 12 decimals.
      expect(actual.minus(expected).abs().toNumber(), what).toBeLessThan(1e-9);
    near(await sumOf({}), base.realizedPnl, 'all');
    for (const [symbol, pnl] of Object.entries(truth.realizedPnl)) near(await sumOf({ symbol }), pnl, symbol);
  });

  it('gets for a period the numbers of the truth for those days', async () => {
    const metrics = await client.getMetrics({ from: '2026-01-01', to: '2026-06-30' });
    const from = Date.UTC(2026, 0, 1);
    const days = truth.days.filter(({ end }) => end > from && end <= Date.UTC(2026, 6, 1));
    const growth = days.reduce((product, day) => product * (1 + (day.return ?? 0)), 1);
    expect(metrics.observationCount).toBe(181);
    closeTo(metrics.totalReturn, growth - 1, 'totalReturn');
    expect(metrics.periodIsFullHistory).toBe(false);
  });

  it('gets the value of every day in euro and in bitcoin, at the close of the day', async () => {
    const { market } = worldAccount(test.state.venue);
    const rates = {
      EUR: (end: number) => new Decimal(market.euro.priceAt(end).toString()).div(10_000),
      BTC: (end: number) => new Decimal(market.dayClose('BTC', end / DAY_MS - 1).toString()).div(100),
    };
    for (const [currency, rateAt] of Object.entries(rates) as ['EUR' | 'BTC', (end: number) => Decimal][]) {
      const metrics = await client.getMetrics({ currency });
      const { days } = await client.getReturns({ currency, limit: 1_000 });
      expect(days).toHaveLength(truth.days.length);
      for (const [i, day] of days.entries()) {
        const { nav, end } = truth.days[i]!;
        const expected = new Decimal(nav).div(rateAt(end)).toNumber();
        closeTo(Number(day.nav), expected, `${currency} value of ${day.day}`);
      }
      const last = truth.days.at(-1)!;
      expect(metrics.reportingCurrency).toBe(currency);
      expect(metrics.observationCount).toBe(truth.days.length);
      expect(metrics.dataQuality).toMatchObject({ gapCount: 0, largeFlowsUnvalued: 0, unpricedAssets: [] });
      // A return in another currency is the return in USDT divided by the gain of that currency, day by day.
      const between = (i: number) =>
        rateAt(truth.days[i - 1]!.end)
          .div(rateAt(truth.days[i]!.end))
          .toNumber();
      for (const i of [100, 300, 700]) {
        if (truth.days[i]!.deposits !== '0' || truth.days[i]!.withdrawals !== '0') continue;
        closeTo(days[i]!.return, (1 + truth.days[i]!.return!) * between(i) - 1, `${currency} return of ${i}`);
      }
      closeTo(Number(metrics.navEnd), new Decimal(last.nav).div(rateAt(last.end)).toNumber(), 'navEnd');
    }
  });

  it('sees one changed fill in exactly the numbers that depend on it', async () => {
    const { account } = worldAccount(test.state.venue);
    const sales = account.events.filter(
      (event) => event.kind === 'fill' && event.side === 'sell' && event.symbol === 'ETH/USDT',
    );
    const fill = sales[Math.floor(sales.length / 2)]!;
    if (fill.kind !== 'fill') throw new Error('no fill');
    const price = (Number(fill.price) * 1.02).toFixed(2);
    const { metrics, truth: edited } = await readEdited({
      kind: 'fill',
      symbol: fill.symbol,
      id: fill.id,
      price,
    });
    expectTruth(metrics, edited);
    expect(metrics.tradingVolume).not.toBe(base.tradingVolume);
    expect(metrics.totalReturn).not.toBe(base.totalReturn);
    expect(metrics.fillCount).toBe(base.fillCount);
    expect(metrics.deposits).toBe(base.deposits);
    const pnl = (result: MetricsResult) =>
      Object.fromEntries(result.symbols.map((row) => [row.symbol, row.realizedPnl]));
    const changed = Object.keys(pnl(base)).filter((symbol) => pnl(base)[symbol] !== pnl(metrics)[symbol]);
    expect(changed).toEqual(['ETH/USDT']);
    const day = Math.floor(fill.time / DAY_MS) - account.firstDay;
    expect(metrics.periodReturns.slice(0, day)).toEqual(base.periodReturns.slice(0, day));
    expect(metrics.periodReturns[day]).not.toBe(base.periodReturns[day]);
  });

  it('books a sale outside of the market at its mark, and the rest as a deposit', async () => {
    const { market, account } = worldAccount(test.state.venue);
    const sales = account.events.flatMap((event) =>
      event.kind === 'fill' && event.side === 'sell' && event.symbol === 'ETH/USDT' ? [event] : [],
    );
    const fill = sales[Math.floor(sales.length / 2)]!;
    const price = (Number(fill.price) * 1.5).toFixed(2);
    const edit = { kind: 'fill', symbol: fill.symbol, id: fill.id } as const;
    const { metrics } = await readEdited({ ...edit, price, offBook: true });
    expect(metrics.dataQuality).toMatchObject({ positionMoves: 1, checkedFillShare: 1 });
    const close = new Decimal(market.minuteClose('ETH', fill.time + 60_000).toString()).div(100);
    const gift = new Decimal(price).minus(close).times(fill.quantity);
    // The sale is booked at the mark of the minute.
    const { truth: atMark } = await readEdited({ ...edit, price: close.toFixed(2) });
    const [given, true_] = [new Decimal(metrics.deposits), atMark.days.map((day) => day.deposits)];
    sameMoney(given.minus(Decimal.sum(0, ...true_)).toFixed(), gift, 'the gift');
    sameMoney(metrics.realizedPnl, Decimal.sum(0, ...Object.values(atMark.realizedPnl)), 'realizedPnl');
    sameMoney(metrics.navEnd, new Decimal(atMark.days.at(-1)!.nav).plus(gift), 'navEnd');
    sameMoney(metrics.fees, atMark.fees, 'fees');
    // The gift is above 1 % of the value. The day is then linked there or has no return, and never gains by the gift.
    expect(metrics.totalReturn!).toBeLessThanOrEqual(atMark.totalReturn + 1e-3);
  });

  it('sees one changed deposit in exactly the numbers that depend on it', async () => {
    const { account } = worldAccount(test.state.venue);
    const deposits = account.events.filter((event) => event.kind === 'deposit' && event.asset === 'USDT');
    const deposit = deposits.at(-1)!;
    if (deposit.kind !== 'deposit') throw new Error('no deposit');
    const amount = String(Number(deposit.amount) + 1_000);
    const { metrics, truth: edited } = await readEdited({ kind: 'deposit', id: deposit.id, amount });
    expectTruth(metrics, edited);
    expect(Number(metrics.deposits) - Number(base.deposits)).toBeCloseTo(1_000, 6);
    expect(Number(metrics.navEnd) - Number(base.navEnd)).toBeCloseTo(1_000, 6);
    expect(metrics.absoluteProfit).toBe(base.absoluteProfit);
    expect(metrics.realizedPnl).toBe(base.realizedPnl);
    expect(metrics.tradingVolume).toBe(base.tradingVolume);
    expect(metrics.fees).toBe(base.fees);
  });
});
