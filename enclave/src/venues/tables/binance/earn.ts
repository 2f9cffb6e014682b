/** Simple Earn of Binance: positions, what goes in and out, and the rewards that a position itself receives. */
import { DAY_MS } from '@perf-aggregator/shared/time';
import type { RowContext, RowReading, Stream, WalletRows, Windows } from '../../table.ts';
import { fieldsOf, malformed, toDecimal, toInstant, toKnown, toText } from '../../values.ts';
import { amountOf, LAUNCH } from './spot.ts';
import { bothSides, cashOf, rowsOf } from './transfers.ts';

type Kind = 'flexible' | 'locked';

/** "The time between startTime and endTime cannot be longer than 3 months." */
const windows: Windows = {
  ...{ from: 'startTime', to: 'endTime', longestMs: 90 * DAY_MS - 1, since: LAUNCH, horizonMs: null },
  overlapMs: DAY_MS,
};
const paging = { kind: 'page', number: 'current', limit: 'size', page: 100 } as const;

export const EARN_STREAMS: readonly Stream[] = [
  stream('flexible', 'in', 'earnFlexibleIn'),
  stream('flexible', 'out', 'earnFlexibleOut'),
  stream('locked', 'in', 'earnLockedIn'),
  stream('locked', 'out', 'earnLockedOut'),
  {
    ...{ name: 'earn flexible rewards', call: 'earnFlexibleRewards', wallets: ['earn:flexible'] },
    ...{ scope: 'account', cadence: 'unexplained', paging, windows, rows: rowsOf },
    // Rewards of the other types are credited to spot, where the list of dividends has them.
    parameters: () => ({ type: 'REALTIME' }),
    read: readReward,
  },
];

function stream(kind: Kind, way: 'in' | 'out', call: string): Stream {
  return {
    ...{ name: `earn ${kind} ${way}`, call, wallets: [`earn:${kind}`, 'spot', 'funding'], scope: 'account' },
    ...{ cadence: 'unexplained', paging, windows, parameters: () => ({}), rows: rowsOf },
    read: (row, context) => readMove(row, kind, way, context),
  };
}

const SOURCES: Readonly<Record<string, string>> = { SPOT: 'spot', FUNDING: 'funding' };

/** A subscription or a redemption: a transfer between a wallet of the account and the position. */
function readMove(row: unknown, kind: Kind, way: 'in' | 'out', { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'earn record');
  const time = toInstant(info['time'], 'earn time');
  const id = toText(info[way === 'in' ? 'purchaseId' : 'redeemId'], 'earn id');
  const status = toText(info['status'], 'earn status');
  if (['PURCHASING', 'REDEEMING', 'PROCESSING'].includes(status))
    return { pendingSince: time, id, inTransit: null };
  if (status === 'FAILED') return { entries: [], time, id };
  if (status !== 'SUCCESS' && status !== 'PAID') throw malformed('earn status');
  const asset = toText(info['asset'], 'earn asset');
  const move = { owner, id: `earn:${id}`, time, asset, amount: toDecimal(info['amount'], 'earn amount') };
  const named = info[way === 'in' ? 'sourceAccount' : 'destAccount'];
  const position = `earn:${kind}`;
  if (named === 'SPOTANDFUNDING') {
    const parts = [
      ['spot', info['amtFromSpot']],
      ['funding', info['amtFromFunding']],
    ] as const;
    const entries = parts.flatMap(([wallet, amount]) =>
      bothSides(
        { ...move, id: `${move.id}:${wallet}`, amount: toDecimal(amount, 'earn part') },
        wallet,
        position,
      ),
    );
    return { entries, time, id };
  }
  const wallet = toKnown(SOURCES, named ?? 'SPOT', 'earn account');
  const [from, to] = way === 'in' ? [wallet, position] : [position, wallet];
  return { entries: bothSides(move, from, to), time, id };
}

/** The interest of a flexible position, which is added to it. */
function readReward(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'earn reward');
  const time = toInstant(info['time'], 'reward time');
  const asset = toText(info['asset'], 'reward asset');
  const id = `reward:${toText(info['projectId'] ?? asset, 'reward project')}:${time}`;
  const move = { owner, id, time, asset, amount: toDecimal(info['rewards'], 'reward amount') };
  return { entries: [cashOf(move, 'interest', 'earn:flexible')], time, id };
}

/**
 * Positions by asset. Several products of one asset are added up.
 * @throws ExchangeError `exchange_bad_response`, also for a page that is not all of them: a part is no balance
 */
export function readPositions(answer: unknown, kind: Kind): WalletRows {
  const sums = new Map<string, ReturnType<typeof amountOf>>();
  const rows = rowsOf(answer);
  if (Number(fieldsOf(answer, 'page')['total'] ?? 0) > rows.length)
    throw malformed('a part of the positions');
  for (const row of rows) {
    const info = fieldsOf(row, 'earn position');
    const asset = toText(info['asset'], 'earn asset');
    const amount = amountOf(info[kind === 'flexible' ? 'totalAmount' : 'amount'], 'earn amount');
    sums.set(asset, sums.get(asset)?.plus(amount) ?? amount);
  }
  const balances = [...sums].map(([asset, total]) => ({
    wallet: `earn:${kind}`,
    asset,
    total: total.toString(),
  }));
  return { balances: balances.filter(({ total }) => total !== '0'), positions: [] };
}
