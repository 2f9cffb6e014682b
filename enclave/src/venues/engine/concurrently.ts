/** Price requests under way at once. */
const WIDTH = 8;

/** Runs `work` for every item, a few at once. The first failure is thrown once nothing is under way any more. */
export async function eachConcurrently<T>(
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) await work(items[next++]!);
  };
  const workers = await Promise.allSettled(Array.from({ length: WIDTH }, worker));
  for (const result of workers) if (result.status === 'rejected') throw result.reason;
}
