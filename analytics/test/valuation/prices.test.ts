import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../src/ledger/decimal.ts';
import { MINUTE_MARK_MAX_AGE_MS, PriceBook, STALE_AFTER_MS } from '../../src/valuation/prices.ts';
import { mark } from '../ledger/entries.ts';

const text = (price: { value: Parameters<typeof formatDecimal>[0] } | null) =>
  price === null ? null : formatDecimal(price.value);

describe('when a price is asked for', () => {
  it('is the last at or before the instant, as a scan would find it', () => {
    const times = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { maxLength: 30 });
    fc.assert(
      fc.property(times, fc.integer({ min: -5, max: 205 }), (marked, instant) => {
        const book = new PriceBook(
          marked.map((time) => mark(time, 'BTC', String(time))),
          'USDT',
        );
        const before = marked.filter((time) => time <= instant);
        expect(text(book.at('BTC', instant))).toBe(before.length === 0 ? null : String(Math.max(...before)));
      }),
    );
  });

  it('is one for the reporting currency, and null for an asset without marks', () => {
    const book = new PriceBook([], 'USDT');
    expect(text(book.at('USDT', 0))).toBe('1');
    expect(text(book.atMinute('USDT', 0))).toBe('1');
    expect(book.at('BTC', 0)).toBeNull();
    expect(book.atMinute('BTC', 0)).toBeNull();
  });

  it('takes the minute before the day, and the first venue by name', () => {
    const other = { ...mark(5, 'BTC', '3'), venue: 'kraken' };
    expect(text(new PriceBook([mark(5, 'BTC', '2', '1m'), mark(5, 'BTC', '1')], 'USDT').at('BTC', 5))).toBe(
      '2',
    );
    expect(text(new PriceBook([other, mark(5, 'BTC', '1')], 'USDT').at('BTC', 5))).toBe('1');
  });
});

describe('when a price is old', () => {
  it('is stale after more than a day', () => {
    const book = new PriceBook([mark(0, 'BTC', '1')], 'USDT');
    expect(book.at('BTC', STALE_AFTER_MS)?.stale).toBe(false);
    expect(book.at('BTC', STALE_AFTER_MS + 1)?.stale).toBe(true);
  });

  it('does not value an instant to the minute, nor does a daily one', () => {
    const book = new PriceBook([mark(0, 'BTC', '1', '1m'), mark(0, 'ETH', '1')], 'USDT');
    expect(text(book.atMinute('BTC', MINUTE_MARK_MAX_AGE_MS))).toBe('1');
    expect(book.atMinute('BTC', MINUTE_MARK_MAX_AGE_MS + 1)).toBeNull();
    expect(book.atMinute('ETH', 0)).toBeNull();
  });
});
