import { describe, expect, it } from 'vitest';
import { Checkpoints, isCheckpoint } from '../../src/book/checkpoints.ts';
import { Fold, type FoldContext } from '../../src/book/fold.ts';
import { Journal } from '../../src/book/journal.ts';
import type { LedgerEntry } from '../../src/entries/entry.ts';
import type { Mark } from '../../src/entries/mark.ts';
import { parseEntry } from '../../src/entries/parse.ts';
import { InputError } from '../../src/errors.ts';
import { buildAccountHistory } from '../../src/history/build-account-history.ts';
import { InternalTransfers } from '../../src/matching/transfers.ts';
import { PriceBook } from '../../src/prices/price-book.ts';
import { at, fill, mark, transfer } from '../entries/entries.ts';
import { GrowingAccount } from './growing-account.ts';
import { plainHistory } from './plain.ts';

const START = at('2024-01-01');
const MINUTE = 60_000;
const DAY = 86_400_000;
const terms = { reportingCurrency: 'USDT' };

function whole(entries: readonly LedgerEntry[], marks: readonly Mark[], asOf: number): unknown {
  return plainHistory(buildAccountHistory({ ...terms, entries, marks, snapshots: [], asOf }));
}

/** A fill every twenty minutes over three weeks, and daily prices. */
function threeWeeks() {
  const count = 1_500;
  const entries: LedgerEntry[] = [transfer(START, 'deposit', '100000 USDT')];
  for (let i = 1; i < count; i++) {
    const side = (i * 7) % 11 < 6 ? 'buy' : 'sell';
    entries.push(
      fill(START + i * 20 * MINUTE, side, `1.${i % 9}`, 'BTC/USDT', `${90 + (i % 21)}`, '0.01 USDT'),
    );
  }
  const marks = Array.from({ length: 22 }, (_, day) => mark(START + day * DAY, 'BTC', `${95 + (day % 9)}`));
  return { entries, marks, asOf: START + 21 * DAY };
}

describe('when an entry arrives late', () => {
  const { entries, marks, asOf } = threeWeeks();
  const later = [1_490, 1_430, 1_200, 550, 15].map((place) =>
    fill(START + place * 20 * MINUTE + 1, 'sell', '0.5', 'BTC/USDT', '101'),
  );

  it('the history contains it at its own time, no matter how old it is', () => {
    const account = new GrowingAccount(terms);
    account.append({ entries, marks });
    const all = [...entries];
    for (const late of later) {
      all.push(late);
      account.append({ entries: [late] });
      expect(plainHistory(account.history({ asOf, snapshots: [] }))).toEqual(whole(all, marks, asOf));
    }
  });
});

describe('when the price range of a minute arrives after a fill in that minute', () => {
  it('the fill is booked at the mark of its minute', () => {
    const entries = [
      transfer(START, 'deposit', '1000 USDT'),
      fill(START + 10 * MINUTE + 5, 'buy', '1', 'BTC/USDT', '50'),
    ];
    const marks = [mark(START, 'BTC', '100'), mark(START + DAY, 'BTC', '100')];
    const range: Mark = { ...mark(START + 11 * MINUTE, 'BTC', '100', '1m'), low: '99', high: '101' };
    const account = new GrowingAccount(terms);
    account.append({ entries, marks });
    const question = { asOf: START + DAY, snapshots: [] };
    expect(account.history(question).dataQuality.positionMoves).toBe(0);
    account.append({ marks: [range] });
    expect(account.history(question).dataQuality.positionMoves).toBe(1);
    expect(plainHistory(account.history(question))).toEqual(whole(entries, [...marks, range], START + DAY));
  });
});

describe('when old prices arrive for an asset that is new', () => {
  const deposit = transfer(START, 'deposit', '1000 USDT');
  const days = Array.from({ length: 5 }, (_, day) => mark(START + day * DAY, 'ETH', `${10 + day}`));
  const question = {
    asOf: START + 5 * DAY,
    snapshots: [{ account: 'a0', time: START + 5 * DAY, balances: [{ asset: 'ETH', total: '3' }] }],
  };

  it('no day is computed again, and the asset has a value on every day on which it was held', () => {
    const entries = [
      deposit,
      fill(START + 1, 'buy', '1', 'BTC/USDT', '100'),
      fill(START + 4 * DAY + 1, 'buy', '2', 'ETH/USDT', '14'),
    ];
    const account = new GrowingAccount(terms);
    const closes = [mark(START, 'BTC', '100')];
    account.append({ entries: entries.slice(0, 2), marks: closes });
    const before = account.history(question);
    account.append({ marks: days });
    const valued = account.history(question);
    // The rows of the earlier history are reused: they are the same objects.
    expect(valued.exact.trading[0]).toBe(before.exact.trading[0]);
    expect(before.nav.at(-1)).toBeNull();
    expect(valued.nav.at(-1)).toBe('42');
    account.append({ entries: entries.slice(2) });
    const whole = buildAccountHistory({ ...terms, ...question, entries, marks: [...closes, ...days] });
    expect(plainHistory(account.history(question))).toEqual(plainHistory(whole));
  });

  it('trades that already used the asset are computed again', () => {
    const entries = [deposit, fill(START + 2 * DAY + 1, 'buy', '2', 'BTC/USDT', '0.1', '1 ETH')];
    const account = new GrowingAccount(terms);
    account.append({ entries });
    account.history(question);
    account.append({ marks: days });
    const whole = buildAccountHistory({ ...terms, ...question, entries, marks: days });
    expect(plainHistory(account.history(question))).toEqual(plainHistory(whole));
    expect(whole.exact.trading.some(({ fees }) => fees.isPositive())).toBe(true);
  });
});

