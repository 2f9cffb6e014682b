/** Minutes that hold fills, as the cursor keeps them until they are compared (`checks.ts`). */
import type { FillEntry } from '@perf-aggregator/analytics/entries/entry';
import { MINUTE_MS } from '@perf-aggregator/shared/time';
import type { PullState } from './cursor.ts';

/** How many decimals of a traded value are kept. The value only decides the order of reading. */
const VALUE_SCALE = 10_000;

/** Notes the minute of a fill. Fills come in order, so fills of one minute are neighbours. */
export function noteCheck({ checks }: PullState, { symbol, time, quantity, price }: FillEntry): void {
  const end = Math.floor(time / MINUTE_MS) * MINUTE_MS + MINUTE_MS;
  const value = Math.min(Math.round(Number(quantity) * Number(price) * VALUE_SCALE), Number.MAX_SAFE_INTEGER);
  const noted = checks[symbol] ?? [];
  checks[symbol] = noted;
  const last = noted.at(-1);
  if (last?.[0] === end) last[1] = Math.min(last[1] + value, Number.MAX_SAFE_INTEGER);
  else noted.push([end, value]);
}
