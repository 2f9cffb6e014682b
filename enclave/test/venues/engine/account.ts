/** Random accounts of a scripted venue. */

import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import fc from 'fast-check';
import { at, booked, bought, moved, paid, swapped } from './rows.ts';
import { LAUNCH } from './scripted-table.ts';
import type { Booking } from './scripted-venue.ts';

/** The days of a random account. */
export const DAYS = 25;

/**
 * The amount of the movement of a number, in units of a millionth. Each is twice the one before, so no movements that
 * are missing add up to nothing.
 */
function amountOf(index: number): string {
  const digits = String(2n ** BigInt(index)).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`.replace(/0+$/, '').replace(/\.$/, '');
}

type Kind =
  | 'deposit'
  | 'withdrawal'
  | 'reward'
  | 'swap'
  | 'buy'
  | 'sell'
  | 'to perp'
  | 'from perp'
  | 'income'
  | 'contract'
  | 'to iso'
  | 'from iso'
  | 'iso buy';

const KINDS: readonly Kind[] = [
  ...(['deposit', 'withdrawal', 'reward', 'swap', 'buy', 'sell', 'to perp', 'from perp', 'income'] as const),
  ...(['contract', 'to iso', 'from iso', 'iso buy'] as const),
];

interface Movement {
  readonly kind: Kind;
  /** Minutes after the first day. */
  readonly minute: number;
  readonly coin: 'BTC' | 'ETH';
  /** Days for which a row stays pending. */
  readonly pendingDays: number;
  /** Days until the row is shown. */
  readonly lateDays: number;
}

const movement: fc.Arbitrary<Movement> = fc.record({
  kind: fc.constantFrom(...KINDS),
  minute: fc.integer({ min: 60, max: DAYS * 1_440 - 1 }),
  coin: fc.constantFrom('BTC', 'ETH'),
  pendingDays: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 8 })),
  lateDays: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 12 })),
});

/** The rows of one movement. */
function rowOf({ kind, minute, coin, pendingDays, lateDays }: Movement, index: number): Booking {
  const time = LAUNCH + minute * MINUTE_MS;
  const amount = amountOf(index);
  const id = String(1_000 + index);
  const settlesAt = time + pendingDays * DAY_MS;
  const shown = (row: Booking): Booking =>
    lateDays === 0 ? row : { ...row, shownAt: time + lateDays * DAY_MS };
  const iso = `iso:${coin}USDT`;
  switch (kind) {
    case 'deposit':
      return shown(booked(id, 'deposit', 'USDT', time, settlesAt, amount));
    case 'withdrawal':
      return booked(id, 'withdrawal', 'USDT', time, settlesAt, amount);
    case 'reward':
      return shown(paid(id, coin, amount, time));
    case 'swap':
      return shown(swapped(id, coin, 'BNB', time, amount));
    case 'buy':
    case 'sell':
      return shown(bought(id, `${coin}/USDT`, time, { side: kind, quantity: amount }));
    case 'to perp':
      return shown(moved(id, 'USDT', amount, 'main', 'perp', time));
    case 'from perp':
      return shown(moved(id, 'USDT', amount, 'perp', 'main', time));
    case 'income':
      return shown(paid(id, 'USDT', amount, time, 'perp'));
    case 'contract':
      return shown(bought(id, `${coin}/USDT:USDT`, time, { quantity: amount }));
    case 'to iso':
      return shown(moved(id, 'USDT', amount, 'main', iso, time));
    case 'from iso':
      return shown(moved(id, 'USDT', amount, iso, 'main', time));
    case 'iso buy':
      return shown(bought(id, `${coin}/USDT`, time, { quantity: amount }, iso));
  }
}

/** The books of an account. Its ids rise with time, as those of a venue do. It begins with a deposit. */
export const books: fc.Arbitrary<readonly Booking[]> = fc
  .array(movement, { minLength: 1, maxLength: 30 })
  .map((movements) => {
    const first = booked('1', 'deposit', 'USDT', at(0, 0, 30), at(0, 0, 30), '0.5');
    const inOrder = [...movements].sort((a, b) => a.minute - b.minute);
    return [first, ...inOrder.map(rowOf)];
  });
