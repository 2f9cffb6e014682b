/**
 * Accounts of one bitcoin over a known price path, each without and with a trick that must not change its return.
 * A trick is dust without a price, or one USDT in a wallet that is not read.
 */
import type { FillEntry, TransferEntry } from '../../src/entries/entry.ts';
import { type AccountHistory, buildAccountHistory, type LedgerEntry, type Mark } from '../../src/index.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const START = Date.UTC(2023, 0, 1);
const OWNER = { venue: 'binance', account: 'a0', wallet: 'spot', market: 'spot' } as const;

/** The entries and balances besides the bitcoin. */
export interface Trick {
  readonly entries: readonly LedgerEntry[];
  /** Dust that the account still holds at the end. */
  readonly balances?: readonly { readonly asset: string; readonly total: string }[];
}

/** The price path of bitcoin. */
export interface Path {
  readonly days: number;
  /** Height of the waves of the price, as a share of the price. */
  readonly wave: number;
  /** The amount that a day adds to its wave. */
  readonly drift: (day: number) => number;
}

/** An account without a trick. */
export const HONEST: Trick = { entries: [] };

/** The instant of an hour on a day of the account. */
export function at(day: number, hour = 0): number {
  return START + day * DAY_MS + hour * HOUR_MS;
}

/** A deposit or a withdrawal of money or dust. */
export function transfer(
  id: string,
  time: number,
  direction: TransferEntry['direction'],
  amount: string,
  more: Partial<Pick<TransferEntry, 'asset' | 'counterWallet'>> = {},
): TransferEntry {
  const plain = { asset: 'USDT', fee: null, transactionHash: null };
  return { ...OWNER, kind: 'transfer', id, time, direction, amount, ...plain, ...more };
}

/** A trade of `base` against USDT, without a fee. */
export function fill(
  id: string,
  time: number,
  side: FillEntry['side'],
  base: string,
  price: string,
): FillEntry {
  const market = { symbol: `${base}/USDT`, base, quote: 'USDT' };
  return {
    ...OWNER,
    kind: 'fill',
    id,
    time,
    ...market,
    side,
    quantity: '1',
    price,
    fee: null,
    orderId: null,
  };
}

/** A deposit of 10,001 USDT at the start, a purchase of one bitcoin at 10,000, and the trick. */
export function accountOf(path: Path, { entries, balances = [] }: Trick): AccountHistory {
  const end = at(path.days);
  return buildAccountHistory({
    entries: [
      transfer('deposit', at(0) + 1, 'deposit', '10001'),
      fill('buy', at(0) + 2, 'buy', 'BTC', '10000'),
      ...entries,
    ],
    marks: marksOf(path),
    snapshots: [
      {
        account: 'a0',
        time: end,
        balances: [{ asset: 'BTC', total: '1' }, { asset: 'USDT', total: '1' }, ...balances],
      },
    ],
    reportingCurrency: 'USDT',
    asOf: end + 1,
  });
}

function marksOf({ days, wave, drift }: Path): readonly Mark[] {
  const marks: Mark[] = [];
  let price = 10_000;
  for (let day = 0; day <= days; day++) {
    const mark = { venue: 'binance', asset: 'BTC', quote: 'USDT', resolution: '1d' } as const;
    marks.push({ ...mark, time: at(day), price: price.toFixed(6) });
    price *= 1 + wave * Math.sin(day * 1.7) + drift(day);
  }
  return marks;
}
