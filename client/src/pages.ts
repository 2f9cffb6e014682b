/** Answers that come in pages. */

/** What pages have in common. */
interface Page {
  /** First and last day of the whole period. */
  readonly from: string | null;
  readonly to: string | null;
  readonly nextCursor: string | null;
}

/** What questions for pages have in common. */
interface Question {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly period?: unknown;
  readonly cursor?: string | undefined;
}

/**
 * All pages from the one that `parameters` ask for to the last. From the second on they are asked for by the very days
 * of the first, so that a midnight between two pages moves nothing.
 */
export async function* pagesOf<P extends Question, R extends Page>(
  parameters: P,
  ask: (parameters: P) => Promise<R>,
): AsyncGenerator<R> {
  let page = await ask(parameters);
  const { from, to } = page;
  const { period: _, ...rest } = parameters;
  for (;;) {
    yield page;
    if (page.nextCursor === null) return;
    page = await ask({ ...rest, from, to, cursor: page.nextCursor } as unknown as P);
  }
}
