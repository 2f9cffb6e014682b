import { describe, expect, it } from 'vitest';
import { readPositions } from '../../../../src/venues/tables/binance/earn.ts';
import { entriesOf, type Row, readRow, refuses, refusesRows, streamOf } from './reading.ts';

const AT = 1_746_964_800_000;
const bought: Row = {
  ...{ amount: '100.00000000', asset: 'USDT', time: String(AT), purchaseId: '26055', type: 'AUTO' },
  ...{ sourceAccount: 'SPOT', status: 'SUCCESS' },
};
const redeemed: Row = {
  ...{ amount: '10.54000000', asset: 'USDT', destAccount: 'SPOT', projectId: 'USDT001', redeemId: '40607' },
  ...{ status: 'SUCCESS', time: String(AT) },
};
const sides = (name: string, row: Row) =>
  entriesOf(name, row).map(
    (entry) => entry.kind === 'transfer' && `${entry.wallet} ${entry.direction} ${entry.amount}`,
  );

describe('when money goes into a position, or comes back', () => {
  it.each(['flexible', 'locked'])('%s: one row is two entries', (kind) => {
    expect(sides(`earn ${kind} in`, bought)).toEqual(['spot withdrawal 100', `earn:${kind} deposit 100`]);
    expect(sides(`earn ${kind} out`, redeemed)).toEqual([
      `earn:${kind} withdrawal 10.54`,
      'spot deposit 10.54',
    ]);
  });

  it('the funding wallet pays too, or both wallets a part', () => {
    expect(sides('earn flexible in', { ...bought, sourceAccount: 'FUNDING' })[0]).toBe(
      'funding withdrawal 100',
    );
    const parts = { ...bought, sourceAccount: 'SPOTANDFUNDING', amtFromSpot: '30', amtFromFunding: '70' };
    expect(sides('earn flexible in', parts)).toEqual([
      ...[
        'spot withdrawal 30',
        'earn:flexible deposit 30',
        'funding withdrawal 70',
        'earn:flexible deposit 70',
      ],
    ]);
    const ids = entriesOf('earn flexible in', parts).map(({ wallet, id }) => `${wallet} ${id}`);
    expect(new Set(ids).size).toBe(4);
  });

  it.each([
    ['PURCHASING', 'earn flexible in', bought],
    ['PROCESSING', 'earn flexible out', redeemed],
    ['REDEEMING', 'earn locked out', redeemed],
  ])('one of status %s waits', (status, name, row) => {
    expect(readRow(name, { ...row, status })).toHaveProperty('pendingSince', AT);
  });

  it('one that failed moves nothing, one that was paid does, and others are refused', () => {
    expect(entriesOf('earn flexible in', { ...bought, status: 'FAILED' })).toEqual([]);
    expect(entriesOf('earn locked out', { ...redeemed, status: 'PAID' })).toHaveLength(2);
    refusesRows('earn flexible in', [
      ...[
        { ...bought, status: 'NEW' },
        { ...bought, sourceAccount: 'MARGIN' },
        { ...bought, amount: null },
      ],
      ...[
        { ...bought, sourceAccount: 'SPOTANDFUNDING' },
        { ...bought, purchaseId: '' },
      ],
      { ...bought, sourceAccount: 'toString' },
    ]);
    refusesRows('earn locked out', [
      { ...redeemed, status: 'x' },
      { ...redeemed, redeemId: undefined },
    ]);
  });
});

describe('when a position receives interest', () => {
  const reward: Row = {
    ...{ asset: 'USDT', rewards: '0.00006408', projectId: 'USDT001', type: 'REALTIME', time: String(AT) },
  };

  it('it is added to the position', () => {
    expect(entriesOf('earn flexible rewards', reward)).toMatchObject([
      { kind: 'interest', wallet: 'earn:flexible', asset: 'USDT', amount: '0.00006408' },
    ]);
    expect(streamOf('earn flexible rewards').parameters('')).toEqual({ type: 'ALL' });
  });

  it.each(['BONUS', 'REWARDS'])('a reward of type %s is credited to spot, under an id of its own', (type) => {
    const both = [reward, { ...reward, type }].flatMap((row) => entriesOf('earn flexible rewards', row));
    expect(both[1]).toMatchObject({ kind: 'interest', wallet: 'spot', amount: '0.00006408' });
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
  });

  it('a reward of a locked position is credited to spot, each position by itself', () => {
    const locked = {
      positionId: 1,
      time: AT,
      asset: 'USDT',
      lockPeriod: '60',
      amount: '0.44',
      type: 'Locked Rewards',
    };
    const both = [locked, { ...locked, positionId: 2 }].flatMap((row) =>
      entriesOf('earn locked rewards', row),
    );
    expect(both).toMatchObject([
      { kind: 'interest', wallet: 'spot', asset: 'USDT', amount: '0.44' },
      { kind: 'interest', wallet: 'spot', asset: 'USDT', amount: '0.44' },
    ]);
    expect(new Set(both.map(({ id }) => id)).size).toBe(2);
    refusesRows('earn locked rewards', [
      { ...locked, amount: null },
      { ...locked, time: 0 },
    ]);
  });

  it.each(['Flexible', 'Locked'])('the dividend %s is the same reward, and moves nothing', (enInfo) => {
    const dividend = { id: 7, tranId: 6, amount: '0.44', asset: 'USDT', divTime: AT, enInfo };
    expect(entriesOf('dividends', dividend)).toEqual([]);
    expect(entriesOf('dividends', { ...dividend, enInfo: 'Flexible savings' })).toHaveLength(1);
  });

  it('another form is refused', () => {
    refusesRows('earn flexible rewards', [
      ...[
        { ...reward, rewards: undefined },
        { ...reward, time: 0 },
        { ...reward, asset: '' },
        { ...reward, type: 'GIFT' },
      ],
    ]);
  });
});

describe('when positions are read', () => {
  it('several products of one asset are added up, and empty ones left out', () => {
    const flexible = [
      { asset: 'USDT', totalAmount: '75.46000000' },
      { asset: 'USDT', totalAmount: '0.54' },
      { asset: 'BNB', totalAmount: '0' },
    ];
    expect(readPositions({ rows: flexible, total: '3' }, 'flexible').balances).toEqual([
      { wallet: 'earn:flexible', asset: 'USDT', total: '76' },
    ]);
    expect(
      readPositions({ rows: [{ asset: 'AXS', amount: '122.09' }], total: '1' }, 'locked').balances,
    ).toEqual([{ wallet: 'earn:locked', asset: 'AXS', total: '122.09' }]);
    expect(readPositions({ total: '0' }, 'locked').balances).toEqual([]);
  });

  it('a page that is not all of them is refused: a part is never taken for the whole', () => {
    const rows = [{ asset: 'USDT', totalAmount: '1' }];
    refuses(() => readPositions({ rows, total: '101' }, 'flexible'));
    refuses(() => readPositions({ total: '3' }, 'flexible'));
    refuses(() => readPositions({ rows: [{ asset: 'USDT' }], total: '1' }, 'flexible'));
  });
});
