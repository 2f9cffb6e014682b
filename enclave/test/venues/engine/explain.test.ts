import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { ExchangeError, type ExchangeErrorCode } from '../../../src/venues/errors.ts';
import { idsOf, Reader, setOf } from './reader.ts';
import { at, booked, bought, moved, paid, sold, swapped } from './rows.ts';
import { SCRIPTED, STREAMS } from './scripted-table.ts';
import type { ScriptedVenue } from './scripted-venue.ts';

/** An account that was read wholly, and is idle since. */
async function idle(...rows: Parameters<ScriptedVenue['books']['push']>): Promise<Reader> {
  const reader = new Reader();
  reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '1000'), ...rows);
  await reader.all();
  // The sweep that follows a first reading, and the first reading of a day.
  await reader.pull();
  reader.venue.now += 300_000;
  return reader;
}

const callsOf = ({ venue }: Reader) =>
  venue.asked.map(({ call, parameters }) => `${call} ${parameters['key'] ?? ''}`.trim());
const WALLETS = ['wallet main', 'wallet perp', 'wallet iso:'];
const failing =
  (code: ExchangeErrorCode, call: string, key?: string) => (name: string, parameters: object) => {
    const isIt = name === call && (key === undefined || (parameters as { key?: string }).key === key);
    if (isIt) throw new ExchangeError(code, 'no');
  };

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

describe('when a part cannot be read', () => {
  it('a market that is gone is a gap with a name, and the others are read', async () => {
    const reader = new Reader();
    const { venue } = reader;
    venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '1000'), bought(10, 'BTC/USDT', at(2)));
    venue.books.push(bought(11, 'GONE/USDT', at(3)));
    const { coverage } = await reader.all();
    expect(coverage.gaps).toEqual([{ stream: 'fills/GONEUSDT', from: at(1), to: venue.now }]);
    expect(coverage.scope.state).toBe('partial');
    expect(coverage.scope.missing).toEqual(
      expect.arrayContaining(['fills/GONEUSDT', 'what moved GONE in main', 'what moved USDT in main']),
    );
    expect(idsOf(reader.ledger.entries)).toEqual(['1', '10']);
  });

  it('a scope that the key has not is named, and the rest is read', async () => {
    const reader = new Reader();
    const { venue } = reader;
    venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '1000'));
    venue.books.push(moved('5', 'USDT', '100', 'main', 'perp', at(2)));
    venue.before = (call) => {
      failing('exchange_key_restricted', 'wallet perp')(call, {});
      failing('exchange_key_restricted', 'income')(call, {});
      failing('exchange_key_restricted', 'perp fills')(call, {});
    };
    const { coverage } = await reader.all();
    expect(coverage.productsRead).toEqual(['spot', 'isolated']);
    expect(coverage.productsNotRead).toEqual(['options', 'contracts']);
    expect(coverage.scope).toMatchObject({ state: 'partial', missing: ['perp (the key may not read it)'] });
    // The side of the wallet that is not read is no entry.
    expect(idsOf(reader.ledger.entries)).toEqual(['1', '5']);

    // The key gets the scope.
    venue.before = () => undefined;
    venue.now += 300_000;
    const after = await reader.all();
    expect(after.coverage.scope).toEqual({ from: null, state: 'complete', missing: [] });
    expect(after.coverage.productsRead).toEqual(['spot', 'contracts', 'isolated']);
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
  });

  it('a stream that is refused for once is tried again with its wallet', async () => {
    const reader = await idle(moved('5', 'USDT', '100', 'main', 'perp', at(2)));
    const { venue } = reader;
    venue.books.push(paid('f', 'USDT', '-1', venue.now - 60_000, 'perp'));
    venue.before = failing('exchange_key_restricted', 'income');
    expect((await reader.pull()).coverage.unavailable).toEqual(['income']);
    venue.before = () => undefined;
    venue.now += 300_000;
    const { coverage } = await reader.pull();
    expect(coverage.unavailable).toEqual([]);
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
  });

  it('a wallet that the account has not is none, and nothing is missing', async () => {
    const reader = new Reader();
    reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1)));
    reader.venue.before = failing('exchange_not_offered', 'wallet iso:');
    const { coverage } = await reader.all();
    expect(coverage.scope.state).toBe('complete');
  });

  it.each(['exchange_auth', 'exchange_unavailable', 'exchange_bad_response'] as const)(
    'a wallet that fails with %s fails the reading',
    async (code) => {
      const reader = await idle();
      reader.venue.before = failing(code, 'wallet main');
      await expect(reader.pull()).rejects.toMatchObject({ code });
      reader.venue.before = failing('exchange_unavailable', 'wallet perp');
      await expect(reader.pull()).rejects.toMatchObject({ code: 'exchange_unavailable' });
    },
  );

  it('money that went to a wallet that no part reads makes the scope partial', async () => {
    const reader = new Reader();
    const { books } = reader.venue;
    const [out] = moved('5', 'USDT', '100', 'main', 'options', at(2)).entries;
    books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '1000'), {
      ...moved('5', 'USDT', '100', 'main', 'options', at(2)),
      entries: [out!],
    });
    const { coverage } = await reader.all();
    expect(coverage.scope).toMatchObject({ state: 'partial', missing: ['options'] });
  });
});

