import { RETURNS_PAGE } from '@perf-aggregator/shared/messages/request';
import { describe, expect, it } from 'vitest';
import { type Page, pages } from './pages.ts';
import { DAYS, openForReading } from './reads.ts';

describe('when days are read', () => {
  it('they chain to the total return, and their deepest drawdown is the maximum drawdown', async () => {
    const asking = openForReading();
    const [result, metrics] = [await asking.read('returns'), await asking.read('metrics')];
    const days = result['days'] as { [name: string]: number | null }[];
    expect(result).toMatchObject({
      ...{ environment: 'simulated', account: null, reportingCurrency: 'USDT', method: 'fifo' },
      ...{ dayCount: DAYS, from: '2026-11-08', to: '2026-11-19', window: null, benchmark: null },
      nextCursor: null,
    });
    expect(days).toHaveLength(DAYS);
    expect(days.at(-1)!['cumulativeReturn']).toBeCloseTo(metrics['totalReturn'] as number, 12);
    expect(Math.max(...days.map((day) => day['drawdown'] ?? 0))).toBeCloseTo(
      metrics['maxDrawdown'] as number,
    );
    expect(days.at(-1)!['drawdown']).toBeCloseTo(metrics['currentDrawdown'] as number, 12);
    expect(days.at(-1)!['nav']).toBe(metrics['navEnd']);
    expect(Object.keys(days[0]!)).not.toContain('sharpeRatio');
  });

  it('a window and a benchmark add their columns, and use days before the period', async () => {
    const asking = openForReading();
    const whole = (await asking.read('returns', { window: 3, benchmark: 'BTC' })) as unknown as Page;
    const part = (await asking.read('returns', {
      window: 3,
      benchmark: 'BTC',
      period: '7d',
    })) as unknown as Page;
    expect(whole.days[0]).toMatchObject({ volatilityAnnualized: null, sharpeRatio: null, beta: null });
    expect(part.days).toHaveLength(7);
    const rolling = ({ days }: Page) =>
      days.map(({ volatilityAnnualized, sharpeRatio, beta, benchmarkReturn }) => ({
        ...{ volatilityAnnualized, sharpeRatio, beta, benchmarkReturn },
      }));
    expect(rolling(part)).toEqual(rolling(whole).slice(-7));
    expect(part.days.every((day) => typeof day['beta'] === 'number')).toBe(true);
  });

  it('pages joined together equal the complete answer', async () => {
    const asking = openForReading();
    const all = (await asking.read('returns', { window: 2 })) as unknown as Page;
    for (const limit of [1, 5, DAYS, RETURNS_PAGE.max]) {
      const read = await pages(asking, 'returns', limit, { window: 2 });
      expect(read).toHaveLength(Math.ceil(DAYS / limit));
      expect(read.flatMap(({ days }) => days)).toEqual(all.days);
    }
  });
});
