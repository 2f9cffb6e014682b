/** The true numbers of the simulated account, and the differences of an answer from them. */
import type { MetricsResult, SummaryResult } from '@perf-aggregator/client';
import { accountTruth } from '../../dist/trader/account-truth.js';
import { groundTruth } from '../../dist/trader/ground-truth.js';
import { worldAccount } from '../../dist/world/internet.js';
import type { VenueState } from '../../dist/world/state.js';

const DAY_MS = 86_400_000;

/** The true numbers of a world's account up to its last day. They stay right if midnight passes during a test. */
export class Truth {
  readonly period: { readonly to: string };
  /** Fills and transfers. Null: the account has other entries too. */
  readonly entries: number | null;
  readonly #expected: { readonly fillCount: number; readonly navEnd: string; readonly totalReturn: number };

  constructor(venue: VenueState) {
    const { market, account } = worldAccount(venue);
    const truthOf = venue.scenario === undefined ? groundTruth : accountTruth;
    const { days, fillCount, totalReturn } = truthOf(account, market);
    this.period = { to: new Date(account.lastDay * DAY_MS).toISOString().slice(0, 10) };
    this.entries = venue.scenario === undefined ? account.events.length : null;
    this.#expected = { fillCount, navEnd: canonical(days.at(-1)!.nav), totalReturn };
  }

  /** The differences of an answer for the period: money and counts exactly, returns to a relative 1e-9 (1e-7). */
  differences(answer: SummaryResult | MetricsResult): string[] {
    const { fillCount, navEnd, totalReturn } = this.#expected;
    const wrong: string[] = [];
    // Conversions are fills of the ledger and none of the trader.
    if (this.entries !== null && answer.fillCount !== fillCount)
      wrong.push(`${answer.fillCount} fills instead of ${fillCount}`);
    if (!this.#isValue(answer.navEnd)) wrong.push(`value ${answer.navEnd} instead of ${navEnd}`);
    const error = Math.abs((answer.totalReturn ?? Number.NaN) - totalReturn);
    const allowed = this.entries === null ? 1e-7 : 1e-9;
    if (!(error <= allowed * Math.abs(totalReturn)))
      wrong.push(`return ${answer.totalReturn} instead of ${totalReturn}`);
    if ('provenance' in answer) {
      const read = answer.provenance.fetched + answer.provenance.sealed;
      if (this.entries !== null && read !== this.entries)
        wrong.push(`${read} entries instead of ${this.entries}`);
    }
    return wrong;
  }

  /** To the last digit; with contracts that settle in coins, which the venue rounds fill by fill, to 1e-7. */
  #isValue(value: string | null): boolean {
    const { navEnd } = this.#expected;
    if (this.entries !== null) return value === navEnd;
    return Math.abs(Number(value) - Number(navEnd)) <= 1e-7 * Number(navEnd);
  }
}

function canonical(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
