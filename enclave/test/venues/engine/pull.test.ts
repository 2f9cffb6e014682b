import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { idsOf, Reader, setOf } from './reader.ts';
import { at, booked, bought, paid } from './rows.ts';
import { ScriptedVenue } from './scripted-venue.ts';

const down = () => {
  throw new ExchangeError('exchange_unavailable', 'down');
};
const isDown = { code: 'exchange_unavailable' };

/** An account on the sixth day of the venue. It bought bitcoin in the morning. */
function young(): Reader {
  const reader = new Reader(new ScriptedVenue(at(5, 12)));
  reader.venue.books.push(booked('1', 'deposit', 'USDT', at(5, 8)), bought(10, 'BTC/USDT', at(5, 9)));
  return reader;
}

describe('when a fault ends a pull', () => {
  it('a pull without progress throws the fault', async () => {
    const reader = young();
    reader.venue.before = down;
    await expect(reader.pull()).rejects.toMatchObject(isDown);
    reader.venue.before = (call) => (call === 'deposits' ? down() : undefined);
    await expect(reader.pull()).rejects.toMatchObject(isDown);
  });

  it('a pull that read a window returns its progress', async () => {
    const reader = young();
    reader.venue.now = at(25, 12);
    reader.venue.before = (call, { from }) => (call === 'deposits' && from === at(20) ? down() : undefined);
    const cut = await reader.pull();
    expect(cut).toMatchObject({ done: false, snapshot: null });
    expect(reader.state.walks['deposits']!.next).toBe(at(20));
  });

  it('a pull that has entries returns them', async () => {
    const reader = young();
    reader.venue.before = (call) => (call === 'closes' ? down() : undefined);
    const cut = await reader.pull();
    expect([idsOf(cut.entries), cut.marks, cut.done]).toEqual([['1', '10'], [], false]);
    expect(cut.progress).toBe(0.3);
  });

  it('an error that is no fault of the venue is thrown, for any progress of the pull', async () => {
    const reader = young();
    reader.venue.before = (call) => {
      if (call === 'closes') throw new TypeError('a mistake of ours');
    };
    await expect(reader.pull()).rejects.toBeInstanceOf(TypeError);
  });

  it('the reading that was under way goes on: balances are not asked again', async () => {
    const reader = young();
    reader.venue.before = (call) => (call === 'closes' ? down() : undefined);
    await reader.pull();
    reader.venue.before = () => undefined;
    reader.venue.now += 60_000;
    const pull = await reader.pull();
    expect(reader.venue.asks('wallet main')).toEqual([]);
    expect(pull.snapshot?.time).toBe(at(5, 12));
  });
});

describe('when a cursor cannot be used', () => {
  it.each([null, { version: 2 }, { version: 3 }, { version: 3, walks: 'none' }])(
    '%j: everything is read again, nothing comes twice, and the sums are right',
    async (cursor) => {
      const reader = young();
      const { venue } = reader;
      await reader.all();
      const before = reader.state.explained;
      reader.cursor = cursor;
      venue.books.push(paid('r', 'BNB', '1', at(5, 10)));
      venue.now += 300_000;
      const pull = await reader.all();
      expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
      expect(reader.ledger.entries.length).toBe(3);
      expect(reader.state.explained).toEqual({ main: { ...before['main'], BNB: '1' } });
      expect(pull.coverage.scope.state).toBe('complete');
    },
  );
});

describe('when a venue contradicts the ledger', () => {
  it('the other entry is handed over, and moves nothing', async () => {
    const reader = young();
    const { venue } = reader;
    await reader.all();
    const [deposit] = venue.books;
    venue.alter = (rows, call) =>
      call !== 'deposits'
        ? rows
        : rows.map((row) => ({ ...row, entries: [{ ...row.entries[0]!, amount: '11' } as never] }));
    venue.now += 300_000;
    const pull = await reader.pull();
    expect(pull.entries).toMatchObject([{ id: '1', amount: '11' }]);
    expect([...reader.ledger.entries][0]).toEqual(deposit!.entries[0]);
    expect(reader.ledger.entries.conflicts.size).toBe(1);
    expect(pull.coverage.scope.state).toBe('complete');
  });
});

describe('when the last reading is over', () => {
  it('the snapshot has each wallet at its own instant', async () => {
    const reader = young();
    const { venue } = reader;
    venue.books.push({ ...paid('f', 'USDT', '5', at(5, 10), 'perp') });
    venue.before = (call) => {
      if (call.startsWith('wallet')) venue.now += 100;
    };
    const { snapshot } = await reader.pull();
    expect(snapshot).toEqual({
      time: at(5, 12) + 200,
      balances: [
        { wallet: 'main', asset: 'USDT', total: '-90', time: at(5, 12) + 100 },
        { wallet: 'main', asset: 'BTC', total: '1', time: at(5, 12) + 100 },
        { wallet: 'perp', asset: 'USDT', total: '5', time: at(5, 12) + 200 },
      ],
      positions: [],
    });
  });
});
