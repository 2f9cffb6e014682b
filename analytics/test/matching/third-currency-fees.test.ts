/** Fees in a currency that other trades of the same list price (docs/metrics.md §6 "Fee currency"). */
import { describe, expect, it } from 'vitest';
import { formatMoney } from '../../src/amount/decimal.ts';
import { type ListedTrade, matchTradeList } from '../../src/matching/trade-list.ts';
import { amount } from '../lots/trades.ts';

function trade(
  symbol: string,
  side: 'buy' | 'sell',
  quantity: string,
  price: string,
  fee = '0',
  feeCurrency: string | null = null,
): ListedTrade {
  const numbers = { quantity: amount(quantity), price: amount(price), fee: amount(fee) };
  return { symbol, side, ...numbers, feeCurrency, time: 0, orderId: null };
}

function symbolsOf(...trades: readonly ListedTrade[]) {
  const { symbols } = matchTradeList(trades, { method: 'fifo' });
  return Object.fromEntries(symbols.map((row) => [row.symbol, row]));
}

describe('when a fee is in a third currency', () => {
  it('it is valued at the price of the last trade before it, and taken from the oldest lots of the list', () => {
    const symbols = symbolsOf(
      trade('BNB/USDT', 'buy', '1', '300'),
      trade('BTC/USDT', 'buy', '1', '60000', '0.1', 'BNB'),
      trade('BNB/USDT', 'buy', '1', '400'),
      trade('BTC/USDT', 'sell', '1', '61000', '0.2', 'BNB'),
    );
    // Fees of 0.1 at 300 and 0.2 at 400. The lots of both cost 300.
    expect(symbols['BTC/USDT']).toMatchObject({ fees: '110', netPnl: '890', unvaluedFees: {} });
    expect(symbols['BNB/USDT']).toMatchObject({ realizedPnl: '20', openQuantity: '1.7', fees: '0' });
    expect(symbols['BNB/USDT']).toMatchObject({ tradeCount: 2, closedTradeCount: 0, missingQuantity: '0' });
  });

  it('a later trade does not price it, and an unpriced fee stays listed', () => {
    const symbols = symbolsOf(
      trade('BTC/USDT', 'buy', '1', '60000', '0.1', 'BNB'),
      trade('BNB/USDT', 'buy', '1', '300'),
      trade('BTC/USDT', 'buy', '1', '60000', '0.1', 'BNB'),
      trade('BTC/USDT', 'buy', '1', '60000', '5', 'XRP'),
    );
    expect(symbols['BTC/USDT']).toMatchObject({ fees: '30', unvaluedFees: { BNB: '0.1', XRP: '5' } });
  });

  it('it is priced by the inverse of a pair, and through one intermediate currency', () => {
    const symbols = symbolsOf(
      trade('BNB/BTC', 'buy', '1', '0.005'),
      trade('BTC/USDT', 'buy', '1', '60000'),
      trade('ETH/USDT', 'buy', '1', '3000', '0.1', 'BNB'),
      trade('USDT/TRY', 'sell', '100', '40'),
      trade('ETH/USDT', 'sell', '1', '3000', '80', 'TRY'),
    );
    // 0.1 × 0.005 × 60000 = 30, and 80 / 40 = 2.
    expect(symbols['ETH/USDT']).toMatchObject({ fees: '32', unvaluedFees: {} });
    // BNB/BTC has no position in USDT: the list has no lots for this fee.
    expect(symbols['BNB/BTC']).toMatchObject({ openQuantity: '1' });
  });

  it('a fee takes at most the lots of the list, and a rebate adds a lot', () => {
    const symbols = symbolsOf(
      trade('BNB/USDT', 'buy', '0.05', '300'),
      trade('BTC/USDT', 'buy', '1', '60000', '0.1', 'BNB'),
      trade('BTC/USDT', 'buy', '1', '60000', '-0.2', 'BNB'),
    );
    expect(symbols['BNB/USDT']).toMatchObject({ openQuantity: '0.2', missingQuantity: '0', openCost: '60' });
    expect(symbols['BTC/USDT']).toMatchObject({ fees: '-30' });
  });

  it('a contract does not price a currency', () => {
    const symbols = symbolsOf(
      trade('BNB/USDT:USDT', 'buy', '1', '300'),
      trade('BTC/USDT:USDT', 'buy', '1', '60000', '0.1', 'BNB'),
    );
    expect(symbols['BTC/USDT:USDT']).toMatchObject({ fees: '0', unvaluedFees: { BNB: '0.1' } });
  });

  it('profit and fees of all symbols add up to the gain of the account', () => {
    const trades = [
      trade('BNB/USDT', 'buy', '2', '300'),
      trade('BTC/USDT', 'buy', '1', '60000', '0.1', 'BNB'),
      trade('BNB/USDT', 'sell', '1', '350'),
      trade('BTC/USDT', 'sell', '1', '61000', '0.9', 'BNB'),
    ];
    const { totals } = matchTradeList(trades, { method: 'fifo' });
    // The account sold or spent everything, so the gain is the cash received less the cash paid.
    const cash = amount('-600').plus(amount('-60000')).plus(amount('350')).plus(amount('61000'));
    expect(totals).toEqual([expect.objectContaining({ currency: 'USDT', netPnl: formatMoney(cash) })]);
  });
});
