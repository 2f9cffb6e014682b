import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../../src/amount/decimal.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { InputError } from '../../src/errors.ts';
import { MINUTE_MARK_MAX_AGE_MS, PriceBook, STALE_AFTER_MS } from '../../src/prices/price-book.ts';
import { mark } from '../entries/entries.ts';

const text = (price: { value: Parameters<typeof formatDecimal>[0] } | null) =>
  price === null ? null : formatDecimal(price.value);

describe('when a price is requested', () => {
  it('is the last price at or before the instant, the same as in a linear scan', () => {
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

  it('prefers the minute to the day, and then the first venue by name', () => {
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

  it('does not value an instant to the minute, and neither does a daily price', () => {
    const book = new PriceBook([mark(0, 'BTC', '1', '1m'), mark(0, 'ETH', '1')], 'USDT');
    expect(text(book.atMinute('BTC', MINUTE_MARK_MAX_AGE_MS))).toBe('1');
    expect(book.atMinute('BTC', MINUTE_MARK_MAX_AGE_MS + 1)).toBeNull();
    expect(book.atMinute('ETH', 0)).toBeNull();
  });
});

/** Daily marks at one instant, `BTC/USDT 100`, and price books of them. */
function pairs(time: number, ...texts: readonly string[]): readonly Mark[] {
  return texts.map((text) => {
    const [pair, price] = text.split(' ') as [string, string];
    const [asset, quote] = pair.split('/') as [string, string];
    return {
      ...mark(time, asset, price),
      quote: quote.split(':')[0]!,
      ...(pair.includes(':') && { asset: pair }),
    };
  });
}

describe('when an asset has no price in the reporting currency', () => {
  const marks = pairs(
    5,
    'BTC/USDT 100',
    'EUR/USDT 1.25',
    'XYZ/BTC 0.5',
    'BTC/EUR 81',
    'USDT/TRY 40',
    'ABC/USD 7',
  );

  it.each<[asset: string, currency: string, price: string | null, way: string]>([
    ['BTC', 'EUR', '81', 'the pair itself'],
    ['USDT', 'EUR', '0.8', 'its inverse'],
    ['XYZ', 'EUR', '40.5', 'over BTC'],
    ['XYZ', 'USDT', '50', 'over BTC'],
    ['TRY', 'USDT', '0.025', 'its inverse'],
    ['TRY', 'EUR', '0.02', 'over USDT, both inverse'],
    ['TRY', 'BTC', '0.00025', 'over USDT, both inverse'],
    ['EUR', 'TRY', '50', 'over USDT'],
    ['TRY', 'XYZ', null, 'two currencies between'],
    ['ABC', 'USDT', null, 'USD, which is not USDT'],
    ['USD', 'USDT', null, 'USD, which is not USDT'],
  ])('prices %s in %s at %s by %s', (asset, currency, price) => {
    expect(text(new PriceBook(marks, currency).at(asset, 5))).toBe(price);
  });

  it('tries USDT, USDC, USD, BTC, ETH, EUR, then the rest by name, in any order of marks', () => {
    const between = ['USDT', 'USDC', 'USD', 'BTC', 'ETH', 'EUR', 'AAA', 'BBB'];
    for (let first = 0; first < between.length; first++) {
      const known = between
        .slice(first)
        .flatMap((currency, i) => pairs(5, `XYZ/${currency} 1`, `${currency}/GBP ${first + i + 1}`));
      expect(text(new PriceBook(known, 'GBP').at('XYZ', 5))).toBe(String(first + 1));
      expect(text(new PriceBook(known.toReversed(), 'GBP').at('XYZ', 5))).toBe(String(first + 1));
    }
  });

  it('prefers a path that is not stale, and is as stale as its oldest leg', () => {
    const later = STALE_AFTER_MS + 6;
    const book = new PriceBook(
      [...pairs(5, 'XYZ/EUR 9', 'XYZ/BTC 2', 'BTC/EUR 10'), ...pairs(later, 'XYZ/USDT 3', 'USDT/EUR 2')],
      'EUR',
    );
    expect(text(book.at('XYZ', 5))).toBe('9');
    expect(text(book.at('XYZ', later))).toBe('6');
    const halfStale = new PriceBook([...pairs(5, 'XYZ/BTC 2'), ...pairs(later, 'BTC/EUR 11')], 'EUR');
    expect(halfStale.at('XYZ', later)).toMatchObject({ stale: true });
    expect(text(halfStale.at('XYZ', later))).toBe('22');
  });

  it('uses a minute price for every leg', () => {
    const minute = (mark: Mark): Mark => ({ ...mark, resolution: '1m' });
    const [first, second] = pairs(5, 'XYZ/BTC 2', 'BTC/EUR 10') as [Mark, Mark];
    expect(new PriceBook([minute(first), second], 'EUR').atMinute('XYZ', 5)).toBeNull();
    expect(text(new PriceBook([minute(first), minute(second)], 'EUR').atMinute('XYZ', 5))).toBe('20');
  });

  it('accepts a price of zero, but not as an intermediate price', () => {
    const book = new PriceBook(pairs(5, 'XYZ/BTC 0', 'BTC/EUR 10', 'EUR/ABC 0'), 'EUR');
    expect(text(book.at('XYZ', 5))).toBe('0');
    expect(book.at('ABC', 5)).toBeNull();
  });

  it('rounds to 40 decimals', () => {
    const book = new PriceBook(pairs(5, 'EUR/USDT 3', 'XYZ/USDT 0.7'), 'EUR');
    expect(text(book.at('USDT', 5))).toBe(`0.${'3'.repeat(40)}`);
    expect(text(book.at('XYZ', 5))).toBe(`0.2${'3'.repeat(39)}`);
  });
});

describe('when the value of one contract unit is asked for', () => {
  const marks = pairs(5, 'BTC/USDT:USDT 80', 'BTC/USD:BTC 50', 'BTC/USD:USDC 90', 'EUR/USDT 2', 'BTC/EUR 30');

  it.each<[symbol: string, price: string | null, way: string]>([
    ['BTC/USDT:USDT', '40', 'mark × rate of USDT'],
    ['BTC/USD:BTC', '-0.6', '−1/mark × price of BTC'],
    ['BTC/USD:USDC', null, 'nothing: USDC has no price'],
    ['ETH/USDT:USDT', null, 'nothing: it has no mark'],
  ])('is %s at %s: %s', (symbol, price) => {
    expect(text(new PriceBook(marks, 'EUR').at(symbol, 5))).toBe(price);
  });
});

describe('when a venue is named', () => {
  const kraken = (mark: Mark): Mark => ({ ...mark, venue: 'kraken' });

  it('uses the price of that venue, then any other', () => {
    const book = new PriceBook(
      [mark(5, 'BTC', '1'), kraken(mark(5, 'BTC', '2')), mark(5, 'ETH', '3')],
      'USDT',
    );
    expect(text(book.at('BTC', 5, 'kraken'))).toBe('2');
    expect(text(book.at('BTC', 5, 'okx'))).toBe('1');
    expect(text(book.at('ETH', 5, 'kraken'))).toBe('3');
  });

  it('uses another venue where its own price is stale, but not where both are stale', () => {
    const later = STALE_AFTER_MS + 6;
    const book = new PriceBook([kraken(mark(5, 'BTC', '2')), mark(6, 'BTC', '1')], 'USDT');
    expect(text(book.at('BTC', later, 'kraken'))).toBe('1');
    expect(text(book.at('BTC', later + 1, 'kraken'))).toBe('2');
  });

  it('uses the minute price of another venue where its own venue has none', () => {
    const book = new PriceBook([kraken(mark(5, 'BTC', '2')), mark(5, 'BTC', '1', '1m')], 'USDT');
    expect(text(book.atMinute('BTC', 5, 'kraken'))).toBe('1');
  });
});

describe('when a mark is malformed', () => {
  const range = { resolution: '1m' as const, low: '1', high: '2' };
  it.each([
    { price: '-1' },
    { price: '1e3' },
    { time: 0.5 },
    { ...range, low: '3' },
    { ...range, low: '-1' },
    { ...range, high: 'x' },
    { resolution: '1m' as const, high: '2' },
    { volume: '-1' },
    { volume: '1', vwap: '-1' },
  ] satisfies readonly Partial<Mark>[])('refuses %j', (rest) => {
    const act = () => new PriceBook([{ ...mark(5, 'BTC', '1'), ...rest }], 'USDT');
    expect(act).toThrow(InputError);
    expect(act).toThrow(expect.objectContaining({ code: 'ledger_mark_malformed' }));
  });
});
