/** Reads answers with several pages to their end. */
import type { RoundTrip } from '@perf-aggregator/analytics/metrics/round-trips';
import { DAYS, type openForReading } from './reads.ts';

export interface Page {
  readonly nextCursor: string | null;
  readonly days: readonly { readonly day: string; readonly [name: string]: unknown }[];
  readonly trades: readonly RoundTrip[];
}

/** Reads all pages of `limit` items. */
export async function pages(
  asking: ReturnType<typeof openForReading>,
  operation: 'returns' | 'trades',
  limit: number,
  parameters = {},
): Promise<readonly Page[]> {
  const read: Page[] = [];
  let cursor: string | null = null;
  do {
    const question = { ...parameters, limit, ...(cursor === null ? {} : { cursor }) };
    const page = (await asking.read(operation, question)) as unknown as Page;
    read.push(page);
    cursor = page.nextCursor;
    if (read.length > 2 * DAYS) throw new Error('the pages have no end');
  } while (cursor !== null);
  return read;
}
