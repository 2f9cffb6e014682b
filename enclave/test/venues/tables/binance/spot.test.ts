import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { binance } from '../../src/exchanges/binance.ts';
import { ExchangeError } from '../../src/exchanges/errors.ts';

const recorded = JSON.parse(
  readFileSync(new URL('../fixtures/binance/recorded.json', import.meta.url), 'utf8'),
) as { trades: object[]; deposits: object[]; withdrawals: object[]; klines: unknown[] };

const OWNER = { venue: 'binance', account: 'a0' } as const;
const LTC = { symbol: 'LTC/USDT', base: 'LTC', quote: 'USDT' };
const { read } = binance;

function malformed(action: () => unknown): void {
  expect(action).toThrow(ExchangeError);
  expect(action).toThrow(expect.objectContaining({ code: 'exchange_bad_response' }));
}

describe('when a recorded answer of Binance is read', () => {
  it('reads a trade to the last digit', () => {
    expect(read.fill(recorded.trades[0], LTC, OWNER)).toEqual({
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
    });
  });

  it('reads a deposit without a fee', () => {
    expect(read.transfer(recorded.deposits[0], 'deposit', OWNER)).toEqual({
      kind: 'transfer',
      venue: 'binance',
      account: 'a0',
      wallet: 'spot',
      market: 'spot',
      id: '4534543435',
      time: 1714923704000,
      direction: 'deposit',
      asset: 'USDT',
      amount: '10',
      fee: null,
      transactionHash: '435kl435jh4354j3k5',
    });
  });

  it('reads a withdrawal net of its fee, at the time of its request', () => {
    expect(read.transfer(recorded.withdrawals[0], 'withdrawal', OWNER)).toMatchObject({
      id: '54c1b7543534543fsdfsdf6',
      time: Date.UTC(2024, 4, 5, 15, 38, 56),
      amount: '9',
      fee: { amount: '1', currency: 'USDT' },
      transactionHash: 'FDSJHFKDSHFJ4KR5H4KJH3454JHK',
    });
  });

  it('reads a candle as text, and its average price to 15 digits', () => {
    expect(read.candle(recorded.klines[0])).toEqual({
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
    const [openTime, ...rest] = recorded.klines[0] as unknown[];
    const still = [openTime, '1.0', '1.0', '1.0', '1.0', '0.00000000', rest[5], '0.00000000'];
    expect(read.candle(still)).toMatchObject({ low: '1', high: '1', volume: '0', vwap: null });
  });
});

describe('when a transfer is not final', () => {
  const [deposit] = recorded.deposits;
  const [withdrawal] = recorded.withdrawals;

  it.each(['0', '8', 0])('keeps a deposit of status %j for later', (status) => {
    expect(read.transfer({ ...deposit, status }, 'deposit', OWNER)).toEqual({ pendingSince: 1714923704000 });
  });

  it.each(['0', '2', '4'])('keeps a withdrawal of status %j for later', (status) => {
    expect(read.transfer({ ...withdrawal, status }, 'withdrawal', OWNER)).toHaveProperty('pendingSince');
  });

  it('leaves out transfers that failed', () => {
    expect(read.transfer({ ...deposit, status: '7' }, 'deposit', OWNER)).toBeNull();
    for (const status of ['1', '3', '5']) {
      expect(read.transfer({ ...withdrawal, status }, 'withdrawal', OWNER)).toBeNull();
    }
  });

  it('counts a credited deposit, and recognises an internal transfer by its number', () => {
    const internal = { ...deposit, status: 6, txId: 'Internal transfer 51376627901' };
    expect(read.transfer(internal, 'deposit', OWNER)).toMatchObject({ transactionHash: '51376627901' });
  });
});

describe('when an answer is invalid', () => {
  const [trade] = recorded.trades;

  it.each([
    null,
    [],
    'text',
    { ...trade, price: '1e5' },
    { ...trade, price: 1e21 },
    { ...trade, qty: undefined },
    { ...trade, isBuyer: 'true' },
    { ...trade, time: -1 },
    { ...trade, time: 1.5 },
    { ...trade, id: '' },
    { ...trade, id: {} },
  ])('refuses the trade %j', (raw) => {
    malformed(() => read.fill(raw, LTC, OWNER));
  });

  it('refuses withdrawals without a valid time, and accounts without balances', () => {
    malformed(() =>
      read.transfer({ ...recorded.withdrawals[0], applyTime: 'yesterday' }, 'withdrawal', OWNER),
    );
    malformed(() =>
      read.transfer({ ...recorded.withdrawals[0], applyTime: '2024-13-05 15:38:56' }, 'withdrawal', OWNER),
    );
    malformed(() => read.balances({}));
    malformed(() => read.balances({ balances: [{ asset: 'BTC', free: 'x', locked: '0' }] }));
    malformed(() => read.candle([]));
    const [open, first, , ...rest] = recorded.klines[0] as unknown[];
    malformed(() => read.candle([open, first, '43170.99', ...rest]));
    malformed(() => read.permissions(null));
  });
});

describe('when balances and permissions are read', () => {
  it('adds free and locked exactly and leaves out zero balances', () => {
    const balances = [
      { asset: 'BTC', free: '0.10000000', locked: '0.20000000' },
      { asset: 'ETH', free: '0.00000000', locked: '0.00000000' },
      { asset: 'SHIB', free: '123456789012345678.12345678', locked: '0.00000001' },
    ];
    expect(read.balances({ balances })).toEqual([
      { asset: 'BTC', total: '0.3' },
      { asset: 'SHIB', total: '123456789012345678.12345679' },
    ]);
  });

  it('counts every permission for trading and for withdrawals', () => {
    const none = { enableReading: true, enableWithdrawals: false, enableSpotAndMarginTrading: false };
    expect(read.permissions(none)).toEqual({ canRead: 'yes', canTrade: 'no', canWithdraw: 'no' });
    expect(read.permissions({ ...none, enableFutures: true }).canTrade).toBe('yes');
    expect(read.permissions({ ...none, enableInternalTransfer: true }).canWithdraw).toBe('yes');
    expect(read.permissions({})).toEqual({ canRead: 'unknown', canTrade: 'unknown', canWithdraw: 'unknown' });
  });
});
