import type { LedgerEntry } from '@perf-aggregator/analytics';
import { describe, expect, it } from 'vitest';
import { binance } from '../../../../src/venues/tables/binance/table.ts';
import { fieldCase } from '../../field.ts';
import { entriesOf, type Row, readRow, refuses, refusesRows, streamOf } from './reading.ts';

const AT = 1_746_964_800_000;
const row: Row = {
  ...{ asset: 'USDT', amount: '0.10000000', type: 'MAIN_UMFUTURE', status: 'CONFIRMED' },
  ...{ tranId: '11415955596', timestamp: String(AT) },
};
/** The sides of a transfer as `wallet direction counterWallet`. */
const sidesOf = (entries: readonly LedgerEntry[]) =>
  entries.map(
    (entry) => entry.kind === 'transfer' && [entry.wallet, entry.direction, entry.counterWallet].join(' '),
  );

describe('when money moves between the wallets of an account', () => {
  it.each([
    ['MAIN_UMFUTURE', 'spot', 'usdm'],
    ['UMFUTURE_MAIN', 'usdm', 'spot'],
    ['MAIN_CMFUTURE', 'spot', 'coinm'],
    ['CMFUTURE_MAIN', 'coinm', 'spot'],
    ['MAIN_MARGIN', 'spot', 'cross'],
    ['MARGIN_MAIN', 'cross', 'spot'],
    ['MAIN_FUNDING', 'spot', 'funding'],
    ['FUNDING_MAIN', 'funding', 'spot'],
    ['UMFUTURE_MARGIN', 'usdm', 'cross'],
    ['MARGIN_UMFUTURE', 'cross', 'usdm'],
    ['CMFUTURE_MARGIN', 'coinm', 'cross'],
    ['MARGIN_CMFUTURE', 'cross', 'coinm'],
    ['FUNDING_UMFUTURE', 'funding', 'usdm'],
    ['UMFUTURE_FUNDING', 'usdm', 'funding'],
    ['FUNDING_CMFUTURE', 'funding', 'coinm'],
    ['CMFUTURE_FUNDING', 'coinm', 'funding'],
    ['MARGIN_FUNDING', 'cross', 'funding'],
    ['FUNDING_MARGIN', 'funding', 'cross'],
  ])('%s: one row is two entries', (type, from, to) => {
    const entries = entriesOf(`transfers ${type}`, { ...row, type });
    expect(sidesOf(entries)).toEqual([`${from} withdrawal ${to}`, `${to} deposit ${from}`]);
    for (const entry of entries) expect(entry).toMatchObject({ id: '11415955596', time: AT, amount: '0.1' });
    expect(streamOf(`transfers ${type}`).wallets).toEqual([from, to]);
    expect(streamOf(`transfers ${type}`).parameters('')).toEqual({ type });
  });

  it.each([
    ['MAIN_OPTION', 'spot withdrawal options'],
    ['OPTION_MAIN', 'spot deposit options'],
    ['FUNDING_OPTION', 'funding withdrawal options'],
    ['OPTION_FUNDING', 'funding deposit options'],
    ['MARGIN_OPTION', 'cross withdrawal options'],
    ['OPTION_MARGIN', 'cross deposit options'],
    ['UMFUTURE_OPTION', 'usdm withdrawal options'],
    ['OPTION_UMFUTURE', 'usdm deposit options'],
    ['MAIN_PORTFOLIO_MARGIN', 'spot withdrawal portfolio margin'],
    ['PORTFOLIO_MARGIN_MAIN', 'spot deposit portfolio margin'],
  ])('%s: a wallet that is not read has no entry, and is named', (type, side) => {
    expect(sidesOf(entriesOf(`transfers ${type}`, { ...row, type }))).toEqual([side]);
  });

  it('every type of the table was tried here', () => {
    const types = binance.streams.filter(({ call }) => call === 'transfers');
    expect(types).toHaveLength(28);
    expect(new Set(types.map(({ name }) => name)).size).toBe(28);
  });

  it('the product of a side is that of its wallet', () => {
    expect(entriesOf('transfers MAIN_UMFUTURE', row).map(({ market }) => market)).toEqual(['spot', 'linear']);
    expect(entriesOf('transfers MAIN_CMFUTURE', row).map(({ market }) => market)).toEqual([
      'spot',
      'inverse',
    ]);
  });

  it('a pending one waits, a failed one moves nothing, and another status is refused', () => {
    const name = 'transfers MAIN_UMFUTURE';
    expect(readRow(name, { ...row, status: 'PENDING' })).toEqual({
      ...{ pendingSince: AT, id: '11415955596', inTransit: null },
    });
    expect(entriesOf(name, { ...row, status: 'FAILED' })).toEqual([]);
    refusesRows(name, [
      ...[
        { ...row, status: 'DONE' },
        { ...row, status: undefined },
        { ...row, amount: 'x' },
      ],
      ...[
        { ...row, timestamp: '1746964800' },
        { ...row, tranId: '' },
        { ...row, asset: null },
      ],
    ]);
  });

  it('field case 03: money that went to futures is no withdrawal to elsewhere', () => {
    const answers = fieldCase('03-binance-wallet-transfer-not-read').answers as Readonly<Record<string, Row>>;
    const stream = streamOf('transfers MAIN_UMFUTURE');
    const rows = stream.rows(answers['asset/transfer MAIN_UMFUTURE']);
    const entries = rows.flatMap((one) => entriesOf('transfers MAIN_UMFUTURE', one));
    expect(entries).toMatchObject([
      {
        wallet: 'spot',
        direction: 'withdrawal',
        asset: 'USDT',
        amount: '6000',
        counterWallet: 'usdm',
        market: 'spot',
      },
      {
        wallet: 'usdm',
        direction: 'deposit',
        asset: 'USDT',
        amount: '6000',
        counterWallet: 'spot',
        market: 'linear',
      },
    ]);
    expect(entries[0]!.id).toBe('131001573082');
  });

  it('an account without any has no list; a page of another form is refused', () => {
    const { rows } = streamOf('transfers MAIN_UMFUTURE');
    expect(rows({ total: '0' })).toEqual([]);
    expect(rows({ total: 0, rows: [] })).toEqual([]);
    for (const answer of [{}, { total: '3' }, [], { rows: {} }, { code: -1 }]) refuses(() => rows(answer));
  });
});

