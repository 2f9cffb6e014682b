/** Answers in pages. */
import type { Page } from '@perf-aggregator/shared/messages/answers/pages';

/** The start of the next page, and the days of all pages. */
export interface NextPage {
  readonly from?: string;
  readonly to?: string;
  readonly cursor: string;
}

/**
 * All pages, from the page that `parameters` ask for to the last one. Further pages are asked for by the exact days of
 * the first page, so that a midnight between two pages changes nothing.
 * @param goOn - the parameters of a further page
 */
export async function* pagesOf<Parameters, Answer extends Pick<Page, 'from' | 'to' | 'nextCursor'>>(
  parameters: Parameters,
  ask: (parameters: Parameters) => Promise<Answer>,
  goOn: (next: NextPage) => Parameters,
): AsyncGenerator<Answer> {
  let page = await ask(parameters);
  const { from, to } = page;
  const days = { ...(from === null ? {} : { from }), ...(to === null ? {} : { to }) };
  for (;;) {
    yield page;
    if (page.nextCursor === null) return;
    page = await ask(goOn({ ...days, cursor: page.nextCursor }));
  }
}
