/** One pull under way: its state, what it has gathered, and how much more it may read. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import type { Clock } from '@perf-aggregator/shared/clock';
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { VenueClient } from './client.ts';
import type { PullState } from './cursor.ts';
import { noteCheck } from './fill-minutes.ts';
import type { PullBudget, VenueAccount } from './port.ts';
import type { VenueTable } from './table.ts';

/** What a pull needs. */
export interface PullPorts {
  readonly client: VenueClient;
  readonly table: VenueTable;
  readonly clock: Clock;
}

/** What a pull is reading. */
export type Stage = 'transfers' | 'fills' | 'prices' | 'done';

export class PullRun {
  stage: Stage = 'transfers';
  readonly client: VenueClient;
  readonly table: VenueTable;
  readonly account: VenueAccount;
  readonly state: PullState;
  readonly entries: LedgerEntry[] = [];
  readonly marks: Mark[] = [];
  readonly #budget: PullBudget;
  readonly #clock: Clock;
  readonly #emitted = new Set<string>();
  readonly #marked = new Set<string>();
  #windows = 0;

  constructor(ports: PullPorts, account: VenueAccount, state: PullState, budget: PullBudget) {
    this.client = ports.client;
    this.table = ports.table;
    this.#clock = ports.clock;
    this.account = account;
    this.state = state;
    this.#budget = budget;
  }

  now(): number {
    return this.#clock.now();
  }

  /** How many more entries may be gathered. 0 when the time is up. */
  room(): number {
    return this.hasTime() ? Math.max(0, this.#budget.maxEntries - this.entries.length) : 0;
  }

  hasTime(): boolean {
    return this.now() < this.#budget.until;
  }

  /** Notes that a window of history was read for good. */
  windowRead(): void {
    this.#windows += 1;
  }

  /** Whether this pull has made progress since its cursor. */
  hasAdvanced(): boolean {
    return this.entries.length > 0 || this.marks.length > 0 || this.#windows > 0;
  }

  /** Gathers an entry, once, and notes the prices that it needs. */
  emit(entry: LedgerEntry): void {
    const subject =
      entry.kind === 'fill' ? entry.symbol : `${entry.kind}${'direction' in entry ? entry.direction : ''}`;
    const key = `${subject}\0${entry.id}`;
    if (this.#emitted.has(key)) return;
    this.#emitted.add(key);
    this.entries.push(entry);
    const { state } = this;
    if (entry.time < (state.earliest ?? Number.POSITIVE_INFINITY)) this.#noteEarliest(entry.time);
    if (entry.kind === 'transfer') {
      this.noteAsset(entry.asset, entry.time);
      state.flows.push(entry.time);
    } else if (entry.kind === 'fill') {
      for (const asset of [entry.base, entry.quote]) this.noteAsset(asset, entry.time);
      this.#noteFillPrices(entry);
      noteCheck(state, entry);
    }
  }

  /** Gathers a price, once. A flow and a fill may both need the price of one minute. */
  emitMark(mark: Mark): void {
    const key = `${mark.asset}/${mark.quote} ${mark.resolution} ${mark.time}`;
    if (this.#marked.has(key)) return;
    this.#marked.add(key);
    this.marks.push(mark);
  }

  /** Daily prices go back to the first activity. When that moves, they are read again. */
  #noteEarliest(time: number): void {
    this.state.earliest = time;
    for (const asset of Object.values(this.state.assets)) asset.daily = null;
  }

  /**
   * Requests the prices that convert a fee in a third currency, and a quote that differs from the marks' quote. Both
   * use the minute of the fill.
   */
  #noteFillPrices({ base, quote, fee, time }: FillEntry): void {
    this.noteMinute(quote, time);
    if (!fee || fee.amount === '0') return;
    this.noteAsset(fee.currency, time);
    if (fee.currency !== base && fee.currency !== quote) this.noteMinute(fee.currency, time);
  }

  /** Adds an asset that is held or used to the scope of prices, from `since` on. */
  noteAsset(asset: string, since: number): void {
    this.#scope(asset, since);
    const known = this.state.assets[asset];
    if (known) known.priceOnly = false;
  }

  /** Adds the currencies of reports to the scope of prices, from the first activity on. */
  noteReportingAssets(): void {
    const { earliest } = this.state;
    if (earliest === null) return;
    for (const asset of this.table.reportingAssets) this.#scope(asset, earliest);
  }

  #scope(asset: string, since: number): void {
    if (asset === this.table.markQuote) return;
    const known = this.state.assets[asset];
    if (!known) this.state.assets[asset] = { since, daily: null, flows: 0, priceOnly: true };
    else if (since < known.since) {
      known.since = since;
      // The flows were skipped while the asset was not there. They are checked again.
      known.flows = 0;
    }
  }

  /** Requests the close of the last minute that ended at or before `time`. */
  noteMinute(asset: string, time: number): void {
    if (asset === this.table.markQuote) return;
    const end = Math.floor(time / MINUTE_MS) * MINUTE_MS;
    const wanted = this.state.minutes[asset] ?? [];
    if (!wanted.includes(end)) this.state.minutes[asset] = [...wanted, end];
  }

  noteUnavailable(stream: string): void {
    if (!this.state.unavailable.includes(stream)) this.state.unavailable.push(stream);
  }
}
