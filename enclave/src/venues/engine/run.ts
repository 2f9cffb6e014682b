/** One pull under way: its state, what it has gathered, and how much more it may read. */
import type { LedgerEntry, Mark } from '@perf-aggregator/analytics';
import { identityOf } from '@perf-aggregator/analytics/entries/identity';
import { utf8 } from '@perf-aggregator/shared/bytes';
import type { Clock } from '@perf-aggregator/shared/clock';
import { encodeHex } from '@perf-aggregator/shared/codec/hex';
import { crypto } from '@perf-aggregator/shared/crypto';
import type { KnownLedger, PullBudget, PullGap, UnreadRow, VenueAccount } from '../port.ts';
import type { RowContext, VenueTable } from '../table.ts';
import type { Markets, VenueClient } from './client.ts';
import type { PullState } from './cursor.ts';
import { noteMove } from './moves.ts';
import { notePricesOf } from './needs.ts';

/** What a pull needs. */
export interface PullPorts {
  readonly ledger: KnownLedger;
  readonly client: VenueClient;
  readonly table: VenueTable;
  readonly clock: Clock;
}

/** How many digits of its hash name a row in quarantine, and how many rows of a stream are known by name. */
const ROW_NAME = 12;
const MAX_ROWS = 100;

export class PullRun {
  readonly client: VenueClient;
  readonly table: VenueTable;
  readonly account: VenueAccount;
  readonly state: PullState;
  readonly entries: LedgerEntry[] = [];
  readonly marks: Mark[] = [];
  readonly gaps: PullGap[] = [];
  readonly quarantined: UnreadRow[] = [];
  readonly #ledger: KnownLedger;
  readonly #budget: PullBudget;
  readonly #clock: Clock;
  readonly #emitted = new Set<string>();
  readonly #marked = new Set<string>();
  #steps = 0;

  constructor(ports: PullPorts, account: VenueAccount, state: PullState, budget: PullBudget) {
    this.client = ports.client;
    this.#ledger = ports.ledger;
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

  /** Notes that something was read for good that brought no entry. */
  stepped(): void {
    this.#steps += 1;
  }

  /** Whether this pull has made progress since its cursor. */
  hasAdvanced(): boolean {
    return this.entries.length > 0 || this.marks.length > 0 || this.#steps > 0;
  }

  /** What readers of rows know beside a row. */
  contextOf(markets: Markets, key: string): RowContext {
    return {
      owner: { venue: this.table.venue, account: this.account.account },
      market: (product, id) => markets.byId(product, id),
      isListed: (asset) => markets.ofAsset(asset).length > 0,
      key,
    };
  }

  /**
   * Gathers an entry that the ledger does not have, and notes what it moves and which prices it needs. An entry that
   * contradicts the ledger's is gathered too: the ledger keeps the first, and notes that there were two.
   * @returns whether it moved anything
   */
  emit(entry: LedgerEntry): boolean {
    // The side of a transfer that lies in a wallet that nobody reads. The other side names that wallet.
    if (this.state.unavailable.includes(entry.wallet)) return false;
    const key = identityOf(entry);
    const known = this.#emitted.has(key) ? 'same' : this.#ledger.standingOf(entry);
    if (known === 'same') return false;
    this.#emitted.add(key);
    if (known === 'other') {
      this.entries.push(entry);
      return false;
    }
    noteMove(this.state, entry, this.now());
    this.entries.push(entry);
    notePricesOf(this.state, this.table, entry);
    return true;
  }

  /** Gathers a price, once. A flow and a fill may both need the price of one minute. */
  emitMark(mark: Mark): void {
    const key = `${mark.asset}/${mark.quote} ${mark.resolution} ${mark.time}`;
    if (this.#marked.has(key)) return;
    this.#marked.add(key);
    this.marks.push(mark);
  }

  noteUnavailable(stream: string): void {
    if (!this.state.unavailable.includes(stream)) this.state.unavailable.push(stream);
  }

  noteGap(stream: string, from: number, to: number): void {
    const { gaps } = this.state;
    if (gaps.some((gap) => gap.stream === stream && gap.from === from)) return;
    gaps.push({ stream, from, to });
    this.gaps.push({ stream, from, to });
  }

  /** Counts a row that could not be read, once, with the span that was asked for. */
  quarantine(stream: string, row: unknown, from: number, to: number): void {
    const raw = JSON.stringify(row) ?? '';
    const name = encodeHex(crypto.sha256(utf8(raw))).slice(0, ROW_NAME);
    const known = this.state.quarantined[stream] ?? { count: 0, from, to, rows: [] };
    if (known.rows.includes(name)) return;
    this.quarantined.push({ stream, raw });
    this.state.quarantined[stream] = {
      count: known.count + 1,
      rows: [...known.rows, name].slice(-MAX_ROWS),
      from: Math.min(known.from, from),
      to: Math.max(known.to, to),
    };
  }
}
