/** Daily closes, read once for all accounts of a venue. A day that is over never changes. */
import type { Mark } from '@perf-aggregator/analytics';
import { Recent } from '@perf-aggregator/shared/recent';
import { DAY_MS } from '@perf-aggregator/shared/time';

/** Days of a page. One request of every venue returns that many. */
const PAGE_DAYS = 1_000;
/** Pages that are kept: some 15 MB. */
const MAX_PAGES = 96;

/** Reads the days that open at `from` or later and close at `until` or before. */
export type ReadDays = (from: number, until: number) => Promise<readonly Mark[]>;

export interface DailyCloses {
  /**
   * The closes of a market between two midnights, ascending.
   * @param name - of the market, and of production or sandbox
   */
  get(name: string, from: number, until: number, read: ReadDays): Promise<readonly Mark[]>;
}

interface Page {
  readonly until: number;
  readonly marks: readonly Mark[];
}

/** Pages begin at multiples of a thousand days, so that accounts of any age share them. */
export function createDailyCloses(): DailyCloses {
  const pages = new Recent<string, Page>(MAX_PAGES);
  return {
    async get(name, from, until, read) {
      const found: Mark[] = [];
      for (let begin = pageOf(from); begin < until; begin += PAGE_DAYS * DAY_MS) {
        const end = Math.min(begin + PAGE_DAYS * DAY_MS, until);
        const key = `${name} ${begin}`;
        let page = pages.get(key);
        if (page === undefined || page.until < end) {
          page = { until: end, marks: await read(begin, end) };
          // Without its last day, the venue has not closed it yet, or the market is gone.
          if (page.marks.at(-1)?.time === end) pages.set(key, page);
        }
        found.push(...page.marks.filter(({ time }) => time - DAY_MS >= from && time <= until));
      }
      return found;
    },
  };
}

function pageOf(instant: number): number {
  return Math.floor(instant / (PAGE_DAYS * DAY_MS)) * PAGE_DAYS * DAY_MS;
}
