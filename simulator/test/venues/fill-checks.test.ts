import { buildAccountHistory } from '@perf-aggregator/analytics';
import type { PullBudget } from '@perf-aggregator/enclave/venues/port';
import { binance } from '@perf-aggregator/enclave/venues/tables/binance/table';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { afterEach, describe, expect, it } from 'vitest';
import { withEdit } from '../../src/trader/edit.ts';
import { groundTruth } from '../../src/trader/ground-truth.ts';
import type { VenueRequest } from '../../src/venues/binance/venue.ts';
import { Reader } from './reader.ts';
import { ACCOUNT, CUSTOMER, history, market, NOW, openRoad, type Road } from './road.ts';

let road: Road;
afterEach(() => road.close());

const PATIENT: PullBudget = { maxEntries: 100_000, until: NOW + DAY_MS };

/** A first pull, in which fills are compared. */
const firstPull = () => new Reader(road.exchanges, ACCOUNT).pull(PATIENT);

describe('when fills are compared with their minutes', () => {
  it('gets the range of each minute, and the volume and the average price of each day', async () => {
    road = await openRoad();
    const { marks } = await firstPull();
    const fills = history.events.filter((event) => event.kind === 'fill');
    const ranges = new Map(marks.flatMap((mark) => (mark.low ? [[`${mark.asset} ${mark.time}`, mark]] : [])));
    for (const fill of fills) {
      const end = Math.floor(fill.time / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
      const { low, high } = ranges.get(`${fill.symbol.split('/')[0]} ${end}`)!;
      expect(Number(low) <= Number(fill.price) && Number(fill.price) <= Number(high)).toBe(true);
    }
    for (const mark of marks.filter(({ resolution }) => resolution === '1d')) {
      expect(mark.low).toBeUndefined();
      expect(Number(mark.volume)).toBeGreaterThan(0);
      expect(Math.abs(Number(mark.vwap) / Number(mark.price) - 1)).toBeLessThan(1);
    }
  });

  it('checks the largest fills first, within its limit of requests', async () => {
    const few = { ...binance, checkRequests: 20 };
    road = await openRoad({ tables: { binance: few } });
    const pull = await firstPull();
    expect(pull.done).toBe(true);
    expect(pull.cursor['checks']).toEqual({});
    const { fillCount, tradingVolume } = groundTruth(history, market);
    const reporting = { reportingCurrency: 'USDT', asOf: NOW, snapshots: [] };
    const { dataQuality } = buildAccountHistory({ ...pull, ...reporting });
    const values = history.events
      .flatMap((event) => (event.kind === 'fill' ? [Number(event.quantity) * Number(event.price)] : []))
      .sort((a, b) => b - a);
    expect(values).toHaveLength(fillCount);
    // All fills of a page are checked together, so the share is at least that of the 20 largest.
    const largest = values.slice(0, 20).reduce((sum, value) => sum + value, 0) / Number(tradingVolume);
    expect(dataQuality.checkedFillShare).toBeGreaterThan(largest);
    expect(dataQuality.checkedFillShare).toBeLessThan(0.5);
    expect(dataQuality).toMatchObject({ positionMoves: 0, illiquidPnlShare: 0 });
  });

  it('waits for a minute that is not over yet', async () => {
    road = await openRoad();
    const fill = history.events.findLast((event) => event.kind === 'fill')!;
    const minute = Math.floor(fill.time / MINUTE_MS) * MINUTE_MS;
    const budget = { maxEntries: 100_000, until: NOW + DAY_MS };
    road.clock.set(fill.time + 1);
    const reader = new Reader(road.exchanges, ACCOUNT);
    const early = await reader.all(() => budget);
    expect(early.done).toBe(true);
    const marks = reader.pulls.flatMap((pull) => pull.marks);
    expect(marks.filter(({ time }) => time > fill.time)).toEqual([]);
    road.clock.set(minute + 2 * MINUTE_MS);
    const later = await reader.pull(budget);
    expect(later.marks.filter(({ low, time }) => low && time === minute + MINUTE_MS)).toHaveLength(1);
    expect(later.cursor['checks']).toEqual({});
  });

  it('gives no range for a minute without a trade', async () => {
    const isMinutes = ({ path, query }: VenueRequest) =>
      path.endsWith('/klines') && query.get('interval') === '1m' && query.has('startTime');
    road = await openRoad({ fault: (request) => (isMinutes(request) ? { status: 200, body: '[]' } : null) });
    const pull = await firstPull();
    const minutes = pull.marks.filter(({ resolution }) => resolution === '1m');
    expect(minutes.length).toBeGreaterThan(50);
    expect(minutes.filter(({ low, high }) => low !== undefined || high !== undefined)).toEqual([]);
    const reporting = { reportingCurrency: 'USDT', asOf: NOW, snapshots: [] };
    expect(buildAccountHistory({ ...pull, ...reporting }).dataQuality).toMatchObject({
      checkedFillShare: 0,
      positionMoves: 0,
    });
  });

  it('books a fill at the mark if it is not in the candles of the venue', async () => {
    const fills = history.events.filter((event) => event.kind === 'fill');
    const sale = fills.findLast(({ side, symbol }) => side === 'sell' && symbol === 'ETH/USDT')!;
    const price = (Number(sale.price) * 1.02).toFixed(2);
    const edit = { kind: 'fill', symbol: sale.symbol, id: sale.id, price } as const;
    const qualityOf = async (changes: object) => {
      const edited = { ...CUSTOMER, history: withEdit(history, { ...edit, ...changes }) };
      road = await openRoad({ customers: [edited] });
      const pull = await firstPull();
      const reporting = { reportingCurrency: 'USDT', asOf: NOW, snapshots: [] };
      return buildAccountHistory({ ...pull, ...reporting }).dataQuality;
    };
    expect(await qualityOf({})).toMatchObject({ positionMoves: 0, offMarketFillShare: 0 });
    await road.close();
    const moved = await qualityOf({ offBook: true });
    expect(moved).toMatchObject({ positionMoves: 1, checkedFillShare: 1 });
    expect(moved.offMarketFillShare).toBeGreaterThan(0);
  });
});
