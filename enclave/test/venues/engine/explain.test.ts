import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { callsOf, idle, WALLETS } from './idle.ts';
import { idsOf, Reader, setOf } from './reader.ts';
import { at, booked, bought, moved, paid, sold, swapped } from './rows.ts';

describe('when nothing moved', () => {
  it('a reading asks for balances, and for what is always read; no market and no price', async () => {
    const reader = await idle(bought(10, 'BTC/USDT', at(2)), bought(11, 'BTC/USDT:USDT', at(3)));
    const pull = await reader.pull();
    expect(callsOf(reader)).toEqual([...WALLETS, 'deposits', 'withdrawals']);
    expect(reader.venue.closesAsked).toEqual([]);
    expect([pull.done, pull.progress, pull.entries]).toEqual([true, 1, []]);
  });

  it('once a day the streams of the account are read, and still no market', async () => {
    const reader = await idle(bought(10, 'BTC/USDT', at(2)));
    reader.venue.now += DAY_MS;
    await reader.pull();
    expect(callsOf(reader)).toEqual([...WALLETS, 'deposits', 'withdrawals', 'rewards', 'swaps']);
    reader.venue.now += 300_000;
    await reader.pull();
    expect(callsOf(reader)).toEqual([...WALLETS, 'deposits', 'withdrawals']);
  });
});

describe('when a balance moved', () => {
  it('a market between two coins that moved is asked first, and then nothing else', async () => {
    const reader = await idle();
    reader.venue.books.push(bought(10, 'ETH/USDT', reader.venue.now - 60_000));
    await reader.pull();
    expect(idsOf(reader.ledger.entries)).toEqual(['1', '10']);
    expect(callsOf(reader).slice(5)).toEqual(['fills ETHUSDT', 'fills ETHUSDT', 'fills ETHUSDT']);
  });

  it('the streams of the account come before markets', async () => {
    const reader = await idle(bought(10, 'ETH/USDT', at(2)));
    reader.venue.books.push(paid('r', 'BNB', '1', reader.venue.now - 60_000));
    await reader.pull();
    expect(callsOf(reader).slice(5)).toEqual(['rewards']);
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
  });

  it('then markets that were traded, then all of the coin, and those wait for the calls of others', async () => {
    const reader = await idle(bought(10, 'ETH/USDT', at(2)), sold(11, 'ETH/USDT', at(3)));
    reader.venue.secrets.push(['main', 'USDT', '5']);
    const pull = await reader.pull();
    const markets = reader.venue.asked.filter(({ call }) => call === 'fills');
    const order = [
      ...new Set(markets.map(({ parameters, isBackground }) => `${parameters['key']} ${isBackground}`)),
    ];
    expect(order.slice(0, 3)).toEqual(['ETHUSDT false', 'BNBUSDT true', 'BTCUSDT true']);
    expect(pull.coverage.scope).toMatchObject({ state: 'partial', missing: ['what moved USDT in main'] });
    expect(pull.done).toBe(true);
  });

  it('a contract that moved is asked for by its own market', async () => {
    const reader = await idle(moved('5', 'USDT', '100', 'main', 'perp', at(2)));
    reader.venue.books.push(bought(20, 'BTC/USDT:USDT', reader.venue.now - 60_000));
    await reader.pull();
    expect(callsOf(reader).slice(5, 7)).toEqual(['income', 'perp fills BTCUSDT']);
    expect(callsOf(reader)).not.toContain('perp fills ETHUSDT');
  });

  it('income shows in which contract the account traded', async () => {
    const reader = await idle(moved('5', 'USDT', '100', 'main', 'perp', at(2)));
    const { venue } = reader;
    const time = venue.now - 60_000;
    // Opened and closed: the wallet holds no contract.
    venue.books.push(bought(20, 'ETH/USDT:USDT', time), sold(21, 'ETH/USDT:USDT', time + 1, { price: '90' }));
    venue.books.push({ stream: 'income', id: '7', time, entries: [], tradedIn: 'ETHUSDT' });
    await reader.pull();
    expect(callsOf(reader)).not.toContain('perp fills BTCUSDT');
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
  });

  it('money that came from another wallet is found on both sides', async () => {
    const reader = await idle();
    reader.venue.books.push(moved('5', 'USDT', '100', 'main', 'iso:ETHUSDT', reader.venue.now - 60_000));
    const { coverage } = await reader.pull();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
    expect(coverage.scope.state).toBe('complete');
  });
});

