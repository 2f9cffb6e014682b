import { parseDecimal } from '@perf-aggregator/analytics/amount/decimal';
import { parseEntry } from '@perf-aggregator/analytics/entries/parse';
import { postEntry } from '@perf-aggregator/analytics/holdings/posting';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { exchanged } from '../../../../src/venues/tables/binance/conversions.ts';
import { fieldCase } from '../../field.ts';
import { entriesOf, OWNER, type Row, readRow, refuses, refusesRows, streamOf } from './reading.ts';

const { dribblet, tradeFlow } = fieldCase('04-binance-dust-and-convert').answers as {
  readonly dribblet: Row;
  readonly tradeFlow: Row;
};
const [dust] = streamOf('dust').rows(dribblet) as readonly Row[];
const [conversion] = streamOf('conversions').rows(tradeFlow) as readonly Row[];

/** What entries move, by asset. */
function movedBy(entries: readonly Parameters<typeof parseEntry>[0][]): Readonly<Record<string, string>> {
  const sums = new Map();
  for (const entry of entries) postEntry(parseEntry(entry), sums);
  return Object.fromEntries([...sums].map(([asset, amount]) => [asset, String(amount)]));
}

describe('field case 04: when dust and a whole coin were converted', () => {
  it('each coin of the dust is a sale of its own, and moves what left and what arrived', () => {
    const entries = entriesOf('dust', dust);
    expect(entries.map(({ id, time }) => [id, time])).toEqual([
      ['45178372831:USDT', 1746964800000],
      ['45178372831:ETH', 1746964800000],
    ]);
    expect(movedBy(entries.slice(0, 1))).toEqual({ USDT: '-0.0009', BNB: '0.000441' });
    expect(movedBy(entries)).toEqual({ USDT: '-0.0009', ETH: '-0.0009', BNB: '0.00132256' });
    // The charge was taken from what the coin was worth: 0.000441 + 0.000009.
    expect(entries[0]).toMatchObject({ price: '0.5', fee: { amount: '0.000009', currency: 'BNB' } });
  });

  it('a conversion has no fee', () => {
    expect(entriesOf('conversions', conversion)).toEqual([
      {
        ...{ kind: 'fill', ...OWNER, wallet: 'spot', market: 'spot', time: 1746964800000, orderId: null },
        ...{ id: '940708407462087195', symbol: 'ETH/BNB', base: 'ETH', quote: 'BNB', side: 'sell' },
        ...{ quantity: '1', price: '3.2', fee: null },
      },
    ]);
  });
});

describe('when a conversion is read', () => {
  it('it moves exactly what left and what arrived, though a price may have no end', () => {
    const digits = fc
      .tuple(fc.bigInt({ min: 1n, max: 10n ** 24n }), fc.integer({ min: 0, max: 12 }))
      .map(([units, scale]) => `${units}e-${scale}`);
    fc.assert(
      fc.property(digits, digits, fc.option(digits), (fromAmount, toAmount, serviceChargeAmount) => {
        const gave = entriesOf('conversions', { ...conversion, fromAmount, toAmount })[0]!;
        const expected = entriesOf('conversions', { ...conversion, fromAmount, toAmount: fromAmount })[0]!;
        const sums = movedBy([gave]);
        expect(sums['ETH']).toBe(movedBy([expected])['ETH']);
        expect(sums['BNB']).toBe(movedBy([{ ...cash(toAmount) }])['BNB']);
        if (serviceChargeAmount === null) return;
        const detail = { fromAsset: 'ETH', transId: 1, amount: fromAmount, transferedAmount: toAmount };
        const row = { ...dust, userAssetDribbletDetails: [{ ...detail, serviceChargeAmount }] };
        expect(movedBy(entriesOf('dust', row))).toEqual(sums);
      }),
    );
  });

  it.each(['PROCESS', 'ACCEPT_SUCCESS'])('one of status %s waits', (orderStatus) => {
    expect(readRow('conversions', { ...conversion, orderStatus })).toMatchObject({
      pendingSince: 1746964800000,
    });
  });

  it('one that failed moves nothing, and one of the funding wallet moves that', () => {
    expect(entriesOf('conversions', { ...conversion, orderStatus: 'FAIL' })).toEqual([]);
    expect(entriesOf('conversions', { ...conversion, walletType: 'FUNDING' })).toMatchObject([
      { wallet: 'funding' },
    ]);
  });

  it('another status, wallet or form is refused', () => {
    refusesRows('conversions', [
      ...[
        { ...conversion, orderStatus: 'DONE' },
        { ...conversion, walletType: 'EARN' },
      ],
      ...[
        { ...conversion, fromAmount: '0' },
        { ...conversion, toAmount: '-1' },
        { ...conversion, createTime: 1 },
      ],
    ]);
    refusesRows('dust', [
      ...[
        { ...dust, userAssetDribbletDetails: {} },
        { ...dust, userAssetDribbletDetails: [{}] },
      ],
      ...[
        { ...dust, operateTime: '2025' },
        { ...dust, transId: undefined },
      ],
    ]);
    refuses(() => streamOf('dust').rows([]));
    refuses(() => streamOf('conversions').rows({ code: -1 }));
  });

  it('a gain of nothing is no conversion', () => {
    const [gave, got, charge] = [parseDecimal('0', 'x'), parseDecimal('1', 'x'), parseDecimal('0', 'x')];
    const swap = { id: '1', time: 1, wallet: 'spot', from: 'A', to: 'B', gave, got, charge };
    refuses(() => exchanged(OWNER, swap));
  });
});

/** The same amount of BNB, received as cash. */
function cash(amount: string) {
  const [entry] = entriesOf('dividends', { id: '1', divTime: '1746964800000', asset: 'BNB', amount });
  return entry!;
}
