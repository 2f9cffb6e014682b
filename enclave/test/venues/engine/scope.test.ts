import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { Reader, setOf } from './reader.ts';
import { at, booked, bought, moved, paid, sold } from './rows.ts';

/** An account with a round trip in a market, and much money to and from another wallet, that left no trace. */
function flat(): Reader {
  const reader = new Reader();
  reader.venue.books.push(
    booked('1', 'deposit', 'USDT', at(1), at(1), '1000'),
    ...[bought(10, 'ETH/USDT', at(2)), sold(11, 'ETH/USDT', at(3))],
  );
  return reader;
}

const callsOf = ({ venue }: Reader) =>
  venue.asked.map(
    ({ call, parameters, isBackground }) => `${call} ${parameters['key'] ?? ''} ${isBackground}`,
  );

describe('when an account is read for the first time', () => {
  it('numbers are there before everything was walked, and say so', async () => {
    const reader = flat();
    const { venue } = reader;
    venue.before = (call) => {
      if (call === 'fills') throw new ExchangeError('exchange_unavailable', 'down');
    };
    const early = await reader.pull();
    expect(early.done).toBe(true);
    expect(early.snapshot?.balances).toMatchObject([{ asset: 'USDT', total: '1000' }]);
    expect(early.coverage.scope).toEqual({
      ...{ from: null, state: 'partial' },
      missing: ['markets and streams that the first reading has not reached yet'],
    });
    expect(early.progress).toBeGreaterThanOrEqual(0.5);
    expect(early.progress).toBeLessThan(1);
  });

  it('every market of spot is walked, behind the calls of all others; dormant wallets have none to walk', async () => {
    const reader = flat();
    await reader.pull();
    const walked = callsOf(reader).slice(callsOf(reader).indexOf('swaps  true'));
    expect([...new Set(walked)]).toEqual([
      ...['swaps  true', 'fills BNBUSDT true', 'fills BTCUSDT true', 'fills ETHUSDT true'],
    ]);
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
  });

  it('balances are read once more after it, and only then is it complete', async () => {
    const reader = flat();
    const first = await reader.pull();
    expect([first.done, first.progress, first.coverage.scope.state]).toEqual([true, 0.99, 'partial']);
    const second = await reader.pull();
    expect([second.done, second.progress, second.coverage.scope.state]).toEqual([true, 1, 'complete']);
  });

  it('it goes on where a fault or the end of a budget stopped it, and no market is walked twice', async () => {
    const reader = flat();
    const { venue } = reader;
    const walked: string[] = [];
    let progress = 0;
    for (let pulls = 0; progress < 0.99 && pulls < 50; pulls++) {
      let calls = 0;
      venue.before = () => {
        if (++calls > 6) throw new ExchangeError('exchange_unavailable', 'down');
      };
      const pull = await reader.pull({ maxEntries: 1 });
      expect(pull.progress).toBeGreaterThanOrEqual(progress);
      progress = pull.progress;
      // A request that failed is made again.
      const answered = venue.asked
        .slice(0, 6)
        .filter(({ call, isBackground }) => isBackground && call === 'fills');
      walked.push(...answered.map(({ parameters }) => `${parameters['key']} ${parameters['fromId']}`));
    }
    venue.before = () => undefined;
    await reader.all();
    expect(walked.filter((ask) => !ask.startsWith('ETH'))).toEqual(['BNBUSDT 0', 'BTCUSDT 0']);
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
  });

  it('a market in which nothing was traded needs no place in the cursor', async () => {
    const reader = flat();
    await reader.all();
    const { walks } = reader.state;
    expect(Object.keys(walks).filter((name) => name.startsWith('fills'))).toEqual(['fills/ETHUSDT']);
  });

  it('balances are read again every five minutes while it goes on', async () => {
    const reader = flat();
    const { venue } = reader;
    venue.before = (call) => {
      if (call === 'fills') throw new ExchangeError('exchange_unavailable', 'down');
    };
    await reader.pull();
    const isReading = async () => {
      await reader.pull().catch(() => undefined);
      return venue.asked.some(({ call }) => call === 'wallet main');
    };
    expect(await isReading()).toBe(false);
    venue.now += 299_999;
    expect(await isReading()).toBe(false);
    venue.now += 1;
    expect(await isReading()).toBe(true);
  });

  it('a wallet that only the walk shows is walked as well', async () => {
    const reader = flat();
    const { venue } = reader;
    // To the contracts and back, where a round trip gave and took nothing.
    venue.books.push(
      moved('5', 'USDT', '500', 'main', 'perp', at(4)),
      moved('6', 'USDT', '500', 'perp', 'main', at(7)),
      ...[bought(20, 'BTC/USDT:USDT', at(5)), sold(21, 'BTC/USDT:USDT', at(6))],
      { ...paid('7', 'USDT', '0', at(6), 'perp'), entries: [] },
    );
    // The transfers are in a list that the first reading walks.
    const streams = venue.table.streams.map((stream) =>
      stream.name === 'moves' ? { ...stream, cadence: 'moved' as const } : stream,
    );
    venue.table = { ...venue.table, streams };
    const { coverage } = await reader.all();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
    expect(coverage.symbols).toEqual(['BTCUSDT', 'ETHUSDT']);
  });

  it('a market that the venue lists and does not know is a gap, and the walk goes on', async () => {
    const reader = flat();
    reader.venue.before = (call, { key }) => {
      if (call === 'fills' && key === 'BTCUSDT') throw new ExchangeError('exchange_symbol_unknown', 'none');
    };
    const { coverage } = await reader.all();
    expect(coverage.gaps).toMatchObject([{ stream: 'fills/BTCUSDT' }]);
    expect(coverage.scope).toMatchObject({ state: 'partial', missing: ['fills/BTCUSDT'] });
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
  });
});

describe('when an owner names symbols', () => {
  it('only these are walked, and what that leaves out is said', async () => {
    const reader = flat();
    reader.venue.books.push(bought(12, 'BTC/USDT', at(4)));
    const { coverage } = await reader.all({}, { symbols: ['ETH/USDT'] });
    expect(coverage.symbols).toEqual(['ETHUSDT']);
    expect(coverage.productsNotRead).toContain('markets other than the symbols given');
    expect(coverage.scope.state).toBe('partial');
    expect(coverage.scope.missing).toEqual([
      ...['markets other than the symbols given', 'what moved BTC in main', 'what moved USDT in main'],
    ]);
  });

  it('a symbol that is not listed is refused', async () => {
    const refused = await flat()
      .pull({}, { symbols: ['DOGE/USDT'] })
      .catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ExchangeError);
    expect(refused).toMatchObject({ code: 'exchange_symbol_unknown' });
  });
});

describe('field case 13: when a sandbox is read', () => {
  it('only its wallet and streams are asked, and the rest is named', async () => {
    const reader = flat();
    const { coverage } = await reader.all({}, { sandbox: true });
    const asked = new Set(reader.venue.asked.map(({ call }) => call));
    expect([...asked].every((call) => call === 'wallet main' || call === 'fills')).toBe(true);
    expect(coverage.productsRead).toEqual(['spot']);
    expect(coverage.productsNotRead).toEqual(['options', 'contracts', 'isolated']);
    expect(coverage.scope.state).toBe('partial');
    expect(coverage.scope.missing).toContain('everything but spot: the sandbox has nothing else');
  });
});
