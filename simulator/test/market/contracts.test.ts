import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createContracts, FUNDING_MS, fundingRate } from '../../src/market/contracts.ts';
import { createMarket } from '../../src/market/market.ts';
import { statusAt, toFine } from '../../src/market/series.ts';

const LAST_DAY = 20_778;
const market = createMarket({ lastDay: LAST_DAY, synthetic: 'standard' });
const contracts = createContracts(market);
const time = fc.integer({ min: (LAST_DAY - 200) * DAY_MS, max: LAST_DAY * DAY_MS });
const minute = time.map((t) => Math.floor(t / MINUTE_MS) * MINUTE_MS);
const NEVER = Number.MAX_SAFE_INTEGER;

describe('when a contract is priced', () => {
  it('stays within 8 hundredths of a percent of spot, and its mark within half of that', () => {
    fc.assert(
      fc.property(fc.constantFrom(...contracts.all), time, (contract, t) => {
        const index = contracts.indexAt(contract, t);
        const last = toFine(contracts.priceAt(contract, t), contract.digits);
        const tick = toFine(1n, contract.digits);
        expect((last - index) * 10_000n <= index * 8n).toBe(true);
        expect((index - last - tick) * 10_000n <= index * 8n).toBe(true);
        const apart = contracts.markAt(contract, t) - index;
        expect(apart * 10_000n <= index * 4n && -apart * 10_000n <= index * 4n).toBe(true);
      }),
    );
  });

  it('differs from spot most of the time, so that the two cannot be confused', () => {
    const contract = contracts.byId('BTCUSDT');
    const days = Array.from({ length: 100 }, (_, i) => (LAST_DAY - i) * DAY_MS);
    const far = days.filter((t) => {
      const index = contracts.indexAt(contract, t);
      const apart = contracts.markAt(contract, t) - index;
      return (apart < 0n ? -apart : apart) * 100_000n > index * 5n;
    });
    expect(far.length).toBeGreaterThan(80);
  });

  it('has minutes that hold every price of theirs and close with the last', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...contracts.all),
        minute,
        fc.integer({ min: 0, max: 59_999 }),
        (one, t, ms) => {
          const bar = contracts.bar(one, t, MINUTE_MS, NEVER)!;
          const price = contracts.priceAt(one, t + ms);
          expect(bar.low <= price && price <= bar.high).toBe(true);
          expect(contracts.markBar(one, t, MINUTE_MS, NEVER)?.close).toBe(
            contracts.markClose(one, t + MINUTE_MS),
          );
        },
      ),
    );
  });

  it('has days that hold every price of theirs', () => {
    fc.assert(
      fc.property(fc.constantFrom(...contracts.all), time, (one, t) => {
        const day = Math.floor(t / DAY_MS) * DAY_MS;
        const price = contracts.priceAt(one, t);
        const bar = contracts.bar(one, day, DAY_MS, NEVER)!;
        expect(bar.low <= price && price <= bar.high).toBe(true);
      }),
    );
  });

  it('has funding rates of both signs', () => {
    const contract = contracts.byId('ETHUSDT');
    const rates = Array.from({ length: 90 }, (_, i) =>
      fundingRate(contract, LAST_DAY * DAY_MS - i * FUNDING_MS),
    );
    expect(rates.some((rate) => rate > 0n) && rates.some((rate) => rate < 0n)).toBe(true);
    for (const rate of rates) expect(rate >= -14_000n && rate <= 26_000n).toBe(true);
  });

  it('names its dated contract by its day, and no other contract', () => {
    const dated = contracts.all.find(({ expiry }) => expiry !== null)!;
    expect(dated.id).toMatch(/^BTCUSDT_\d{6}$/);
    expect(dated.expiry).toBe((LAST_DAY - 4) * DAY_MS + FUNDING_MS);
    expect(() => contracts.byId('DOGEUSDT')).toThrow(RangeError);
  });
});

describe('when a synthetic market is priced', () => {
  it('has minutes that hold every price of theirs and close with the last', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...market.spot),
        minute,
        fc.integer({ min: 0, max: 59_999 }),
        (series, t, ms) => {
          const bar = series.bar(t, MINUTE_MS, NEVER)!;
          const price = series.priceAt(t + ms);
          expect(bar.low <= price && price <= bar.high).toBe(true);
          expect(bar.close).toBe(series.minuteClose(t + MINUTE_MS));
        },
      ),
    );
  });

  it('trades about as much money as the market that it comes from', () => {
    const money = (symbol: string): number => {
      const series = market.spot.find((one) => one.symbol === symbol)!;
      const bar = series.bar(LAST_DAY * DAY_MS, DAY_MS, NEVER)!;
      return (Number(bar.volume) / 1e8) * (Number(bar.close) / 10 ** series.digits);
    };
    expect(money('PEBL/USDT') / money('SOL/USDT')).toBeCloseTo(1, 3);
    expect(money('ORBT/USDT') / money('BNB/USDT')).toBeCloseTo(1, 3);
  });

  it('is not there without being asked for', () => {
    const plain = createMarket({ lastDay: LAST_DAY });
    expect(plain.spot.map(({ symbol }) => symbol)).toEqual([
      'BTC/USDT',
      'ETH/USDT',
      'SOL/USDT',
      'BNB/USDT',
      'EUR/USDT',
    ]);
    expect(market.spot.filter(({ isSynthetic }) => isSynthetic)).toHaveLength(7);
  });

  it('stops, is removed, and opens on the days of its schedule', () => {
    const { orbtBreakDay, orbtRemovedDay, renameDay } = market.schedule!;
    const status = (symbol: string, day: number) =>
      statusAt(market.spot.find((one) => one.symbol === symbol)!, day * DAY_MS);
    expect([-1, 0].map((days) => status('ORBT/USDT', orbtBreakDay + days))).toEqual(['TRADING', 'BREAK']);
    expect([-1, 0].map((days) => status('ORBT/USDT', orbtRemovedDay + days))).toEqual(['BREAK', null]);
    expect([-1, 0].map((days) => status('LUMA/USDT', renameDay + days))).toEqual(['TRADING', 'BREAK']);
    expect([-1, 0].map((days) => status('LUMX/USDT', renameDay + days))).toEqual([null, 'TRADING']);
  });

  it('gives a renamed coin the value that it had', () => {
    const at = (symbol: string) => market.spot.find((one) => one.symbol === symbol)!;
    const t = market.schedule!.renameDay * DAY_MS;
    expect(toFine(at('LUMA/USDT').priceAt(t), 4)).toBe(toFine(at('LUMX/USDT').priceAt(t), 7) * 1_000n);
  });
});
