import { describe, expect, it } from 'vitest';
import { analyze } from '../../src/analyze/analyze.ts';
import { refusal } from './refusal.ts';

const DAY_MS = 86_400_000;
const day = (i: number) => Date.UTC(2024, 0, i);
const values = [0.1, -0.05, 0.02, 0.03, -0.01, 0.04];
const csv = (rows: readonly string[]) => rows.join('\n');
const returns = csv([
  'date,return,benchmark',
  ...values.map((value, i) => `2024-01-0${i + 1},${value},${value / 2}`),
]);
const navs = csv([
  'date,nav,flow',
  '2024-01-01,100,',
  '2024-01-02,110,',
  '2024-01-03,160,50',
  '2024-01-04,150,',
  '2024-01-05,130,-30',
]);

describe('when a part of a file is requested', () => {
  it('the result equals that of the same returns alone', () => {
    const part = analyze(returns, { from: day(2), to: day(5) });
    const alone = analyze(csv(['date,return,benchmark', ...returns.split('\n').slice(2, 5)]));
    expect(part).toEqual(alone);
    expect(part).toMatchObject({ observationCount: 3, startTime: day(2), endTime: day(5) });
    expect(part['totalReturn']).toBeCloseTo(0.95 * 1.02 * 1.03 - 1, 12);
  });

  it('it has the value at its own start, and its own flows', () => {
    const part = analyze(navs, { from: day(3), to: day(5) });
    expect(part).toMatchObject({
      ...{ navStart: '110', navEnd: '150', deposits: '50', withdrawals: '0', absoluteProfit: '-10' },
      ...{ startTime: day(3), endTime: day(5), observationCount: 2, largeFlowsUnvalued: 1 },
    });
    expect(part['periodReturns']).toEqual([160 / 160 - 1, 150 / 160 - 1]);
    // The withdrawal of the last day is later.
    expect(analyze(navs, { from: day(5) })).toMatchObject({ withdrawals: '30', absoluteProfit: '10' });
  });

  it('money at risk is computed from its last value', () => {
    const part = analyze(navs, { from: day(2), to: day(5) });
    expect(Number(part['historicalVar95Amount'])).toBeCloseTo(150 * Number(part['historicalVar95']), 9);
    expect(part['cornishFisherVar95Amount']).toBeNull();
    expect(part.undefinedReasons).toMatchObject({ cornishFisherVar95Amount: 'tooFewObservations' });
  });

  it('it counts back from the end, or from --to', () => {
    expect(analyze(returns, { period: '1d' })).toMatchObject({ observationCount: 1, startTime: day(6) });
    const week = analyze(returns, { period: '7d', to: day(4) });
    expect(week).toMatchObject({ observationCount: 3, endTime: day(4) });
    expect(analyze(returns, { period: 'all' })).toEqual(analyze(returns));
  });

  it('it is empty where no period lies wholly within it', () => {
    const none = analyze(returns, { from: day(20) });
    expect(none).toMatchObject({ observationCount: 0, totalReturn: null });
    expect(analyze(navs, { from: day(20) })).toMatchObject({
      observationCount: 0,
      navStart: null,
      xirr: null,
    });
    const half = analyze(returns, { from: day(2) + DAY_MS / 2, to: day(3) });
    expect(half).toMatchObject({ observationCount: 0 });
  });
});

describe('when a window rolls', () => {
  const deviation = (all: readonly number[]) => {
    const mean = all.reduce((sum, value) => sum + value, 0) / all.length;
    return Math.sqrt(all.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (all.length - 1));
  };

  it('it has an element for each period, none before it is full, and uses returns before the period', () => {
    const whole = analyze(returns, { window: 3 })['rolling'] as Record<string, (number | null)[]>;
    expect(whole['window']).toBe(3);
    const volatility = whole['volatilityAnnualized']!;
    expect(volatility.slice(0, 2)).toEqual([null, null]);
    expect(volatility[2]).toBeCloseTo(deviation(values.slice(0, 3)) * Math.sqrt(365), 12);
    expect(volatility[5]).toBeCloseTo(deviation(values.slice(3)) * Math.sqrt(365), 12);
    expect(whole['beta']![4]).toBeCloseTo(2, 12);
    const part = analyze(returns, { window: 3, from: day(4) })['rolling'] as typeof whole;
    expect(part).toEqual(
      Object.fromEntries(
        Object.entries(whole).map(([name, all]) => [name, Array.isArray(all) ? all.slice(3) : all]),
      ),
    );
  });

  it('it covers values without a benchmark, and returns without dates', () => {
    const rolling = analyze(navs, { window: 2 })['rolling'] as Record<string, unknown>;
    expect(Object.keys(rolling).sort()).toEqual(['sharpeRatio', 'volatilityAnnualized', 'window']);
    const undated = analyze('{"returns": [0.1, 0.2, 0.3]}', { window: 2 });
    expect((undated['rolling'] as { sharpeRatio: unknown[] }).sharpeRatio).toHaveLength(3);
    expect(analyze(returns)).not.toHaveProperty('rolling');
  });
});

describe('when a file does not contain the requested part', () => {
  const trades = 'time,symbol,side,quantity,price\n2024-01-01,A/B,buy,1,10\n';
  const matrix = '{"returns": {"A": [1, 2, 4]}}';

  it.each([
    ['{"returns": [0.1]}', { period: '7d' }, 'the file has no dates'],
    [trades, { from: day(1) }, 'no returns or values'],
    [matrix, { to: day(1) }, 'no returns or values'],
    [trades, { window: 3 }, 'no returns or values'],
  ] as const)('it is refused: %j', (text, options, what) => {
    const said = refusal(text, options);
    expect(said).toMatch(/^analyze_option_unsupported: /);
    expect(said).toContain(what);
  });
});
