import { describe, expect, it } from 'vitest';
import {
  readCoinmCandle,
  readFutures,
  readMarkCandle,
} from '../../../../src/venues/tables/binance/futures.ts';
import { readCandle } from '../../../../src/venues/tables/binance/spot.ts';
import { contextOf, entriesOf, type Row, readRow, recorded, refuses, refusesRows } from './reading.ts';

const { fills, income, positions, klines } = recorded('recorded-contracts');
const [fill, funding, position] = [fills![0]!, income![0]!, positions![0]!];
/** A fill of COIN-M, by the documentation (Account Trade List). */
const coinFill: Row = {
  ...{ symbol: 'BTCUSD_PERP', id: '6', orderId: '28', pair: 'BTCUSD', side: 'SELL', price: '8800', qty: '2' },
  ...{
    realizedPnl: '0',
    marginAsset: 'BTC',
    baseQty: '0.022',
    commission: '0.00000454',
    commissionAsset: 'BTC',
  },
  ...{ time: '1590743483586', positionSide: 'SHORT', buyer: false, maker: false },
};

describe('when fills of contracts are read', () => {
  it('a recorded one of USDⓈ-M, to the last digit', () => {
    expect(entriesOf('usdm fills', fill, 'BTCUSDT')).toEqual([
      {
        ...{ kind: 'fill', venue: 'binance', account: 'a0', wallet: 'usdm', market: 'linear' },
        ...{ id: '272536245', time: 1699972836419, symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT' },
        ...{ side: 'buy', quantity: '0.01', price: '36567.1', orderId: '3524852987' },
        fee: { amount: '0.1462684', currency: 'USDT' },
        ...{ contractSize: '1', settle: 'USDT' },
      },
    ]);
  });

  it('one of COIN-M has its size in the entry, and hedge mode its side', () => {
    expect(entriesOf('coinm fills', coinFill, 'BTCUSD_PERP')).toMatchObject([
      {
        ...{
          wallet: 'coinm',
          market: 'inverse',
          symbol: 'BTC/USD:BTC',
          side: 'sell',
          quantity: '2',
          price: '8800',
        },
        ...{ contractSize: '100', settle: 'BTC', positionSide: 'short' },
        fee: { amount: '0.00000454', currency: 'BTC' },
      },
    ]);
  });

  it('in hedge mode both sides of one contract are fills of it, and one-way mode names none', () => {
    const sides = ['LONG', 'SHORT', 'BOTH', undefined].map((positionSide) => {
      const [entry] = entriesOf('usdm fills', { ...fill, positionSide }, 'BTCUSDT');
      return entry?.kind === 'fill' ? entry.positionSide : null;
    });
    expect(sides).toEqual(['long', 'short', undefined, undefined]);
  });

  it('one of another form is refused', () => {
    refusesRows(
      'usdm fills',
      [
        ...[
          { ...fill, side: 'LONG' },
          { ...fill, positionSide: 'NET' },
          { ...fill, positionSide: 'valueOf' },
        ],
        ...[
          { ...fill, time: '1699972836' },
          { ...fill, commission: '' },
          { ...fill, qty: undefined },
        ],
      ],
      'BTCUSDT',
    );
    refuses(() => readRow('usdm fills', fill, 'GONEUSDT'));
    refuses(() => readRow('coinm fills', coinFill, 'BTCUSDT'));
  });
});

describe('when the income of a futures wallet is read', () => {
  const row = (incomeType: string, changes: Row = {}): Row => ({ ...funding, incomeType, ...changes });

  it('a recorded funding payment is funding of its contract; minus is paid', () => {
    expect(readRow('usdm income', funding)).toEqual({
      time: 1707465600000,
      id: 'FUNDING_FEE:BTCUSDT:8082457372019390060:',
      entries: [
        {
          ...{ kind: 'funding', venue: 'binance', account: 'a0', wallet: 'usdm', market: 'linear' },
          ...{ id: 'FUNDING_FEE:BTCUSDT:8082457372019390060:', time: 1707465600000 },
          ...{ asset: 'USDT', amount: '-0.04618913', symbol: 'BTC/USDT:USDT' },
        },
      ],
    });
  });

  it.each([
    ['FUNDING_FEE', 'funding'],
    ['INSURANCE_CLEAR', 'fee'],
    ['POSITION_LIMIT_INCREASE_FEE', 'fee'],
    ['FEE_RETURN', 'rebate'],
    ['REFERRAL_KICKBACK', 'rebate'],
    ['COMMISSION_REBATE', 'rebate'],
    ['API_REBATE', 'rebate'],
    ['AUTO_EXCHANGE', 'other'],
    ['COIN_SWAP_DEPOSIT', 'other'],
    ['COIN_SWAP_WITHDRAW', 'other'],
    ['BFUSD_REWARD', 'interest'],
    ['OPTIONS_PREMIUM_FEE', 'other'],
    ['OPTIONS_SETTLE_PROFIT', 'other'],
    ['CONTEST_REWARD', 'other'],
  ])('%s is %s', (incomeType, kind) => {
    expect(entriesOf('usdm income', row(incomeType))).toMatchObject([{ kind, amount: '-0.04618913' }]);
  });

  it.each(['REALIZED_PNL', 'COMMISSION', 'DELIVERED_SETTELMENT'])(
    '%s is counted by fills, and shows their market',
    (type) => {
      expect(readRow('usdm income', row(type))).toMatchObject({ entries: [], tradedIn: 'BTCUSDT' });
    },
  );

  it('a transfer is counted by the list of transfers', () => {
    expect(entriesOf('usdm income', row('TRANSFER', { symbol: '' }))).toEqual([]);
    expect(readRow('usdm income', row('TRANSFER', { symbol: '' }))).not.toHaveProperty('tradedIn');
  });

  it.each([
    ['WELCOME_BONUS', '5', 'deposit', undefined],
    ['WELCOME_BONUS', '-5', 'withdrawal', undefined],
    ['INTERNAL_TRANSFER', '5', 'deposit', undefined],
    ['CROSS_COLLATERAL_TRANSFER', '-5', 'withdrawal', 'collateral'],
    ['STRATEGY_UMFUTURES_TRANSFER', '5', 'deposit', 'strategy'],
  ])('%s of %s is no gain: %s, %s', (type, amount, direction, counterWallet) => {
    const [entry] = entriesOf('usdm income', row(type, { income: amount }));
    expect(entry).toMatchObject({ kind: 'transfer', direction, amount: '5', wallet: 'usdm' });
    expect(entry?.kind === 'transfer' && entry.counterWallet).toBe(counterWallet);
  });

  it('rows of one number differ by type, contract and part of a fill', () => {
    const ids = [
      row('FUNDING_FEE'),
      row('INSURANCE_CLEAR'),
      row('FUNDING_FEE', { symbol: 'ETHUSDT' }),
      row('FUNDING_FEE', { tradeId: '7' }),
    ].map((one) => entriesOf('usdm income', one)[0]!.id);
    expect(new Set(ids).size).toBe(4);
  });

  it('a contract that is gone keeps the name of the venue', () => {
    expect(entriesOf('usdm income', row('FUNDING_FEE', { symbol: 'GONEUSDT' }))).toMatchObject([
      { symbol: 'GONEUSDT' },
    ]);
  });

  it('COIN-M has its own contracts', () => {
    const changes = { symbol: 'BTCUSD_PERP', asset: 'BTC' };
    expect(entriesOf('coinm income', row('FUNDING_FEE', changes))).toMatchObject([
      { wallet: 'coinm', market: 'inverse', symbol: 'BTC/USD:BTC', asset: 'BTC' },
    ]);
  });

  it('an unknown type is refused, never dropped', () => {
    refusesRows('usdm income', [
      ...[row('AIRDROP_OF_2027'), row('toString'), row(''), row('FUNDING_FEE', { income: 'x' })],
      ...[row('FUNDING_FEE', { tranId: '' }), row('FUNDING_FEE', { time: '1707465600' })],
    ]);
  });
});

describe('when futures wallets are read', () => {
  const { market } = contextOf();
  const linear = (id: string) => market('linear', id);
  const balance = (asset: string, amount: string): Row => ({ asset, balance: amount, crossUnPnl: '99' });

  it('balances are without unrealised profit, and a recorded position has its contract', () => {
    const balances = [balance('USDT', '25.72610060'), balance('BNB', '0.00000000')];
    expect(readFutures([balances, [position]], 'usdm', linear)).toEqual({
      balances: [{ wallet: 'usdm', asset: 'USDT', total: '25.7261006' }],
      positions: [
        {
          ...{ wallet: 'usdm', symbol: 'BTC/USDT:USDT', base: 'BTC', quote: 'USDT', settle: 'USDT' },
          ...{ inverse: false, contracts: '0.009', contractSize: '1', entryPrice: '67445.9' },
        },
      ],
    });
  });

  it('the sides of hedge mode are two rows, and a closed side is none', () => {
    const sides = [
      { ...position, positionSide: 'LONG', positionAmt: '0.010' },
      { ...position, positionSide: 'SHORT', positionAmt: '-0.004' },
      { ...position, positionSide: 'BOTH', positionAmt: '0.000', symbol: 'GONEUSDT' },
    ];
    const { positions: rows } = readFutures([[], sides], 'usdm', linear);
    expect(rows.map(({ contracts }) => contracts)).toEqual(['0.01', '-0.004']);
  });

  it('a contract of COIN-M is inverse, with its size', () => {
    const row = { ...position, symbol: 'BTCUSD_PERP', positionAmt: '-2', entryPrice: '8800.00000000' };
    const { positions: rows } = readFutures([[], [row]], 'coinm', (id) => market('inverse', id));
    expect(rows).toMatchObject([
      { wallet: 'coinm', settle: 'BTC', inverse: true, contracts: '-2', contractSize: '100' },
    ]);
  });

  it('a position in a contract that is not listed fails the reading', () => {
    refuses(() => readFutures([[], [{ ...position, symbol: 'GONEUSDT' }]], 'usdm', linear));
    refuses(() => readFutures([{}, []], 'usdm', linear));
    refuses(() => readFutures([[], { code: -1 }], 'usdm', linear));
    refuses(() => readFutures([[], [{ ...position, entryPrice: undefined }]], 'usdm', linear));
    refuses(() => readFutures([], 'usdm', linear));
  });
});

describe('when candles of contracts are read', () => {
  it('a recorded one of USDⓈ-M is read like one of spot', () => {
    expect(readCandle(klines![1])).toEqual({
      ...{ openTime: 1712738520000, low: '70459.4', high: '71471', close: '70459.4', volume: '0.12' },
      // 8518.17600 / 0.120
      vwap: '70984.8',
    });
  });

  it('COIN-M counts contracts, and what they are in the base', () => {
    // [open time, open, high, low, close, contracts, close time, base volume, …]
    const raw = [
      '1591258320000',
      '9640.7',
      '9642.4',
      '9640.6',
      '9642.0',
      '206',
      '1591258379999',
      '2.13660389',
    ];
    expect(readCoinmCandle(raw)).toMatchObject({ volume: '2.13660389', vwap: null, close: '9642' });
  });

  it('candles of the mark price count no trades', () => {
    const raw = ['1591256460000', '9653.29', '9654.78', '9651.51', '9651.52', '0', '1591256519999', '0'];
    expect(readMarkCandle(raw)).toMatchObject({ low: '9651.51', volume: null, vwap: null });
    refuses(() => readMarkCandle(['1591256460000', '1', '1', '2', '1', '0', '1', '0']));
  });
});
