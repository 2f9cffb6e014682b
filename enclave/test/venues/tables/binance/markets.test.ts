import { describe, expect, it } from 'vitest';
import {
  readCoinmMarkets,
  readSpotMarkets,
  readUsdmMarkets,
} from '../../../../src/venues/tables/binance/markets.ts';
import { RENAMES } from '../../../../src/venues/tables/binance/renames.ts';
import { refuses } from './reading.ts';

const spot = { symbol: 'BTCUSDT', status: 'TRADING', baseAsset: 'BTC', quoteAsset: 'USDT' };
const perpetual = {
  ...{ symbol: 'BTCUSDT', baseAsset: 'BTC', quoteAsset: 'USDT', marginAsset: 'USDT' },
  ...{ contractType: 'PERPETUAL', deliveryDate: '4133404800000', contractSize: '100' },
};

describe('when the listings of Binance are read', () => {
  it('spot markets, halted ones too', () => {
    const halted = { ...spot, symbol: 'LUNABTC', baseAsset: 'LUNA', quoteAsset: 'BTC', status: 'BREAK' };
    expect(readSpotMarkets({ symbols: [spot, halted] })).toEqual([
      {
        ...{ symbol: 'BTC/USDT', id: 'BTCUSDT', product: 'spot', base: 'BTC', quote: 'USDT' },
        ...{ settle: null, contractSize: '1' },
      },
      expect.objectContaining({ symbol: 'LUNA/BTC', id: 'LUNABTC' }),
    ]);
  });

  it('contracts in dollars: one is one unit of base', () => {
    expect(readUsdmMarkets({ symbols: [perpetual] })).toEqual([
      {
        ...{ symbol: 'BTC/USDT:USDT', id: 'BTCUSDT', product: 'linear', base: 'BTC', quote: 'USDT' },
        ...{ settle: 'USDT', contractSize: '1' },
      },
    ]);
  });

  it('contracts in coins: one has its size in dollars', () => {
    const rows = [{ ...perpetual, symbol: 'BTCUSD_PERP', quoteAsset: 'USD', marginAsset: 'BTC' }];
    expect(readCoinmMarkets({ symbols: rows })).toMatchObject([
      { symbol: 'BTC/USD:BTC', id: 'BTCUSD_PERP', product: 'inverse', settle: 'BTC', contractSize: '100' },
    ]);
  });

  it('a contract with a date has it in its symbol, and one that is being delivered is not a perpetual one', () => {
    const dated = { ...perpetual, contractType: 'CURRENT_QUARTER', deliveryDate: '1774598400000' };
    const names = [
      'CURRENT_QUARTER',
      'NEXT_QUARTER',
      'CURRENT_QUARTER DELIVERING',
      'PERPETUAL DELIVERING',
    ].map((contractType) => readUsdmMarkets({ symbols: [{ ...dated, contractType }] })[0]!.symbol);
    expect(names).toEqual([...Array(3).fill('BTC/USDT:USDT-260327'), 'BTC/USDT:USDT']);
  });

  it('listings of another form are refused', () => {
    for (const answer of [null, [], {}, { symbols: {} }, { symbols: [{}] }, '<html>'])
      refuses(() => readSpotMarkets(answer));
    refuses(() => readUsdmMarkets({ symbols: [spot] }));
    refuses(() => readUsdmMarkets({ symbols: [{ ...perpetual, contractType: 'Q', deliveryDate: '0' }] }));
    refuses(() => readCoinmMarkets({ symbols: [{ ...perpetual, contractSize: undefined }] }));
  });
});

describe('when coins are exchanged for others', () => {
  it('each exchange has two coins, a positive ratio and a day', () => {
    for (const { from, to, ratio, at } of RENAMES) {
      expect(from).not.toBe(to);
      expect(Number(ratio)).toBeGreaterThan(0);
      expect(at % 86_400_000).toBe(0);
    }
    expect(new Set(RENAMES.map(({ from, to }) => `${from} ${to}`)).size).toBe(RENAMES.length);
  });
});
