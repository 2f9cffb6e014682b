/** Session states and observations for tests. */
import type { Mark } from '@perf-aggregator/analytics';
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import { EMPTY_HEAD, EMPTY_LOG, type SessionState } from '../../src/sessions/formats/state.ts';
import { initialState, toCursor } from '../../src/venues/engine/cursor.ts';
import type { BalanceSnapshot } from '../../src/venues/port.ts';

/** Noon of an ordinary day. */
export const NOON = Date.UTC(2026, 10, 20, 12);
const DAY_MS = 86_400_000;

/** A session id made of 43 equal characters. */
export function sessionOf(character: string): string {
  return character.repeat(43);
}

/** A sealed session of version 1 with one account that was read completely. `changes` replace members. */
export function stateOf(changes: Partial<SessionState> = {}): SessionState {
  return {
    format: 2,
    id: sessionOf('s'),
    version: 1,
    createdAt: NOON,
    expiresAt: NOON + 7 * DAY_MS,
    persistence: 'sealed',
    renewals: 0,
    requestKey: new Uint8Array(32).fill(1),
    responseKey: new Uint8Array(32).fill(2),
    userId: 'user-of-the-test',
    label: 'label-of-the-test',
    reportingCurrency: 'USDT',
    allowTradingKeys: false,
    accounts: [
      {
        access: {
          account: 'a0',
          venue: 'binance',
          accountType: 'spot',
          apiKey: 'key-of-the-test',
          apiSecret: 'secret-of-the-test',
          sandbox: false,
        },
        inspection: {
          ...{ canRead: 'yes', canTrade: 'no', canWithdraw: 'no', uid: 'uid-of-the-test' },
          ...{ scopesMissing: [], mode: 'classic', expiresAt: null },
        },
        cursor: initialCursor(),
        snapshot: snapshotOf({ USDT: '1100' }),
        coverage: {
          account: 'a0',
          venue: 'binance',
          symbols: ['BTC/USDT'],
          from: NOON - 3 * DAY_MS,
          to: NOON,
          productsRead: ['spot'],
          productsNotRead: ['margin'],
          gaps: [],
          unavailable: [],
          scope: { from: null, state: 'complete', missing: [] },
        },
        progress: 1,
        complete: true,
        failure: null,
        failures: 0,
        quietReadings: 0,
      },
    ],
    log: EMPTY_LOG,
    ledgerHead: EMPTY_HEAD,
    ...changes,
  };
}

/** Holdings of spot at {@link NOON}, by asset. */
export function snapshotOf(totals: Readonly<Record<string, string>>): BalanceSnapshot {
  const rows = Object.entries(totals);
  return {
    time: NOON,
    balances: rows.map(([asset, total]) => ({ wallet: 'spot', asset, total, time: NOON })),
    positions: [],
  };
}

/** A cursor at the start of a walk. */
export function initialCursor() {
  return toCursor(initialState());
}

/** A purchase of 0.001 BTC at 100,000 USDT. */
export function fillOf(id: string, changes: Partial<FillEntry> = {}): FillEntry {
  return {
    kind: 'fill',
    id,
    time: NOON - DAY_MS,
    venue: 'binance',
    account: 'a0',
    wallet: 'spot',
    market: 'spot',
    symbol: 'BTC/USDT',
    base: 'BTC',
    quote: 'USDT',
    side: 'buy',
    quantity: '0.001',
    price: '100000',
    fee: null,
    orderId: null,
    ...changes,
  };
}

/** The close of BTC `daysBefore` days before the midnight of {@link NOON}. */
export function markOf(daysBefore: number, price = '100000'): Mark {
  const midnight = NOON - DAY_MS / 2;
  const time = midnight - daysBefore * DAY_MS;
  return { venue: 'binance', asset: 'BTC', quote: 'USDT', time, price, resolution: '1d' };
}
