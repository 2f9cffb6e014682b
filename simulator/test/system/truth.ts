/** The true numbers of the simulated account, and the differences of an answer from them. */
import type { MetricsResult, SummaryResult } from '@perf-aggregator/client';
import { groundTruth } from '../../dist/trader/ground-truth.js';
import { worldAccount } from '../../dist/world/internet.js';
import type { VenueState } from '../../dist/world/state.js';

const DAY_MS = 86_400_000;

/** The true numbers of a world's account up to its last day. They stay right if midnight passes during a test. */
export class Truth {
  readonly period: { readonly to: string };
  /** Fills and transfers. */
  readonly entries: number;
  readonly #expected: { readonly fillCount: number; readonly navEnd: string; readonly totalReturn: number };

  constructor(venue: VenueState) {
    const { market, account } = worldAccount(venue);
    const { days, fillCount, totalReturn } = groundTruth(account, market);
    this.period = { to: new Date(account.lastDay * DAY_MS).toISOString().slice(0, 10) };
    this.entries = account.events.length;
    this.#expected = { fillCount, navEnd: canonical(days.at(-1)!.nav), totalReturn };
  }

  /** The differences of an answer for the period: money and counts exactly, returns to a relative 1e-9. */
  differences(answer: SummaryResult | MetricsResult): string[] {
    const { fillCount, navEnd, totalReturn } = this.#expected;
    const wrong: string[] = [];
    if (answer.fillCount !== fillCount) wrong.push(`${answer.fillCount} fills instead of ${fillCount}`);
    if (answer.navEnd !== navEnd) wrong.push(`value ${answer.navEnd} instead of ${navEnd}`);
    const error = Math.abs((answer.totalReturn ?? Number.NaN) - totalReturn);
    if (!(error <= 1e-9 * Math.abs(totalReturn)))
      wrong.push(`return ${answer.totalReturn} instead of ${totalReturn}`);
    if ('provenance' in answer) {
      const read = answer.provenance.fetched + answer.provenance.sealed;
      if (read !== this.entries) wrong.push(`${read} entries instead of ${this.entries}`);
    }
    return wrong;
  }
}

function canonical(decimal: string): string {
  return decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
}