describe('when a withdrawal is under way', () => {
  it('field case 07: what left is in the wallet of transit, and nothing is searched', async () => {
    const reader = await idle();
    const { venue } = reader;
    const time = venue.now - 60_000;
    venue.books.push(booked('w', 'withdrawal', 'USDT', time, time + DAY_MS, '600'));
    const pull = await reader.pull();
    expect(callsOf(reader)).toEqual([...WALLETS, 'deposits', 'withdrawals', 'withdrawals']);
    expect(pull.snapshot?.balances).toMatchObject([
      { wallet: 'main', asset: 'USDT', total: '400' },
      { wallet: 'transit', asset: 'USDT', total: '600' },
    ]);
    expect(pull.coverage.scope.state).toBe('complete');
    venue.now += DAY_MS;
    const after = await reader.pull();
    expect(idsOf(after.entries)).toEqual(['w']);
    expect(after.snapshot?.balances).toMatchObject([{ wallet: 'main', asset: 'USDT', total: '400' }]);
  });

  it('one that ends while its pages are read is not held twice', async () => {
    const reader = await idle();
    const { venue } = reader;
    const time = venue.now - 60_000;
    for (const [id, amount] of [
      ['w1', '1'],
      ['w2', '2'],
      ['w3', '4'],
    ] as const)
      venue.books.push(booked(id, 'withdrawal', 'USDT', time, time + DAY_MS, amount));
    let pages = 0;
    venue.alter = (rows, call) => {
      if (call !== 'withdrawals' || ++pages === 1) return rows;
      const ended = venue.books.filter(({ id }) => id === 'w3');
      return [...rows, ...ended.map((row) => ({ ...row, isPending: false }))];
    };
    const { snapshot, coverage } = await reader.pull();
    const transit = snapshot!.balances.filter(({ wallet }) => wallet === 'transit').map(({ total }) => total);
    expect(transit.sort()).toEqual(['1', '2']);
    expect(coverage.scope.missing).toEqual([]);
  });
});

describe('when a page lacked rows, or rows come late', () => {
  it('the walks start again once, and find them', async () => {
    const reader = await idle();
    const { venue } = reader;
    const time = venue.now - 60_000;
    for (let id = 10; id < 14; id++) venue.books.push(bought(id, 'BTC/USDT', time + id));
    let begun = 0;
    venue.alter = (rows, call, { fromId }) => {
      if (call === 'fills' && fromId === '0') begun += 1;
      return begun > 1 ? rows : rows.filter(({ id }) => id !== '11');
    };
    const { coverage } = await reader.pull();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
    expect(coverage.scope.state).toBe('complete');
  });

  it.each([
    ['a deposit', booked('d', 'deposit', 'USDT', at(2), at(2), '7')],
    ['a reward', paid('r', 'BNB', '7', at(2))],
    ['a conversion', swapped('s', 'BNB', 'ETH', at(2))],
    ['a fill', bought(10, 'BTC/USDT', at(2))],
    ['a transfer', moved('5', 'USDT', '7', 'main', 'perp', at(2))],
  ])('%s that is listed long after it moved the balance is found in the end', async (_, row) => {
    const reader = new Reader();
    reader.venue.books.push(
      booked('1', 'deposit', 'USDT', at(1), at(1), '1000'),
      bought(12, 'BTC/USDT', at(3)),
    );
    reader.venue.books.push({ ...row, shownAt: at(27) });
    const before = await reader.all();
    expect(before.coverage.scope.state).toBe('partial');
    reader.venue.now = at(28);
    const after = await reader.all();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
    expect(after.coverage.scope.state).toBe('complete');
  });

  it('one that is listed minutes later is found by the next reading', async () => {
    const reader = await idle();
    const { venue } = reader;
    venue.books.push({ ...paid('r', 'BNB', '7', venue.now - 60_000), shownAt: venue.now + 60_000 });
    expect((await reader.pull()).coverage.scope.missing).toEqual(['what moved BNB in main']);
    venue.now += 300_000;
    expect((await reader.pull()).coverage.scope.missing).toEqual([]);
  });
});
