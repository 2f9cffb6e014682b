/** A history as a plan: actions at days and hours, carried out in order of time whatever order they were written in. */
import type { Market } from '../../market/market.ts';
import { ContractPen, MarginPen } from '../debt-pen.ts';
import type { TraderAccount } from '../event.ts';
import { Pen } from '../pen.ts';
import { SpotPen } from '../spot-pen.ts';

/** What every scenario is made of. The same options give the same account. */
export interface ScenarioOptions {
  readonly seed: string;
  /** Scenarios with synthetic coins need a market that has them. */
  readonly market: Market;
  /** Last day with events, days since the epoch, UTC. */
  readonly lastDay: number;
  /** Length of the history, days. Each scenario has its own default. */
  readonly days?: number;
}

/** The pens of a plan, and the instant of the action. */
export interface Desk {
  readonly time: number;
  readonly pen: Pen;
  readonly spot: SpotPen;
  readonly contracts: ContractPen;
  readonly margin: MarginPen;
}

/** A plan. */
export class Plan {
  readonly days: number;
  readonly firstDay: number;
  readonly lastDay: number;
  readonly market: Market;
  readonly #pen: Pen;
  readonly #actions: { readonly time: number; readonly run: (desk: Desk) => void }[] = [];

  /** @param over - an account whose events stay as they are */
  constructor(options: ScenarioOptions, defaultDays: number, over?: TraderAccount) {
    const { seed, market, lastDay, days = defaultDays } = options;
    this.days = days;
    this.market = market;
    this.lastDay = lastDay;
    this.firstDay = lastDay - days + 1;
    // Over an account time begins with that account, so that its balances are known.
    const firstDay = Math.min(this.firstDay, over?.firstDay ?? this.firstDay);
    this.#pen = new Pen({ seed, market, firstDay, lastDay, ...(over ? { over } : {}) });
  }

  /** The instant of a day and an hour. Day 0 is the first of the plan. */
  time(day: number, hour: number): number {
    return this.#pen.at(day + this.firstDay - this.#pen.firstDay, hour);
  }

  /** Writes down an action. */
  on(day: number, hour: number, run: (desk: Desk) => void): void {
    this.#actions.push({ time: this.time(day, hour), run });
  }

  /** Writes down an action at an exact instant, ms. */
  exactly(time: number, run: (desk: Desk) => void): void {
    this.#actions.push({ time, run });
  }

  /** Carries everything out. @throws NegativeBalanceError where the plan cannot be paid */
  account(): TraderAccount {
    const pen = this.#pen;
    const pens = { pen, spot: new SpotPen(pen), contracts: new ContractPen(pen), margin: new MarginPen(pen) };
    for (const { time, run } of this.#actions.toSorted((a, b) => a.time - b.time)) run({ time, ...pens });
    return pen.account();
  }
}