describe('when the key of a sub-account sees transfers with its master', () => {
  const sub: Row = {
    ...{
      counterParty: 'master',
      email: 'm@example.org',
      type: '1',
      asset: 'BTC',
      qty: '1.50',
      status: 'SUCCESS',
    },
    ...{ fromAccountType: 'USDT_FUTURE', toAccountType: 'SPOT', tranId: '11798835829', time: String(AT) },
  };

  it.each([
    ['1', 'SPOT', 'spot', 'deposit'],
    ['1', 'USDT_FUTURE', 'usdm', 'deposit'],
    ['1', 'COIN_FUTURE', 'coinm', 'deposit'],
    ['2', 'MARGIN', 'cross', 'withdrawal'],
    ['2', 'FUNDING', 'funding', 'withdrawal'],
  ])('type %s of %s: the other side is elsewhere', (type, account, wallet, direction) => {
    const own = type === '1' ? { toAccountType: account } : { fromAccountType: account };
    const entries = entriesOf('sub-account transfers', { ...sub, type, ...own });
    expect(sidesOf(entries)).toEqual([`${wallet} ${direction} `]);
    expect(entries[0]).toMatchObject({ id: 'sub:11798835829', amount: '1.5', asset: 'BTC' });
  });

  it('another type or wallet is refused', () => {
    refusesRows('sub-account transfers', [
      ...[
        { ...sub, type: '3' },
        { ...sub, type: undefined },
        { ...sub, toAccountType: 'OPTION' },
      ],
      ...[
        { ...sub, toAccountType: 'toString' },
        { ...sub, qty: undefined },
      ],
    ]);
  });
});
