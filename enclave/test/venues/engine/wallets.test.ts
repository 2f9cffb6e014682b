import { DAY_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { ExchangeError } from '../../../src/venues/errors.ts';
import { Reader, setOf } from './reader.ts';
import { at, booked, moved, paid } from './rows.ts';
import { SCRIPTED } from './scripted-table.ts';

/** A venue whose wallet of contracts costs much to ask for. */
function costly(): Reader {
  const reader = new Reader();
  const wallets = SCRIPTED.wallets.map((wallet) =>
    wallet.wallets.includes('perp') ? { ...wallet, isCostly: true as const } : wallet,
  );
  reader.venue.table = { ...SCRIPTED, wallets };
  reader.venue.books.push(booked('1', 'deposit', 'USDT', at(1), at(1), '1000'));
  return reader;
}

const timesAsked = ({ venue }: Reader, wallet: string) => venue.asks(`wallet ${wallet}`).length;

/** Reads until nothing is due any more: the first reading, and the sweep after it. */
async function settle(reader: Reader): Promise<void> {
  await reader.all();
  await reader.pull();
  reader.venue.now += 300_000;
}

describe('when a wallet costs much', () => {
  it('a dormant one is asked for once a day', async () => {
    const reader = costly();
    await settle(reader);
    await reader.pull();
    expect([timesAsked(reader, 'main'), timesAsked(reader, 'perp')]).toEqual([1, 0]);
    reader.venue.now += DAY_MS;
    await reader.pull();
    expect(timesAsked(reader, 'perp')).toBe(1);
  });

  it('one to which something went is asked for in the reading that shows it', async () => {
    const reader = costly();
    await settle(reader);
    const { venue } = reader;
    venue.books.push(moved('5', 'USDT', '100', 'main', 'perp', venue.now - 60_000));
    venue.books.push(paid('f', 'USDT', '-1', venue.now - 50_000, 'perp'));
    const { snapshot, coverage } = await reader.pull();
    expect(timesAsked(reader, 'perp')).toBe(1);
    expect(snapshot?.balances).toContainEqual(expect.objectContaining({ wallet: 'perp', total: '99' }));
    expect(coverage.scope.state).toBe('complete');
    expect(setOf(reader.ledger.entries)).toEqual(setOf(venue.truth()));
  });

  it('one that the account has not any more is not asked for without end', async () => {
    const reader = costly();
    reader.venue.books.push(moved('5', 'USDT', '100', 'main', 'perp', at(2)));
    await settle(reader);
    reader.venue.books.push(moved('6', 'USDT', '100', 'perp', 'main', reader.venue.now - 60_000));
    let calls = 0;
    reader.venue.before = (call) => {
      if (call !== 'wallet perp') return;
      if (++calls > 20) throw new RangeError('asked without end');
      throw new ExchangeError('exchange_not_offered', 'closed');
    };
    expect((await reader.pull()).done).toBe(true);
    expect(calls).toBeGreaterThan(0);
  });
});

describe('when a venue settles contracts', () => {
  /** The venue settles in the first five minutes of each day. */
  const settling = async () => {
    const reader = costly();
    reader.venue.table = { ...SCRIPTED, quietMinutes: [[0, 5]] };
    await settle(reader);
    return reader;
  };

  it('no reading begins in these minutes, and the next one does after them', async () => {
    const reader = await settling();
    for (const [minute, asked] of [
      [0, 0],
      [4, 0],
      [5, 1],
    ] as const) {
      reader.venue.now = at(26, 0, minute);
      const pull = await reader.pull();
      expect([timesAsked(reader, 'main'), pull.done]).toEqual([asked, asked === 1]);
    }
  });

  it('a balance that nothing explains is asked for again before it is believed', async () => {
    const reader = await settling();
    const { venue } = reader;
    // The first answer shows a coin that is not there.
    venue.secrets.push(['main', 'BNB', '7']);
    let asked = 0;
    venue.before = (call) => {
      if (call === 'wallet main' && ++asked === 2) venue.secrets.pop();
    };
    const { snapshot, coverage } = await reader.pull();
    expect(asked).toBe(2);
    expect(snapshot?.balances).toMatchObject([{ wallet: 'main', asset: 'USDT', total: '1000' }]);
    expect(coverage.scope.state).toBe('complete');
  });
});
