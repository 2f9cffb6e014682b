/** Which prices an account needs: daily closes of what it holds, and single minutes in which value moved. */
import type { LedgerEntry } from '@perf-aggregator/analytics';
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { VenueTable } from '../table.ts';
import type { PullState } from './cursor.ts';
import { noteCheck } from './fill-minutes.ts';

/** Notes the prices that an entry needs. */
export function notePricesOf(state: PullState, table: VenueTable, entry: LedgerEntry): void {
  if (entry.time < (state.earliest ?? Number.POSITIVE_INFINITY)) noteEarliest(state, entry.time);
  if (entry.kind === 'fill') {
    for (const asset of pricedOf(entry)) noteAsset(state, table, asset, entry.time);
    noteFillPrices(state, table, entry);
    noteCheck(state, entry);
    return;
  }
  noteAsset(state, table, entry.asset, entry.time);
  // A transfer inside the account is no external flow. It needs no minute.
  if (entry.kind === 'transfer' && entry.counterWallet === undefined) state.flows.push(entry.time);
}

/** What a fill puts into the account: both assets; or the contract, under its symbol, and its currency. */
function pricedOf({ market, symbol, base, quote, settle }: FillEntry): readonly string[] {
  return market === 'spot' ? [base, quote] : [symbol, settle ?? quote];
}

/** Daily prices go back to the first activity. When that moves, they are read again. */
function noteEarliest(state: PullState, time: number): void {
  state.earliest = time;
  for (const asset of Object.values(state.assets)) {
    asset.daily = null;
    asset.asked = null;
  }
}

/**
 * Requests the prices that convert a fee in a third currency, and a quote that differs from the marks' quote. Both use
 * the minute of the fill.
 */
function noteFillPrices(state: PullState, table: VenueTable, fill: FillEntry): void {
  const { base, quote, fee, furtherFees = [], time, settle } = fill;
  noteMinute(state, table, settle ?? quote, time);
  for (const paid of [fee, ...furtherFees]) {
    if (!paid || paid.amount === '0') continue;
    noteAsset(state, table, paid.currency, time);
    if (paid.currency !== base && paid.currency !== quote) noteMinute(state, table, paid.currency, time);
  }
}

/** Adds an asset that is held or used to the scope of prices, from `since` on. */
export function noteAsset(state: PullState, table: VenueTable, asset: string, since: number): void {
  scope(state, table, asset, since);
  const known = state.assets[asset];
  if (known) known.priceOnly = false;
}

/** Adds the currencies of reports to the scope of prices, from the first activity on. */
export function noteReportingAssets(state: PullState, table: VenueTable): void {
  const { earliest } = state;
  if (earliest === null) return;
  for (const asset of table.reportingAssets) scope(state, table, asset, earliest);
}

/** Adds a currency that leads from a market's quote to the marks' quote. */
export function noteRoute(state: PullState, table: VenueTable, asset: string, since: number): void {
  scope(state, table, asset, since);
}

function scope(state: PullState, table: VenueTable, asset: string, since: number): void {
  if (asset === table.markQuote) return;
  const known = Object.hasOwn(state.assets, asset) ? state.assets[asset] : undefined;
  if (!known) state.assets[asset] = { since, daily: null, asked: null, flows: 0, priceOnly: true };
  else if (since < known.since) {
    known.since = since;
    // The flows were skipped while the asset was not there. They are checked again.
    known.flows = 0;
  }
}

/** Requests the close of the last minute that ended at or before `time`. */
export function noteMinute(state: PullState, table: VenueTable, asset: string, time: number): void {
  if (asset === table.markQuote) return;
  const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
  const wanted = state.minutes[asset] ?? [];
  if (wanted.at(-1) !== end && !wanted.includes(end)) state.minutes[asset] = [...wanted, end];
}
