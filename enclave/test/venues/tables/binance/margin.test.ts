import { describe, expect, it } from 'vitest';
import { readCrossBalances, readIsolatedBalances } from '../../../../src/venues/tables/binance/margin.ts';
import { entriesOf, type Row, readRow, recorded, refuses, refusesRows, streamOf } from './reading.ts';

const AT = 1_746_964_800_000;
const asset = (name: string, free: string, locked: string, borrowed: string, interest: string): Row => ({
  ...{ asset: name, free, locked, borrowed, interest, netAsset: '99' },
});

describe('when margin wallets are read', () => {
  it('a wallet holds what is owned less what is borrowed and owed', () => {
    const userAssets = [
      asset('USDT', '100.5', '10', '200', '0.25'),
      asset('BTC', '0.5', '0', '0', '0'),
      asset('ETH', '1', '0', '1', '0'),
    ];
    expect(readCrossBalances({ userAssets })).toEqual({
      balances: [
        { wallet: 'cross', asset: 'USDT', total: '-89.75' },
        { wallet: 'cross', asset: 'BTC', total: '0.5' },
      ],
      positions: [],
    });
  });

  it('each isolated symbol is a wallet, also an empty one', () => {
    const pair = (symbol: string, base: Row, quote: Row): Row => ({
      symbol,
      baseAsset: base,
      quoteAsset: quote,
    });
    const none = asset('USDT', '0', '0', '0', '0');
    const assets = [
      pair('BTCUSDT', asset('BTC', '0.1', '0', '0', '0'), asset('USDT', '5', '0', '9', '0')),
      pair('LTCUSDT', asset('LTC', '0', '0', '0', '0'), none),
    ];
    expect(readIsolatedBalances({ assets })).toEqual({
      balances: [
        { wallet: 'isolated:BTCUSDT', asset: 'BTC', total: '0.1' },
        { wallet: 'isolated:BTCUSDT', asset: 'USDT', total: '-4' },
      ],
      positions: [],
      wallets: ['isolated:BTCUSDT', 'isolated:LTCUSDT'],
    });
  });

  it('answers of another form are refused', () => {
    for (const answer of [null, [], {}, { userAssets: {} }, { userAssets: [{ asset: 'BTC', free: '1' }] }])
      refuses(() => readCrossBalances(answer));
    for (const answer of [{}, { assets: [{}] }, { assets: [{ symbol: 'X', baseAsset: {} }] }])
      refuses(() => readIsolatedBalances(answer));
  });
});

describe('when fills of margin are read', () => {
  const [trade] = recorded('recorded')['trades']!;

  it('they are of the wallet that traded', () => {
    expect(entriesOf('cross margin fills', trade, 'LTCUSDT')).toMatchObject([
      { wallet: 'cross', symbol: 'LTC/USDT' },
    ]);
    expect(entriesOf('isolated margin fills', trade, 'LTCUSDT')).toMatchObject([
      { wallet: 'isolated:LTCUSDT', symbol: 'LTC/USDT' },
    ]);
    expect(streamOf('cross margin fills').parameters('LTCUSDT')).toEqual({
      symbol: 'LTCUSDT',
      isIsolated: 'FALSE',
    });
    expect(streamOf('isolated margin fills').parameters('X')).toEqual({ symbol: 'X', isIsolated: 'TRUE' });
  });

  it('those of another form are refused', () => {
    for (const name of ['cross margin fills', 'isolated margin fills'])
      refusesRows(
        name,
        [
          { ...trade, price: null },
          { ...trade, isBuyer: 'no' },
        ],
        'LTCUSDT',
      );
  });
});

describe('when interest is read', () => {
  const row: Row = {
    ...{ txId: '1352286576452864727', interestAccuredTime: String(AT), asset: 'USDT', principal: '45.3313' },
    ...{ interest: '0.00024995', interestRate: '0.00013233', type: 'ON_BORROW' },
  };

  it('it is paid by the wallet that borrowed', () => {
    expect(entriesOf('cross margin interest', row)).toMatchObject([
      { kind: 'interest', wallet: 'cross', asset: 'USDT', amount: '-0.00024995', time: AT },
    ]);
    expect(entriesOf('isolated margin interest', row, 'BTCUSDT')).toMatchObject([
      { wallet: 'isolated:BTCUSDT' },
    ]);
  });

  it('one transaction charges several assets and hours, or has no number', () => {
    const ids = [
      ...[row, { ...row, asset: 'BTC' }, { ...row, interestAccuredTime: String(AT + 3_600_000) }],
      { ...row, txId: undefined },
    ].map((one) => entriesOf('cross margin interest', one)[0]!.id);
    expect(new Set(ids).size).toBe(4);
  });

  it('that of another form is refused', () => {
    refusesRows('cross margin interest', [
      ...[
        { ...row, interest: undefined },
        { ...row, interestAccuredTime: '0' },
        { ...row, asset: '' },
      ],
    ]);
  });
});

describe('when money moves to or from an isolated wallet', () => {
  const row: Row = {
    ...{ amount: '0.10000000', asset: 'BNB', status: 'CONFIRMED', timestamp: String(AT), txId: '5240372201' },
    ...{ type: 'ROLL_IN', transFrom: 'SPOT', transTo: 'ISOLATED_MARGIN', toSymbol: 'BNBUSDT' },
  };
  const sides = (change: Row) =>
    entriesOf('isolated margin transfers', { ...row, ...change }, 'BNBUSDT').map(
      (entry) => entry.kind === 'transfer' && `${entry.wallet} ${entry.direction}`,
    );

  it.each([
    ['SPOT', 'spot'],
    ['FUNDING', 'funding'],
    ['FUTURES', 'usdm'],
    ['DELIVERY', 'coinm'],
    ['CROSS_MARGIN', 'cross'],
  ])('from %s, both sides are entries', (transFrom, wallet) => {
    expect(sides({ transFrom })).toEqual([`${wallet} withdrawal`, 'isolated:BNBUSDT deposit']);
  });

  it('back, between two isolated wallets, and from a place that is not read', () => {
    expect(sides({ transFrom: 'ISOLATED_MARGIN', fromSymbol: 'BNBUSDT', transTo: 'SPOT' })).toEqual([
      ...['isolated:BNBUSDT withdrawal', 'spot deposit'],
    ]);
    expect(sides({ transFrom: 'ISOLATED_MARGIN', fromSymbol: 'BTCUSDT' })).toEqual([
      ...['isolated:BTCUSDT withdrawal', 'isolated:BNBUSDT deposit'],
    ]);
    for (const transFrom of ['MINING', 'toString'])
      expect(sides({ transFrom })).toEqual(['isolated:BNBUSDT deposit']);
  });

  it('a pending one waits, a failed one moves nothing, and others are refused', () => {
    const name = 'isolated margin transfers';
    expect(readRow(name, { ...row, status: 'PENDING' }, 'BNBUSDT')).toHaveProperty('pendingSince', AT);
    expect(entriesOf(name, { ...row, status: 'FAILED' }, 'BNBUSDT')).toEqual([]);
    refusesRows(name, [
      ...[
        { ...row, status: 'OK' },
        { ...row, toSymbol: undefined },
        { ...row, transFrom: null },
      ],
      ...[
        { ...row, txId: undefined },
        { ...row, amount: '' },
      ],
    ]);
  });
});
