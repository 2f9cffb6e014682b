/** Simple Earn of Binance: positions, what goes in and out, and the rewards, which a position or spot receives. */
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
    ...{ name: 'earn flexible rewards', call: 'earnFlexibleRewards', wallets: ['earn:flexible', 'spot'] },
    ...{ scope: 'account', cadence: 'unexplained', paging, windows, rows: rowsOf },
    parameters: () => ({ type: 'ALL' }),
    read: readReward,
  },
  {
    ...{ name: 'earn locked rewards', call: 'earnLockedRewards', wallets: ['spot', 'earn:locked'] },
    ...{ scope: 'account', cadence: 'unexplained', paging, windows, rows: rowsOf },
    parameters: () => ({}),
    read: readLockedReward,
  },
];

/** What the list of dividends calls rewards of Simple Earn. The lists above have the authority for them [assumed]. */
export const EARN_DIVIDENDS: ReadonlySet<string> = new Set(['Flexible', 'Locked']);

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

/** Who receives the rewards of a flexible position, by their type. */
const RECEIVERS: Readonly<Record<string, string>> = {
  REALTIME: 'earn:flexible',
  BONUS: 'spot',
  REWARDS: 'spot',
};

/** A reward of a flexible position: its interest is added to it, and the others are credited to spot. */
function readReward(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'earn reward');
  const time = toInstant(info['time'], 'reward time');
  const asset = toText(info['asset'], 'reward asset');
  const type = toText(info['type'], 'reward type');
  const wallet = toKnown(RECEIVERS, type, 'reward type');
  const project = toText(info['projectId'] ?? asset, 'reward project');
  const id = type === 'REALTIME' ? `reward:${project}:${time}` : `reward:${type}:${project}:${time}`;
  const move = { owner, id, time, asset, amount: toDecimal(info['rewards'], 'reward amount') };
  return { entries: [cashOf(move, 'interest', wallet)], time, id };
}

/** A reward of a locked position, which is credited to spot. */
function readLockedReward(row: unknown, { owner }: RowContext): RowReading {
  const info = fieldsOf(row, 'locked reward');
  const time = toInstant(info['time'], 'reward time');
  const asset = toText(info['asset'], 'reward asset');
  const id = `reward:locked:${toText(info['positionId'] ?? asset, 'reward position')}:${asset}:${time}`;
  const move = { owner, id, time, asset, amount: toDecimal(info['amount'], 'reward amount') };
  return { entries: [cashOf(move, 'interest', 'spot')], time, id };
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
