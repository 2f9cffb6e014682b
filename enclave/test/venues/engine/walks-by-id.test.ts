import { describe, expect, it } from 'vitest';
import { fieldCase } from '../field.ts';
import { idsOf, Reader, setOf } from './reader.ts';
import { at, booked, bought, sold } from './rows.ts';

/** An account that bought bitcoin in `fills` fills, one an hour of the second day. */
function buying(fills: number): Reader {
  const reader = new Reader();
  reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '100000'));
  for (let id = 1; id <= fills; id++) reader.venue.books.push(bought(10 * id, 'BTC/USDT', at(1, id)));
  return reader;
}

const asksOf = ({ venue }: Reader, key = 'BTCUSDT') =>
  venue
    .asks('fills')
    .filter((ask) => ask['key'] === key)
    .map(({ fromId, limit }) => [fromId, limit]);

const fillsOf = ({ ledger }: Reader) => idsOf([...ledger.entries].filter(({ kind }) => kind === 'fill'));

describe('when fills are walked by their ids', () => {
  it('each page begins after the last fill of the page before, and an empty answer is asked for twice', async () => {
    const reader = buying(7);
    await reader.pull();
    expect(fillsOf(reader)).toEqual(['10', '20', '30', '40', '50', '60', '70']);
    expect(asksOf(reader).slice(0, 5)).toEqual([
      ['0', 3],
      ['31', 3],
      ['61', 3],
      ['71', 3],
      ['71', 3],
    ]);
  });

  it('a market without any fill is asked once', async () => {
    const reader = buying(1);
    await reader.pull();
    expect(asksOf(reader, 'ETHUSDT')).toEqual([['0', 3]]);
  });

  it.each([1, 2, 3, 4, 5, 6, 7])(
    'a budget of %i stops it anywhere, and nothing is lost or asked twice',
    async (budget) => {
      const reader = buying(7);
      const asked: unknown[] = [];
      for (let done = false; !done; ) {
        const pull = await reader.pull({ maxEntries: budget });
        expect(pull.entries.length).toBeLessThanOrEqual(budget);
        asked.push(...asksOf(reader).map(([fromId]) => fromId));
        done = pull.done;
      }
      expect(fillsOf(reader)).toEqual(['10', '20', '30', '40', '50', '60', '70']);
      expect(asked.filter((id) => id !== '71')).toEqual([...new Set(asked.filter((id) => id !== '71'))]);
    },
  );

  it('an id of any length is followed by the next one', async () => {
    const reader = buying(0);
    reader.venue.books.push(bought('90071992547409931', 'BTC/USDT', at(1, 1)));
    await reader.pull();
    expect(asksOf(reader)[1]).toEqual(['90071992547409932', 3]);
  });

  it('fills before the ones asked for are an invalid answer', async () => {
    const reader = buying(2);
    await reader.all();
    const known = reader.venue.books.slice(1);
    reader.venue.books.push(bought(30, 'BTC/USDT', at(1, 3)));
    reader.venue.alter = (rows, call) => (call === 'fills' ? known : rows);
    await expect(reader.all()).rejects.toMatchObject({ code: 'exchange_bad_response' });
  });

  it('a fill in two pages is read once, and an id of two markets twice', async () => {
    const reader = buying(1);
    reader.venue.books.push(bought(10, 'ETH/USDT', at(1, 1)));
    reader.venue.alter = (rows) => [...rows, ...rows];
    await reader.all();
    expect(fillsOf(reader)).toEqual(['10', '10']);
  });

  it('a fill that cannot be read is counted, and those after it are read', async () => {
    const reader = buying(3);
    const { books } = reader.venue;
    books[2] = { ...books[2]!, isStrange: true };
    const pull = await reader.all();
    expect(fillsOf(reader)).toEqual(['10', '30']);
    expect(pull.coverage.scope.missing).toContain('rows of fills that cannot be read');
    expect(reader.state.quarantined['fills']!.count).toBe(1);
  });
});

describe('field case 01: when a page of fills is short though more follows', () => {
  const [{ first }, { 'second (truth)': whole }] = fieldCase('01-binance-short-page').answers as [
    { first: readonly { id: string }[] },
    { 'second (truth)': readonly { id: string }[] },
  ];
  const short = new Set(first.map(({ id }) => id));
  /** The account of the case: fills of its ids, a minute apart. */
  const account = () => {
    const reader = new Reader();
    reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '100000'));
    reader.venue.books.push(...whole.map(({ id }, index) => bought(id, 'BTC/USDT', at(2, 0, index))));
    return reader;
  };

  it('the rows that a first answer lacked are found by starting again', async () => {
    const reader = account();
    expect(whole.some(({ id }) => !short.has(id))).toBe(true);
    let begun = 0;
    reader.venue.alter = (rows, call, { fromId, key }) => {
      if (call !== 'fills' || key !== 'BTCUSDT') return rows;
      if (fromId === '0') begun += 1;
      return begun > 1 ? rows : rows.filter(({ id }) => short.has(id));
    };
    const pull = await reader.all();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
    expect(pull.coverage.scope.state).toBe('complete');
  });

  it('an account whose first answers are empty is read by the next ones', async () => {
    const reader = account();
    let empty = 4;
    reader.venue.alter = (rows, call) => (call === 'fills' && empty-- > 0 ? [] : rows);
    const pull = await reader.all();
    expect(fillsOf(reader)).toHaveLength(whole.length);
    expect(pull.coverage.scope.state).toBe('complete');
  });
});

describe('field case 02: when a market left neither a balance nor a transfer', () => {
  /** What was bought was wholly sold, for as much: nothing shows in any balance. */
  const flat = () => {
    const reader = new Reader();
    reader.venue.books.push(
      booked('1', 'deposit', 'USDT', at(1), at(1), '1000'),
      ...[bought(10, 'ETH/USDT', at(2)), sold(11, 'ETH/USDT', at(3))],
    );
    return reader;
  };

  it('the walk of all markets finds the round trip', async () => {
    const reader = flat();
    const first = await reader.pull({ maxEntries: 1 });
    expect(first.coverage.scope.state).toBe('partial');
    const pull = await reader.all();
    expect(setOf(reader.ledger.entries)).toEqual(setOf(reader.venue.truth()));
    expect(pull.coverage).toMatchObject({ symbols: ['ETHUSDT'], scope: { state: 'complete' } });
  });

  it('half of the account lost in it is found at once, by the money that is gone', async () => {
    const reader = flat();
    reader.venue.books.push(bought(12, 'ETH/USDT', at(4)), sold(13, 'ETH/USDT', at(5), { price: '50' }));
    const { coverage } = await reader.all();
    expect(fillsOf(reader)).toEqual(['10', '11', '12', '13']);
    expect(coverage.scope.state).toBe('complete');
  });
});
