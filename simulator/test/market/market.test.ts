import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, formatPrice, parseAmount, parsePrice } from '../../src/market/amount.ts';
import { BASES } from '../../src/market/history.ts';
import { createMarket } from '../../src/market/market.ts';

const LAST_DAY = 20_778;
const market = createMarket({ lastDay: LAST_DAY });

describe('when the history is shifted', () => {
  it('puts the last recorded day on the chosen day, with its exact prices', () => {
    // 2024-12-31 in data/market/BTC-USDT.csv: 92792.05,96250.0,92033.73,93576.0
    const bar = market.bar('BTC', LAST_DAY * DAY_MS, DAY_MS, Number.MAX_SAFE_INTEGER);
    expect([bar?.open, bar?.high, bar?.low, bar?.close].map((p) => formatPrice(p!))).toEqual([
      '92792.05',
      '96250',
      '92033.73',
      '93576',
    ]);
    expect(market.firstDay).toBe(LAST_DAY - 1726);
    // 2020-04-10 in data/market/BNB-USD.csv: close 13.737724…, rounded down to the tick
    expect(formatPrice(market.dayClose('BNB', market.firstDay))).toBe('13.73');
  });

  it('knows nothing before its first day', () => {
    expect(market.bar('BTC', (market.firstDay - 1) * DAY_MS, DAY_MS, Number.MAX_SAFE_INTEGER)).toBeNull();
    expect(() => market.dayClose('BTC', market.firstDay - 1)).toThrow(RangeError);
  });

  it('repeats its returns after its last day, starting from the last close', () => {
    for (const base of BASES) {
      const next = market.bar(base, (LAST_DAY + 1) * DAY_MS, DAY_MS, Number.MAX_SAFE_INTEGER)!;
      expect(next.open).toBe(market.dayClose(base, LAST_DAY));
      const recorded =
        Number(market.dayClose(base, market.firstDay + 9)) /
        Number(market.dayClose(base, market.firstDay + 8));
      const replayed =
        Number(market.dayClose(base, LAST_DAY + 10)) / Number(market.dayClose(base, LAST_DAY + 9));
      // SOL cost less than one dollar then, so one tick is one percent.
      expect(Math.abs(replayed / recorded - 1)).toBeLessThan(0.02);
    }
  });
});

describe('when a price inside a day is asked for', () => {
  const base = fc.constantFrom(...BASES);
  const time = fc.integer({ min: market.firstDay * DAY_MS, max: (LAST_DAY + 3_000) * DAY_MS });

  it('stays inside the range of the day; minutes agree with instants and with the day', () => {
    fc.assert(
      fc.property(base, time, (asset, t) => {
        const day = Math.floor(t / DAY_MS);
        const whole = market.bar(asset, day * DAY_MS, DAY_MS, Number.MAX_SAFE_INTEGER)!;
        const price = market.priceAt(asset, t);
        expect(price >= whole.low && price <= whole.high).toBe(true);
        const open = Math.floor(t / MINUTE_MS) * MINUTE_MS;
        const minute = market.bar(asset, open, MINUTE_MS, Number.MAX_SAFE_INTEGER)!;
        expect(price >= minute.low && price <= minute.high).toBe(true);
        expect(market.minuteClose(asset, open + MINUTE_MS)).toBe(minute.close);
        expect(market.minuteClose(asset, open + 2 * MINUTE_MS - 1)).toBe(minute.close);
        expect(market.minuteClose(asset, (day + 1) * DAY_MS)).toBe(whole.close);
      }),
    );
  });

  it('shows only the part of a bar up to the given time', () => {
    const start = LAST_DAY * DAY_MS;
    expect(market.bar('ETH', start, DAY_MS, start - 1)).toBeNull();
    const part = market.bar('ETH', start, DAY_MS, start + 3_600_000)!;
    expect(part.close).toBe(market.priceAt('ETH', start + 3_600_000));
    expect(part.volume).toBeGreaterThan(0n);
  });
});

describe('when amounts are read and written', () => {
  it('writes the text that it read', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (n) => {
        expect(parseAmount(formatAmount(n))).toBe(n);
        expect(parsePrice(formatPrice(n))).toBe(n);
      }),
    );
    expect(formatAmount(0n)).toBe('0');
    expect(formatAmount(1_000_000_000n)).toBe('10');
  });

  it.each(['', '1e5', '.5', '1.', '0.123456789', 'NaN', '+1'])('refuses %j', (text) => {
    expect(() => parseAmount(text)).toThrow(RangeError);
  });
});
