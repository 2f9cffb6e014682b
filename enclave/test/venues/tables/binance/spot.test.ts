import { describe, expect, it } from 'vitest';
import {
  readCandle,
  readFundingBalances,
  readSpotBalances,
} from '../../../../src/venues/tables/binance/spot.ts';
import { fieldCase } from '../../field.ts';
import {
  contextOf,
  entriesOf,
  type Row,
  readRow,
  recorded,
  refuses,
  refusesRows,
  streamOf,
} from './reading.ts';

const { trades, deposits, withdrawals, klines } = recorded('recorded');
const [trade, deposit, withdrawal] = [trades![0]!, deposits![0]!, withdrawals![0]!];

describe('when a recorded answer of Binance is read', () => {
  it('reads a trade to the last digit', () => {
    expect(readRow('spot fills', trade, 'LTCUSDT')).toEqual({
      id: '320530367',
      time: 1706694267729,
      entries: [
        {
          kind: 'fill',
          venue: 'binance',
          account: 'a0',
          wallet: 'spot',
          market: 'spot',
          id: '320530367',
          time: 1706694267729,
          symbol: 'LTC/USDT',
          base: 'LTC',
          quote: 'USDT',
          side: 'sell',
          quantity: '0.173',
          price: '69.39',
          fee: { amount: '0.01200447', currency: 'USDT' },
          orderId: '3949667670',
        },
      ],
    });
  });

  it('reads a deposit into the wallet that it names, without a fee', () => {
    expect(entriesOf('deposits', deposit)).toEqual([
      {
        kind: 'transfer',
        venue: 'binance',
        account: 'a0',
        wallet: 'funding',
        market: 'spot',
        id: '4534543435',
        time: 1714923704000,
        direction: 'deposit',
        asset: 'USDT',
        amount: '10',
        fee: null,
        transactionHash: '435kl435jh4354j3k5',
      },
    ]);
  });

  it('reads a withdrawal net of its fee, at the time of its request', () => {
    expect(entriesOf('withdrawals', withdrawal)).toEqual([
      expect.objectContaining({
        wallet: 'spot',
        id: '54c1b7543534543fsdfsdf6',
        time: Date.UTC(2024, 4, 5, 15, 38, 56),
        amount: '9',
        fee: { amount: '1', currency: 'USDT' },
        transactionHash: 'FDSJHFKDSHFJ4KR5H4KJH3454JHK',
      }),
    ]);
  });

  it('reads a candle as text, and its average price to 15 digits', () => {
    expect(readCandle(klines![0])).toEqual({
      openTime: 1706630400000,
      low: '43171',
      high: '43936',
      close: '43488.71',
      volume: '20.55495',
      // 891428.42858070 / 20.55495 = 43368.06601722212…
      vwap: '43368.0660172221',
    });
  });

  it('reads a candle without a trade', () => {
    const [openTime, ...rest] = klines![0] as unknown as unknown[];
    const still = [openTime, '1.0', '1.0', '1.0', '1.0', '0.00000000', rest[5], '0.00000000'];
    expect(readCandle(still)).toMatchObject({ low: '1', high: '1', volume: '0', vwap: null });
  });

  it('an amount with an exponent is exact', () => {
    const [entry] = entriesOf('spot fills', { ...trade, qty: '1.73e-1', price: '6939e-2' }, 'LTCUSDT');
    expect(entry).toMatchObject({ quantity: '0.173', price: '69.39' });
  });
});

describe('when a transfer is not final', () => {
  it.each(['0', '8', 0])('keeps a deposit of status %j for later; it is not held yet', (status) => {
    expect(readRow('deposits', { ...deposit, status })).toEqual({
      ...{ pendingSince: 1714923704000, id: '4534543435', inTransit: null },
    });
  });

  it.each(['0', '2', '4', 4])(
    'keeps a withdrawal of status %j for later; with its fee it is in transit',
    (status) => {
      expect(readRow('withdrawals', { ...withdrawal, status })).toEqual({
        pendingSince: Date.UTC(2024, 4, 5, 15, 38, 56),
        id: '54c1b7543534543fsdfsdf6',
        inTransit: { wallet: 'spot', asset: 'USDT', total: '10' },
      });
    },
  );

  it('a transfer that failed moves nothing', () => {
    for (const status of ['2', '7']) expect(entriesOf('deposits', { ...deposit, status })).toEqual([]);
    for (const status of ['1', '3', '5'])
      expect(entriesOf('withdrawals', { ...withdrawal, status })).toEqual([]);
  });

  it('counts a credited deposit, and recognises an internal transfer by its number', () => {
    const internal = { ...deposit, status: 6, txId: 'Internal transfer 51376627901' };
    expect(entriesOf('deposits', internal)).toMatchObject([{ transactionHash: '51376627901' }]);
  });

  it('a status or a wallet that is not known is refused', () => {
    refusesRows('deposits', [
      ...[
        { ...deposit, status: '9' },
        { ...deposit, status: '' },
        { ...deposit, status: 'toString' },
      ],
      ...[
        { ...deposit, status: undefined },
        { ...deposit, walletType: '7' },
      ],
      ...[
        { ...deposit, amount: '' },
        { ...deposit, coin: '' },
        { ...deposit, insertTime: 1714923704 },
      ],
    ]);
    refusesRows('withdrawals', [
      ...[
        { ...withdrawal, status: '7' },
        { ...withdrawal, status: null },
        { ...withdrawal, walletType: '2' },
      ],
      ...[
        { ...withdrawal, applyTime: 'yesterday' },
        { ...withdrawal, applyTime: '2024-13-05 15:38:56' },
      ],
      ...[
        { ...withdrawal, applyTime: 1714923704000 },
        { ...withdrawal, transactionFee: 'free' },
      ],
    ]);
  });
});

