/** Rows for the books of a scripted venue. */
import type { CashEntry, FillEntry, TransferEntry } from '@perf-aggregator/analytics/entries/entry';
import { DAY_MS, MINUTE_MS } from '@perf-aggregator/shared/time';
import { LAUNCH } from './scripted-table.ts';
import { type Booking, marketOf } from './scripted-venue.ts';

/** The instant `days`, `hours` and `minutes` after {@link LAUNCH}. */
export const at = (days: number, hours = 0, minutes = 0) =>
  LAUNCH + days * DAY_MS + hours * 60 * MINUTE_MS + minutes * MINUTE_MS;

const OWNER = { venue: 'binance', account: 'a0' } as const;

/** A purchase of one unit at 100, without a fee, in the market of a symbol. */
export function bought(
  id: number | string,
  symbol: string,
  time: number,
  changes: Partial<FillEntry> = {},
  wallet = symbol.includes(':') ? 'perp' : 'main',
): Booking {
  const { base, quote, settle, product, id: name } = marketOf(symbol);
  const entry: FillEntry = {
    ...{ kind: 'fill', ...OWNER, wallet, market: product, id: String(id), time, symbol, base, quote },
    ...{ side: 'buy', quantity: '1', price: '100', fee: null, orderId: null },
    ...(settle === null ? {} : { settle, contractSize: '1' }),
    ...changes,
  };
  const isolated = wallet.startsWith('iso:');
  const stream = isolated ? 'iso fills' : settle === null ? 'fills' : 'perp fills';
  return { stream, id: String(id), time, entries: [entry], key: isolated ? wallet.slice(4) : name };
}

export function sold(
  id: number | string,
  symbol: string,
  time: number,
  changes: Partial<FillEntry> = {},
): Booking {
  return bought(id, symbol, time, { side: 'sell', ...changes });
}

/** Ten units that come from elsewhere or go there. Until `settlesAt` the row is pending. */
export function booked(
  id: string,
  direction: TransferEntry['direction'],
  asset: string,
  time: number,
  settlesAt = time,
  amount = '10',
): Booking {
  const entry: TransferEntry = {
    ...{ kind: 'transfer', ...OWNER, wallet: 'main', market: 'spot', id, time },
    ...{ direction, asset, amount, fee: null, transactionHash: null },
  };
  const leaves = direction === 'withdrawal';
  return {
    ...{ stream: leaves ? 'withdrawals' : 'deposits', id, time, entries: [entry], settlesAt },
    ...(leaves ? { inTransit: { wallet: 'main', asset, total: amount } } : {}),
  };
}

/** Cash of a wallet: a reward of `main`, or income of `perp`. */
export function paid(id: string, asset: string, amount: string, time: number, wallet = 'main'): Booking {
  const isMain = wallet === 'main';
  const entry: CashEntry = {
    ...{ kind: isMain ? 'other' : 'funding', ...OWNER, wallet, market: isMain ? 'spot' : 'linear', id, time },
    ...{ asset, amount, symbol: null },
  };
  return { stream: isMain ? 'rewards' : 'income', id, time, entries: [entry] };
}

/** A conversion of a coin into another, one for one. */
export function swapped(id: string, from: string, to: string, time: number, quantity = '1'): Booking {
  const { entries } = bought(id, `${from}/${to}`, time, { side: 'sell', price: '1', quantity });
  return { id, time, entries, stream: 'swaps' };
}

/** Both sides of a transfer between two wallets: of `main` and `perp`, or with an isolated wallet. */
export function moved(
  id: string,
  asset: string,
  amount: string,
  from: string,
  to: string,
  time: number,
): Booking {
  const side = (
    wallet: string,
    direction: TransferEntry['direction'],
    counterWallet: string,
  ): TransferEntry => ({
    ...{ kind: 'transfer', ...OWNER, wallet, market: wallet === 'perp' ? 'linear' : 'spot', id, time },
    ...{ direction, asset, amount, fee: null, transactionHash: null, counterWallet },
  });
  const isolated = [from, to].find((wallet) => wallet.startsWith('iso:'));
  const entries = [side(from, 'withdrawal', to), side(to, 'deposit', from)];
  if (isolated !== undefined) return { stream: 'iso moves', key: isolated.slice(4), id, time, entries };
  return { stream: 'moves', id, time, entries };
}
