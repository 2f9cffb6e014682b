/**
 * One pass over ordered entries. A fold holds the state after the last entry, and writes a journal on the way. A
 * finished fold is never continued. It is cloned, so that a reader can go back to it.
 */

import { DAY_MS } from '@perf-aggregator/shared/time';
import type { ParsedEntry } from '../entries/parse.ts';
import { AccountMoves } from '../holdings/anchor.ts';
import { Holdings } from '../holdings/holdings.ts';
import { postOwnEntry } from '../holdings/posting.ts';
import { UnreadWallets } from '../holdings/unread-wallets.ts';
import type { ClosedTrade } from '../lots/closed-trade.ts';
import { LotMatching } from '../matching/lot-matching.ts';
import { TradingRows } from '../matching/trading-rows.ts';
import type { InternalTransfers } from '../matching/transfers.ts';
import type { PriceBook } from '../prices/price-book.ts';
import { startOfDay } from '../time/calendar.ts';
import { addCredit, bookUnread, isCredit, isExternal, NO_CREDITS, toFlow } from '../valuation/flows.ts';
import { addPaid, type Paid } from '../valuation/illiquid.ts';
import { OffMarketBooking } from '../valuation/off-market.ts';
import type { Journal } from './journal.ts';
import type { FoldTerms } from './terms.ts';

/** What a fold looks up, and the journal that it writes to. */
export interface FoldContext extends FoldTerms {
  readonly internal: InternalTransfers;
  readonly prices: PriceBook;
  readonly journal: Journal;
}

export class Fold {
  readonly #context: FoldContext;
  readonly #moved: Holdings;
  readonly #unread: UnreadWallets;
  readonly #booking: OffMarketBooking;
  readonly #accounts = new Map<string, AccountMoves>();
  readonly #firstSeen: Map<string, number>;
  readonly #matching: LotMatching;
  readonly #rows: TradingRows;
  #credits = NO_CREDITS;
  #paid: Paid = new Map();
  #count = 0;
  #time = Number.NEGATIVE_INFINITY;

  /** @param before - the fold to continue from; it does not change */
  constructor(context: FoldContext, before?: Fold) {
    this.#context = context;
    this.#rows = before === undefined ? new TradingRows() : before.#rows.clone();
    this.#firstSeen = new Map(before === undefined ? [] : before.#firstSeen);
    const { internal, prices, reportingCurrency, journal } = context;
    const close = (trade: ClosedTrade) => journal.closedTrades.push(trade.time, trade);
    const matching = { internal, prices, reportingCurrency, rows: this.#rows, close };
    if (before === undefined) {
      this.#moved = new Holdings();
      this.#unread = new UnreadWallets();
      this.#booking = new OffMarketBooking();
      this.#matching = new LotMatching(context.method, matching);
      return;
    }
    this.#moved = new Holdings(before.#moved);
    this.#unread = before.#unread.clone();
    this.#booking = before.#booking.clone();
    for (const [account, moves] of before.#accounts) this.#accounts.set(account, moves.clone());
    this.#matching = before.#matching.clone(matching);
    this.#credits = before.#credits;
    this.#paid = new Map(before.#paid);
    this.#count = before.#count;
    this.#time = before.#time;
  }

  /** The number of entries so far. */
  get count(): number {
    return this.#count;
  }

  /** Time of the last entry, ms UTC. Minus infinity before the first. */
  get time(): number {
    return this.#time;
  }

  /** What the entries moved in each account. */
  get accounts(): ReadonlyMap<string, AccountMoves> {
    return this.#accounts;
  }

  /** Open lots. Assets only, no contracts. */
  openLots(): ReturnType<LotMatching['openLots']> {
    return this.#matching.openLots();
  }

  /** Time of the first entry that names an asset or a contract anywhere. Undefined: there is none. */
  firstSeen(asset: string): number | undefined {
    return this.#firstSeen.get(asset);
  }

  /** Books all entries of one instant. The instant is after those of all earlier entries. */
  take(entries: readonly ParsedEntry[]): void {
    const { time } = entries[0]!;
    if (startOfDay(time) !== startOfDay(this.#time)) this.#endDay();
    this.#time = time;
    this.#count += entries.length;
    const { prices, internal, journal } = this.#context;
    for (const entry of entries) {
      this.#account(entry.account).post(entry);
      this.#see(entry);
    }
    const booked = entries.flatMap((entry) => this.#booking.book(entry, prices));
    if (booked.some((entry) => isExternal(entry, internal) || isCredit(entry))) {
      journal.moved.note(time, this.#moved, !this.#unread.areOutstanding);
    }
    for (const entry of booked) this.#apply(entry);
  }

  /** Records the state after the last entry. */
  end(): void {
    if (this.#count > 0) this.#noteDay(this.#time + 1);
  }

  #apply(entry: ParsedEntry): void {
    const { prices, internal, journal, delistedAssets } = this.#context;
    postOwnEntry(entry, internal, this.#moved);
    addPaid(this.#paid, entry, internal, prices);
    this.#matching.apply(entry);
    if (entry.kind === 'fill') return;
    if (entry.kind === 'transfer' && internal.isUnread(entry)) {
      const point = bookUnread(entry, this.#unread, prices);
      if (point !== null) journal.unreadPoints.push(entry.time, point);
    } else if (isExternal(entry, internal) || isCredit(entry)) {
      const flow = toFlow(entry, prices);
      journal.flows.push(entry.time, flow);
      if (flow.unclassifiedCredit) this.#credits = addCredit(this.#credits, flow, delistedAssets);
    }
  }

  #endDay(): void {
    if (this.#count === 0) return;
    this.#noteDay(startOfDay(this.#time) + DAY_MS);
    this.#rows.clear();
    this.#credits = NO_CREDITS;
    this.#paid = new Map();
  }

  /** @param until - an instant after everything that happened on the day, and at or before its end */
  #noteDay(until: number): void {
    const { journal } = this.#context;
    journal.moved.note(until, this.#moved, !this.#unread.areOutstanding);
    journal.days.push(until, {
      day: startOfDay(this.#time),
      rows: this.#rows.list(),
      credits: this.#credits,
      paid: this.#paid,
      open: this.#matching.open(),
      fills: this.#booking.clone(),
    });
  }

  #see(entry: ParsedEntry): void {
    if (entry.kind === 'fill') {
      this.#seeAsset(entry.base);
      this.#seeAsset(entry.quote);
      if (entry.contract !== null) {
        this.#seeAsset(entry.symbol);
        this.#seeAsset(entry.contract.settle);
      }
    } else this.#seeAsset(entry.asset);
    if (entry.kind === 'fill') for (const fee of entry.fees) this.#seeAsset(fee.currency);
    if (entry.kind === 'transfer' && entry.fee !== null) this.#seeAsset(entry.fee.currency);
  }

  #seeAsset(asset: string): void {
    if (!this.#firstSeen.has(asset)) this.#firstSeen.set(asset, this.#time);
  }

  #account(account: string): AccountMoves {
    const known = this.#accounts.get(account);
    if (known !== undefined) return known;
    const moves = new AccountMoves();
    this.#accounts.set(account, moves);
    return moves;
  }
}
