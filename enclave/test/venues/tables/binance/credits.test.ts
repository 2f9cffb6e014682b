import { describe, expect, it } from 'vitest';
import { entriesOf, type Row, readRow, refuses, refusesRows, streamOf } from './reading.ts';

const AT = 1_746_964_800_000;

describe('when coins are credited', () => {
  const dividend: Row = {
    ...{ id: '1637366104', amount: '10.00000000', asset: 'BHFT', divTime: String(AT) },
    ...{ enInfo: 'BHFT distribution', tranId: '2968885920', direction: '1' },
  };

  it('a dividend is cash of spot', () => {
    expect(readRow('dividends', dividend)).toEqual({
      ...{ id: '1637366104', time: AT },
      entries: [
        {
          ...{ kind: 'other', venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot', time: AT },
          ...{ id: 'dividend:1637366104', asset: 'BHFT', amount: '10', symbol: null },
        },
      ],
    });
  });

  it('rows without an id of their own differ by their coins', () => {
    const ids = ['BHFT', 'BREED'].map(
      (asset) => entriesOf('dividends', { ...dividend, id: undefined, asset })[0]!.id,
    );
    expect(ids).toEqual(['dividend:2968885920:BHFT', 'dividend:2968885920:BREED']);
  });

  it('one of another form is refused, and an account without any has no list', () => {
    refusesRows('dividends', [
      ...[
        { ...dividend, amount: null },
        { ...dividend, divTime: AT / 1_000 },
        { ...dividend, asset: '' },
      ],
    ]);
    expect(streamOf('dividends').rows({ total: '0' })).toEqual([]);
    refuses(() => streamOf('dividends').rows([]));
  });
});

describe('when money is paid in or out', () => {
  const order: Row = {
    ...{
      orderNo: '7d76d611',
      fiatCurrency: 'EUR',
      indicatedAmount: '10.00',
      amount: '9.50',
      totalFee: '0.50',
    },
    ...{ method: 'BankAccount', status: 'Successful', createTime: String(AT), updateTime: String(AT + 1) },
  };

  it('a deposit of fiat counts what is credited', () => {
    expect(entriesOf('fiat deposits', order)).toMatchObject([
      {
        kind: 'transfer',
        wallet: 'spot',
        direction: 'deposit',
        asset: 'EUR',
        amount: '9.5',
        fee: null,
        id: 'fiat:7d76d611',
      },
    ]);
  });

  it('a withdrawal has its fee on top', () => {
    expect(entriesOf('fiat withdrawals', order)).toMatchObject([
      { direction: 'withdrawal', amount: '9.5', fee: { amount: '0.5', currency: 'EUR' } },
    ]);
  });

  it.each(['Processing', 'Pending', 'REFUNDING'])('an order of status %s waits', (status) => {
    expect(readRow('fiat deposits', { ...order, status })).toMatchObject({
      pendingSince: AT,
      inTransit: null,
    });
  });

  it.each(['Failed', 'Expired', 'Refunded', 'Refund Failed', 'Order Partial credit Stopped'])(
    'an order of status %s moves nothing',
    (status) => expect(entriesOf('fiat deposits', { ...order, status })).toEqual([]),
  );

  it('another status or form is refused', () => {
    refusesRows('fiat deposits', [
      ...[
        { ...order, status: 'Done' },
        { ...order, status: '' },
        { ...order, amount: '9,50' },
      ],
      ...[
        { ...order, createTime: '2025-05-11' },
        { ...order, fiatCurrency: undefined },
      ],
    ]);
    refuses(() => streamOf('fiat deposits').rows([]));
    expect(streamOf('fiat deposits').rows({ code: '000000', data: [], total: 0 })).toEqual([]);
  });

  const card: Row = {
    ...{
      orderNo: '353fca44',
      sourceAmount: '20.0',
      fiatCurrency: 'EUR',
      obtainAmount: '4.46',
      totalFee: '0.2',
    },
    ...{
      cryptoCurrency: 'LUNA',
      price: '4.4',
      status: 'Completed',
      createTime: String(AT),
      updateTime: String(AT),
    },
  };

  it('a card is outside of the account: a purchase brings coins, a sale takes them', () => {
    expect(entriesOf('card purchases', card)).toMatchObject([
      {
        kind: 'transfer',
        direction: 'deposit',
        asset: 'LUNA',
        amount: '4.46',
        id: 'card:353fca44',
        fee: null,
      },
    ]);
    expect(entriesOf('card sales', card)).toMatchObject([{ direction: 'withdrawal', amount: '20' }]);
    expect(readRow('card purchases', { ...card, status: 'Processing' })).toHaveProperty('pendingSince', AT);
    expect(entriesOf('card purchases', { ...card, status: 'Failed' })).toEqual([]);
    refusesRows('card purchases', [
      { ...card, status: 'Gone' },
      { ...card, obtainAmount: undefined },
    ]);
  });
});

describe('when money goes to or comes from another customer', () => {
  const pay: Row = {
    ...{ orderType: 'C2C', transactionId: 'M_P_71505104267788288', transactionTime: String(AT) },
    ...{ amount: '23.72469206', currency: 'BNB', walletType: '1' },
  };

  it.each([
    ['23.72469206', '1', 'funding', 'deposit'],
    ['-23.72469206', '1', 'funding', 'withdrawal'],
    ['23.72469206', '2', 'spot', 'deposit'],
    ['23.72469206', undefined, 'funding', 'deposit'],
  ])('Pay: %s in wallet %s', (amount, walletType, wallet, direction) => {
    expect(entriesOf('pay', { ...pay, amount, walletType })).toMatchObject([
      { wallet, direction, amount: '23.72469206', asset: 'BNB', id: 'pay:M_P_71505104267788288' },
    ]);
  });

  it('Pay: nothing paid moves nothing; another wallet or form is refused', () => {
    expect(entriesOf('pay', { ...pay, amount: '0.00' })).toEqual([]);
    refusesRows('pay', [
      ...[
        { ...pay, walletType: '9' },
        { ...pay, walletType: 'constructor' },
        { ...pay, currency: 0.5 },
      ],
      ...[
        { ...pay, transactionId: '' },
        { ...pay, transactionTime: '1' },
      ],
    ]);
  });

  const trade: Row = {
    ...{
      orderNumber: '20219644646554779648',
      tradeType: 'SELL',
      asset: 'BUSD',
      fiat: 'CNY',
      amount: '5000.00',
    },
    ...{ totalPrice: '33400', unitPrice: '6.68', orderStatus: 'COMPLETED', createTime: String(AT) },
  };

  it('a trade between customers moves coins of the funding wallet', () => {
    expect(entriesOf('peer sells', trade)).toMatchObject([
      {
        wallet: 'funding',
        direction: 'withdrawal',
        asset: 'BUSD',
        amount: '5000',
        id: 'peer:20219644646554779648',
      },
    ]);
    expect(entriesOf('peer buys', { ...trade, tradeType: 'BUY' })).toMatchObject([{ direction: 'deposit' }]);
  });

  it.each(['PENDING', 'TRADING', 'BUYER_PAYED', 'DISTRIBUTING'])('one of status %s waits', (orderStatus) => {
    expect(readRow('peer sells', { ...trade, orderStatus })).toHaveProperty('pendingSince', AT);
  });

  it('one that was cancelled moves nothing; another status or type is refused', () => {
    for (const orderStatus of ['CANCELLED', 'CANCELLED_BY_SYSTEM'])
      expect(entriesOf('peer sells', { ...trade, orderStatus })).toEqual([]);
    refusesRows('peer sells', [
      ...[
        { ...trade, orderStatus: 'IN_APPEAL' },
        { ...trade, tradeType: 'SWAP' },
        { ...trade, amount: '' },
      ],
    ]);
  });
});
