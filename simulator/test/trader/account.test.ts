import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { describe, expect, it } from 'vitest';
import { parseAmount, parsePrice } from '../../src/market/amount.ts';
import type { Base } from '../../src/market/history.ts';
import { createMarket, INSTRUMENTS } from '../../src/market/market.ts';
import { generateAccount } from '../../src/trader/account.ts';
import { withEdit } from '../../src/trader/edit.ts';
import type { TraderDeposit, TraderFill } from '../../src/trader/event.ts';
import { splitMix64 } from '../../src/trader/splitmix.ts';
import { NegativeBalanceError, Wallet } from '../../src/trader/wallet.ts';

const LAST_DAY = 20_777;
const market = createMarket({ lastDay: LAST_DAY + 1 });
const account = generateAccount({ seed: 'demo', market, lastDay: LAST_DAY });
const fills = account.events.filter((event) => event.kind === 'fill');

describe('when the generator draws', () => {
  it('gives the published numbers of SplitMix64 for the seed 1234567', () => {
    const stream = splitMix64(1234567n);
    expect([stream.next(), stream.next(), stream.next()]).toEqual([
      6457827717110365317n,
      3203168211198807973n,
      9817491932198370423n,
    ]);
  });
});

describe('when an account is generated', () => {
  it('is the same for the same seed and another for another', () => {
    expect(generateAccount({ seed: 'demo', market, lastDay: LAST_DAY })).toEqual(account);
    expect(generateAccount({ seed: 'other', market, lastDay: LAST_DAY }).events).not.toEqual(account.events);
  });

  it('covers two years, all symbols, both sides, split orders and every kind of fee', () => {
    expect(account.lastDay - account.firstDay + 1).toBe(730);
    expect(fills.length).toBeGreaterThan(600);
    expect(fills.length).toBeLessThan(1600);
    for (const { symbol, base } of INSTRUMENTS) {
      const own = fills.filter((fill) => fill.symbol === symbol);
      for (const side of ['buy', 'sell'] as const) {
        const feeAssets = new Set(own.filter((fill) => fill.side === side).map((fill) => fill.fee.asset));
        expect(feeAssets).toContain('BNB');
        expect(feeAssets).toContain(side === 'buy' ? base : 'USDT');
      }
      const ids = own.map((fill) => fill.id);
      expect(ids).toEqual([...ids].sort((a, b) => a - b));
      expect(new Set(ids).size).toBe(ids.length);
    }
    expect(new Set(fills.map((fill) => fill.orderId)).size).toBeLessThan(fills.length * 0.6);
  });

  it('has deposits and withdrawals, of USDT and of another asset; withdrawals are on whole seconds', () => {
    const kinds = account.events.map((event) =>
      event.kind === 'fill' ? 'fill' : `${event.kind} ${event.asset}`,
    );
    for (const kind of ['deposit USDT', 'deposit BTC', 'withdrawal USDT', 'withdrawal ETH']) {
      expect(kinds).toContain(kind);
    }
    for (const event of account.events) if (event.kind === 'withdrawal') expect(event.time % 1000).toBe(0);
  });

  it.each(['demo', 'a', 'b', 'c'])(
    'has events in order of time and never a negative balance (seed %s)',
    (seed) => {
      const { events } = generateAccount({ seed, market, lastDay: LAST_DAY });
      const wallet = new Wallet();
      let last = 0;
      for (const event of events) {
        expect(event.time).toBeGreaterThan(last);
        last = event.time;
        wallet.apply(event);
      }
      expect(Math.floor(last / DAY_MS)).toBeLessThanOrEqual(LAST_DAY);
    },
  );

  it('has fills at prices inside their minute, with quantities on the lot step', () => {
    for (const fill of fills) {
      const instrument = INSTRUMENTS.find(({ symbol }) => symbol === fill.symbol)!;
      const open = Math.floor(fill.time / MINUTE_MS) * MINUTE_MS;
      const bar = market.bar(instrument.base as Base, open, MINUTE_MS, open + MINUTE_MS)!;
      const price = parsePrice(fill.price);
      expect(price >= bar.low && price <= bar.high).toBe(true);
      expect(parseAmount(fill.quantity) % instrument.lotStep).toBe(0n);
    }
  });
});

describe('when one event is edited', () => {
  it('changes that event and no other', () => {
    const fill = fills[100] as TraderFill;
    const edited = withEdit(account, { kind: 'fill', symbol: fill.symbol, id: fill.id, price: '1.23' });
    const changed = edited.events.filter((event, i) => event !== account.events[i]);
    expect(changed).toEqual([{ ...fill, price: '1.23' }]);
  });

  it('refuses an edit that overdraws the account, and unknown events', () => {
    const deposit = account.events[0] as TraderDeposit;
    expect(() => withEdit(account, { kind: 'deposit', id: deposit.id, amount: '1' })).toThrow(
      NegativeBalanceError,
    );
    expect(() => withEdit(account, { kind: 'deposit', id: 'none', amount: '1' })).toThrow(RangeError);
  });
});
