import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { callsOf, failing, idle } from './idle.ts';
import { idsOf, Reader, setOf } from './reader.ts';
import { at, booked, bought, moved, paid } from './rows.ts';
import { SCRIPTED, STREAMS } from './scripted-table.ts';

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