describe('when old prices arrive for an asset through which others are priced', () => {
  it('all days that depend on them are computed again, although no entry has the asset', () => {
    const entries = [
      transfer(START, 'deposit', '10 ETH'),
      transfer(START + DAY + 1, 'withdrawal', '4 ETH', { fee: '1 ETH' }),
    ];
    const own = [{ ...mark(START, 'ETH', '0.05'), quote: 'BTC' }];
    const between = [{ ...mark(START, 'BTC', '40000'), quote: 'EUR' }];
    const inEuro = { reportingCurrency: 'EUR' };
    const question = { asOf: START + 2 * DAY, snapshots: [] };
    const account = new GrowingAccount(inEuro);
    account.append({ entries, marks: own });
    account.history(question);
    account.append({ marks: between });
    const whole = buildAccountHistory({ ...inEuro, ...question, entries, marks: [...own, ...between] });
    expect(plainHistory(account.history(question))).toEqual(plainHistory(whole));
    expect(whole.nav.at(-1)).toBe('10000');
  });
});

describe('when a history is kept', () => {
  it('its open lots stay those of its own time, no matter when they are read', () => {
    const account = new GrowingAccount(terms);
    const question = { asOf: START + DAY, snapshots: [] };
    account.append({ entries: [fill(START, 'buy', '2', 'BTC/USDT', '100')] });
    const before = account.history(question);
    account.append({ entries: [fill(START + 1, 'sell', '1.5', 'BTC/USDT', '100')] });
    const after = account.history(question);
    expect(before.openLots.map(({ quantity }) => quantity)).toEqual(['2']);
    expect(after.openLots.map(({ quantity }) => quantity)).toEqual(['0.5']);
  });
});

describe('when an entry is malformed', () => {
  const refusal = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      return error;
    }
    return undefined;
  };

  it('throws, and the book cannot be used any more', () => {
    const account = new GrowingAccount(terms);
    const bad = fill(START, 'buy', 'much', 'BTC/USDT', '100');
    const error = refusal(() => account.append({ entries: [bad] }));
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'ledger_decimal_malformed' });
    expect(() => account.append({ entries: [] })).toThrow('did not survive');
    expect(() => account.history({ asOf: START, snapshots: [] })).toThrow('did not survive');
  });

  it('an invalid instant is refused too', () => {
    const bad = { ...fill(START, 'buy', '1', 'BTC/USDT', '100'), time: Number.NaN };
    const error = refusal(() => new GrowingAccount(terms).append({ entries: [bad] }));
    expect(error).toMatchObject({ code: 'ledger_entry_malformed' });
  });
});

describe('checkpoints', () => {
  const context: FoldContext = {
    ...{ reportingCurrency: 'USDT', method: 'fifo', delistedAssets: new Set<string>() },
    ...{ internal: new InternalTransfers([]), prices: new PriceBook([], 'USDT'), journal: new Journal() },
  };

  it('stay few for any number of pieces, and one is always close before a late entry', () => {
    const checkpoints = new Checkpoints();
    let last = new Fold(context);
    const steps = 1_000;
    for (let i = 0; i < steps; i++) {
      const fold = new Fold(context, last);
      const entries = Array.from({ length: 20 }, (_, k) =>
        parseEntry(fill(START + i * 1_000 + k, 'buy', '1', 'USDT/EUR', '1')),
      );
      for (const entry of entries) fold.take([entry]);
      checkpoints.add(fold);
      checkpoints.thin();
      last = fold;
    }
    expect(checkpoints.count).toBeLessThan(20);
    for (const ago of [1, 10, 100, 500]) {
      const base = checkpoints.before(START + (steps - ago) * 1_000)!;
      // The bound, in entries: five times the age of the late entry, and one gap between checkpoints.
      expect(steps * 20 - base.count).toBeLessThan(ago * 20 * 5 + 200);
    }
  });

  it('a computation leaves checkpoints on its way, closer together towards its end', () => {
    const places = Array.from({ length: 100_000 }, (_, left) => left).filter(isCheckpoint);
    expect(places).toEqual([64, 256, 1_024, 4_096, 16_384, 65_536]);
  });
});