describe('when a stream moves only some assets', () => {
  const fiat = () => {
    const reader = new Reader();
    const streams = STREAMS.map((stream) =>
      stream.name === 'swaps' ? { ...stream, assets: ['TRY'] } : stream,
    );
    reader.venue.table = { ...SCRIPTED, streams };
    reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1)));
    return reader;
  };

  it('it is not read before one of them is held', async () => {
    const reader = fiat();
    await reader.all();
    expect(callsOf(reader)).not.toContain('swaps');
  });

  it('it is read once one is held, also one that no market prices', async () => {
    const reader = fiat();
    await reader.all();
    const { venue } = reader;
    venue.now += 300_000;
    venue.books.push({ ...paid('t', 'TRY', '500', venue.now - 60_000), stream: 'swaps' });
    await reader.pull();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
  });
});

describe('when a coin was exchanged for another', () => {
  const renames = [{ from: 'OLD', to: 'NEW', ratio: '0.001', at: at(20) }];
  /** The old coin was bought before its exchange. What the wallet got is given. */
  const renamed = (got: string) => {
    const reader = new Reader();
    const { venue } = reader;
    venue.table = { ...SCRIPTED, renames };
    venue.listed.push('NEW/USDT');
    venue.books.push(booked('1', 'deposit', 'OLD', at(1), at(1), '1234'));
    venue.secrets.push(['main', 'OLD', '-1234'], ['main', 'NEW', got]);
    return reader;
  };

  it.each([
    ['1.234', null],
    ['1.23399999', { amount: '0.00000001', currency: 'NEW' }],
  ])('%s of the new coin is the exchange, once', async (got, fee) => {
    const reader = renamed(got);
    const { coverage } = await reader.all();
    const [, exchange] = [...reader.ledger.entries];
    expect(exchange).toMatchObject({
      id: 'rename:OLD:NEW',
      time: at(20),
      quantity: '1234',
      price: '0.001',
      fee,
    });
    expect(coverage.scope.state).toBe('complete');
    reader.venue.now += DAY_MS;
    expect((await reader.pull()).entries).toEqual([]);
  });

  it.each(['1.235', '1234', '0'])('%s of the new coin is a difference', async (got) => {
    const reader = renamed(got);
    const { coverage } = await reader.all();
    expect(idsOf(reader.ledger.entries)).toEqual(['1']);
    expect(coverage.scope.state).toBe('partial');
  });

  it('what looks like a second exchange is a difference, and the reading ends', async () => {
    const reader = renamed('1.234');
    await reader.all();
    const { venue } = reader;
    venue.now += DAY_MS;
    venue.books.push(booked('2', 'deposit', 'OLD', venue.now - 60_000, venue.now - 60_000, '1000'));
    venue.secrets.push(['main', 'OLD', '-1000'], ['main', 'NEW', '1']);
    const { coverage, done } = await reader.pull();
    expect(done).toBe(true);
    // The market of the old coin is gone, so it is named too.
    expect(coverage.scope.missing).toEqual([
      'fills/OLDUSDT',
      'what moved NEW in main',
      'what moved OLD in main',
    ]);
  });

  it('before its day nothing was exchanged', async () => {
    const reader = renamed('1.234');
    reader.venue.now = at(19);
    await reader.all();
    expect(idsOf(reader.ledger.entries)).toEqual(['1']);
  });
});

describe('when money went into one of many wallets of a kind and was spent there', () => {
  it('the wallets of that kind are asked, each by its name, and none without', async () => {
    const reader = await idle(moved('5', 'USDT', '100', 'main', 'iso:ETHUSDT', at(2)));
    const { venue } = reader;
    const time = venue.now - 60_000;
    // What came in is gone again: only `main` shows a difference.
    venue.books.push(
      moved('6', 'USDT', '7', 'main', 'iso:ETHUSDT', time),
      bought(30, 'ETH/USDT', time + 1, { quantity: '1' }, 'iso:ETHUSDT'),
      bought(31, 'ETH/USDT', time + 2, { side: 'sell', price: '93' }, 'iso:ETHUSDT'),
    );
    const { coverage } = await reader.pull();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
    expect(coverage.scope.state).toBe('complete');
    expect(callsOf(reader)).not.toContain('iso moves');
  });
});
