/** Minutes in pages: neighbours share a request. */
const MINUTE_MS = 60_000;

/** Ascending groups that each fit one page of minutes. */
export function batchMinutes(minutes: readonly number[], page: number): readonly (readonly number[])[] {
  const batches: number[][] = [];
  for (const time of [...minutes].sort((a, b) => a - b)) {
    const batch = batches.at(-1);
    if (batch && (time - batch[0]!) / MINUTE_MS < page) batch.push(time);
    else batches.push([time]);
  }
  return batches;
}