describe('when an answer is invalid', () => {
  it('refuses trades that lack or garble a member', () => {
    const changes: readonly Row[] = [
      ...[{ price: '1e99' }, { price: '0x1' }, { qty: undefined }, { isBuyer: 'buy' }, { isBuyer: 1 }],
      ...[{ time: -1 }, { time: 1.5 }, { time: 1706694267 }, { time: '1706694267729000' }],
      ...[{ id: '' }, { id: {} }, { commission: null }, { commissionAsset: '' }, { orderId: [] }],
    ];
    refusesRows(
      'spot fills',
      changes.map((change) => ({ ...trade, ...change })),
      'LTCUSDT',
    );
    refuses(() => readRow('spot fills', trade, 'NONEUSDT'));
  });

  it('field case 14: an instant in another unit is refused, not taken as one in ms', () => {
    for (const time of [1706694267, 1706694267729000, '1706694267729000000'])
      refuses(() => readRow('spot fills', { ...trade, time }, 'LTCUSDT'));
  });

  it('an object where a list is due is no empty list', () => {
    for (const name of ['spot fills', 'deposits', 'withdrawals']) {
      refuses(() => streamOf(name).rows({}));
      refuses(() => streamOf(name).rows({ code: -1003, msg: '' }));
      expect(streamOf(name).rows([])).toEqual([]);
    }
  });

  it('refuses candles whose low is above their high', () => {
    refuses(() => readCandle([]));
    const [open, first, , ...rest] = klines![0] as unknown as unknown[];
    refuses(() => readCandle([open, first, '43170.99', ...rest]));
  });
});

describe('field case 09: when deposits have no id and share the number of a transaction', () => {
  const [rows] = fieldCase('09-binance-transfer-type').answers as [readonly Row[]];

  it('all of them are deposits, each with an identity of its own', () => {
    const entries = rows.flatMap((row) => entriesOf('deposits', row));
    expect(entries.map((entry) => entry.kind === 'transfer' && [entry.direction, entry.amount])).toEqual(
      ['100', '100', '50', '60'].map((amount) => ['deposit', amount]),
    );
    expect(new Set(entries.map(({ id }) => id)).size).toBe(4);
  });
});

describe('field case 07: when a withdrawal is being processed', () => {
  it('what left the wallet is in transit, with the fee', () => {
    const [[row]] = fieldCase('07-binance-withdrawal-processing').answers as [[Row]];
    expect(readRow('withdrawals', row)).toEqual({
      pendingSince: Date.UTC(2025, 5, 30, 10),
      id: 'w1',
      inTransit: { wallet: 'spot', asset: 'USDT', total: '6001' },
    });
  });
});

describe('when balances are read', () => {
  const { isListed } = contextOf();
  const row = (asset: string, free: string, locked = '0') => ({ asset, free, locked });

  it('adds free and locked exactly and leaves out zero balances', () => {
    const balances = [
      row('BTC', '0.10000000', '0.20000000'),
      row('ETH', '0.00000000', '0.00000000'),
      row('SHIB', '123456789012345678.12345678', '0.00000001'),
    ];
    expect(readSpotBalances({ balances }, isListed).balances).toEqual([
      { wallet: 'spot', asset: 'BTC', total: '0.3' },
      { wallet: 'spot', asset: 'SHIB', total: '123456789012345678.12345679' },
    ]);
  });

  it('an Earn position that spot shows once more is not counted; a coin whose name begins so is', () => {
    const { balances } = readSpotBalances({ balances: [row('LDBTC', '1'), row('LDO', '2')] }, isListed);
    expect(balances).toEqual([{ wallet: 'spot', asset: 'LDO', total: '2' }]);
  });

  it('the funding wallet counts what is free, locked and frozen, and not what is leaving', () => {
    const answer = [
      { asset: 'USDT', free: '1', locked: '2', freeze: '4', withdrawing: '8' },
      { asset: 'BTC', free: '0', locked: '0', freeze: '0', withdrawing: '8' },
    ];
    expect(readFundingBalances(answer).balances).toEqual([{ wallet: 'funding', asset: 'USDT', total: '7' }]);
  });

  it('refuses answers of another form', () => {
    refuses(() => readSpotBalances({}, isListed));
    refuses(() => readSpotBalances({ balances: {} }, isListed));
    refuses(() => readSpotBalances({ balances: [row('BTC', 'x')] }, isListed));
    refuses(() => readFundingBalances({}));
    refuses(() => readFundingBalances([{ asset: '', free: '1' }]));
  });
});
