import { DAY_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawdownRecord, drawdowns } from '../../src/series/drawdown.ts';
import { toReturnSeries } from '../../src/series/return-series.ts';
import { returnsMetrics } from '../../src/series/returns-metrics.ts';

const oneReturn = fc.integer({ min: -120, max: 150 }).map((percent) => percent / 100);
const records = fc.array(oneReturn, { minLength: 1, maxLength: 80 });

/** Finds the episodes on the path itself: it searches the recovery of every peak. */
function naiveEpisodes(returns: readonly number[]) {
  const path = [1];
  for (const r of returns) path.push(Math.max(path.at(-1)! * (1 + r), 0));
  const episodes = [];
  for (let peak = 0; peak < path.length - 1; peak++) {
    if (path[peak] !== Math.max(...path.slice(0, peak + 1)) || path[peak + 1]! >= path[peak]!) continue;
    const recovery = path.findIndex((value, i) => i > peak && value >= path[peak]!);
    const end = recovery === -1 ? path.length : recovery;
    const depths = path.slice(peak + 1, end).map((value) => -(value / path[peak]! - 1));
    const depth = Math.max(...depths);
    episodes.push({
      peakTime: peak * DAY_MS,
      troughTime: (peak + 1 + depths.indexOf(depth)) * DAY_MS,
      recoveryTime: recovery === -1 ? null : recovery * DAY_MS,
      depth,
      durationDays: (recovery === -1 ? path.length - 1 : recovery) - peak,
    });
  }
  return episodes.sort((a, b) => b.depth - a.depth || a.peakTime - b.peakTime);
}

describe('when a loss comes first', () => {
  it('counts it as a drawdown from the start of the record', () => {
    const metrics = returnsMetrics(toReturnSeries([-0.1, 0.2], Date.parse('2023-01-01')));
    expect(metrics.maxDrawdown).toBeCloseTo(0.1, 15);
    expect(metrics.maxDrawdownPeakTime).toBe(Date.parse('2023-01-01'));
    expect(metrics.maxDrawdownTroughTime).toBe(Date.parse('2023-01-02'));
    expect(metrics.maxDrawdownRecoveryTime).toBe(Date.parse('2023-01-03'));
    expect(metrics.maxDrawdownDurationDays).toBe(2);
  });
});

describe('when the path stays at its peak or at its trough', () => {
  it('begins at the last time of the peak, and has its trough at the first time of the minimum', () => {
    const { drawdowns: episodes } = returnsMetrics(toReturnSeries([0.5, 0, 0, -0.5, 0, 0, 1, 0], 0));
    expect(episodes).toEqual([
      {
        peakTime: 3 * DAY_MS,
        troughTime: 4 * DAY_MS,
        recoveryTime: 7 * DAY_MS,
        depth: 0.5,
        durationDays: 4,
      },
    ]);
  });
});

describe('when there are several drawdowns', () => {
  it('finds the same episodes as a search from every peak', () => {
    fc.assert(
      fc.property(records, (returns) => {
        const { episodes, episodeCount, longestDays } = drawdownRecord(toReturnSeries(returns, 0), 1000);
        const expected = naiveEpisodes(returns);
        expect(episodes).toEqual(expected);
        expect(episodeCount).toBe(expected.length);
        expect(longestDays).toBe(Math.max(0, ...expected.map(({ durationDays }) => durationDays)));
      }),
    );
  });

  it('keeps the deepest ones when there are more than requested, and counts all of them', () => {
    fc.assert(
      fc.property(records, fc.integer({ min: 1, max: 5 }), (returns, limit) => {
        const series = toReturnSeries(returns, 0);
        const all = drawdownRecord(series, 1000);
        expect(drawdownRecord(series, limit)).toEqual({ ...all, episodes: all.episodes.slice(0, limit) });
      }),
    );
  });
});

describe('when the drawdowns of a record are summarised', () => {
  it('they are between 0 and 1, and mean ≤ root mean square ≤ maximum', () => {
    fc.assert(
      fc.property(records, (returns) => {
        const metrics = returnsMetrics(toReturnSeries(returns, 0));
        const depths = Array.from(drawdowns(Float64Array.from(returns)), Math.abs);
        expect(metrics.maxDrawdown).toBe(Math.max(...depths));
        expect(metrics.currentDrawdown).toBe(depths.at(-1));
        expect(metrics.underwaterPeriods).toBe(depths.filter((depth) => depth > 0).length);
        expect(metrics.maxDrawdown).toBeLessThanOrEqual(1);
        expect(metrics.painIndex! - metrics.ulcerIndex!).toBeLessThanOrEqual(1e-12);
        expect(metrics.ulcerIndex! - metrics.maxDrawdown!).toBeLessThanOrEqual(1e-12);
        expect(metrics.drawdowns[0]?.depth ?? 0).toBe(metrics.maxDrawdown);
      }),
    );
  });
});

describe('when the path exceeds the range of a double', () => {
  it('still has the drawdowns of its last part', () => {
    const returns = [...Array<number>(3000).fill(1), -0.25, -0.5];
    const { maxDrawdown, drawdownCount } = returnsMetrics(toReturnSeries(returns, 0));
    expect({ maxDrawdown, drawdownCount }).toEqual({ maxDrawdown: 0.625, drawdownCount: 1 });
    expect(Array.from(drawdowns(Float64Array.from(returns)).subarray(-3))).toEqual([0, -0.25, -0.625]);
  });
});
