import { describe, expect, it } from 'vitest';
import { conductRows } from '../../src/present/conduct-rows.ts';

const clean = {
  dataQuality: {
    gapCount: 0,
    stalePrices: 0,
    unpricedAssets: [],
    unreadWalletDays: 0,
    creditIncomeShare: 0,
    positionMoves: 0,
    offMarketFillShare: 0,
    blockTradeShare: 0,
    checkedFillShare: 1,
    illiquidPnlShare: 0,
  },
  illiquidPnlShare: 0,
  largeFlowsUnvalued: 0,
};

describe('when a report is verified', () => {
  it('the output says how much of the trading was compared, and lists nothing that is in order', () => {
    expect(conductRows(clean)).toEqual([['Fills checked', '100.00 % of the traded value']]);
  });

  it('the output says what was not read, where the report states it', () => {
    const told = (...missing: readonly string[]) =>
      conductRows({ ...clean, scope: { from: null, state: 'partial', missing: [...missing] } })[0];
    expect(told()).toEqual(['Not read', 'nothing']);
    expect(told('a', 'b', 'c', 'd', 'e', 'f')).toEqual(['Not read', 'a; b; c; d; and 2 more']);
    expect(told('options', 'what moved BTC in spot')).toEqual([
      'Not read',
      'options; what moved BTC in spot',
    ]);
  });

  it('the output lists everything that is not in order', () => {
    const dataQuality = {
      ...clean.dataQuality,
      gapCount: 1,
      unpricedAssets: ['ABC', 'XYZ'],
      unreadWalletDays: 2,
      creditIncomeShare: 0.01,
      offMarketFillShare: 0.25,
      blockTradeShare: null,
      checkedFillShare: null,
    };
    expect(conductRows({ dataQuality, illiquidPnlShare: 0.5, largeFlowsUnvalued: 3 })).toEqual([
      ['Fills checked', '— of the traded value'],
      ['Fills off the market', '25.00 %'],
      ['Block trades', '—'],
      ['Profit on illiquid marks', '50.00 %'],
      ['Credits as income', '1.00 %'],
      ['Days of unread wallets', '2'],
      ['Large flows unvalued', '3'],
      ['Gaps', '1'],
      ['Assets unpriced', 'ABC, XYZ'],
    ]);
  });
});
