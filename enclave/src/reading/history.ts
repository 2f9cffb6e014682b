/** The history that a question selects, and what is computed from it, once for each ledger. */
import { type AccountHistory, historyOf, InputError } from '@perf-aggregator/analytics';
import { PriceBook } from '@perf-aggregator/analytics/prices/price-book';
import { canonicalJson } from '@perf-aggregator/shared/codec/canonical-json';
import type { SelectionParameters } from '@perf-aggregator/shared/messages/request';
import { SealedRefusal } from '../errors.ts';
import type { ComputedKind } from '../sessions/computed.ts';
import type { Session } from '../sessions/session.ts';
import { type Question, sealing } from './question.ts';
import { type Selection, selectedAccounts } from './selection.ts';

/** The parameter faults of an analysis. Any other fault is a fault of the enclave. */
const PARAMETER_CODES: ReadonlySet<string> = new Set([
  'analytics_range_invalid',
  'analytics_parameter_invalid',
]);

/**
 * The result of `compute` for the history that the question selects, as of the last complete synchronisation. It is
 * computed once for each ledger, kind and parameters.
 * @throws Refusal `query_refused` with the sealed reason when the parameters do not fit, or nothing prices what they
 *   name
 */
export function computedOf<T>(
  question: Question<SelectionParameters & { readonly benchmark?: string | undefined }>,
  kind: ComputedKind,
  compute: (history: AccountHistory) => T,
): T {
  const { session, selection, parameters } = question;
  return sealing(question, () => {
    try {
      const history = historyOfSelection(session, selection);
      requireBenchmark(history, parameters.benchmark);
      return session.computed.once(kind, canonicalJson({ ...parameters, ...selection }), () =>
        compute(history),
      );
    } catch (error) {
      if (!(error instanceof InputError) || !PARAMETER_CODES.has(error.code)) throw error;
      throw new SealedRefusal('parameters_malformed', error.message);
    }
  });
}

/**
 * The history of a selection, once for each ledger. When a ledger grew, only what changed is computed again.
 * @throws SealedRefusal `asset_unpriced` when no mark leads from the session's currency to the one that is asked for
 */
export function historyOfSelection(session: Session, selection: Selection): AccountHistory {
  const { account, currency, method } = selection;
  return session.computed.once('history', `${account ?? ''} ${currency} ${method}`, () => {
    const snapshots = selectedAccounts(session.state, selection).flatMap(({ access, snapshot }) =>
      snapshot ? [{ account: access.account, ...snapshot }] : [],
    );
    const asOf = Math.min(...snapshots.map(({ time }) => time));
    const terms = { account, reportingCurrency: currency, method };
    // A currency without a price gets no book, so it does not push out another book.
    if (currency !== session.state.reportingCurrency && !session.books.has(terms)) {
      requirePrice(session, new PriceBook([...session.ledger.marks], currency), currency, asOf);
    }
    const book = session.books.of(session.ledger, terms);
    requirePrice(session, book.prices, currency, asOf);
    return historyOf(book, { asOf, snapshots, liveSince: session.state.createdAt }, session.ledger.entries);
  });
}

/** Requires a price of the session's currency in the requested currency. The price is 1 when both are the same. */
function requirePrice({ state }: Session, prices: PriceBook, currency: string, asOf: number): void {
  if (prices.at(state.reportingCurrency, asOf)) return;
  throw new SealedRefusal(
    'asset_unpriced',
    `currency: nothing prices ${state.reportingCurrency} in ${currency}`,
  );
}

/** @throws SealedRefusal `asset_unpriced` when the history has no price of `benchmark` */
function requireBenchmark(history: AccountHistory, benchmark: string | undefined): void {
  if (benchmark === undefined || history.exact.prices.at(benchmark, history.asOf)) return;
  throw new SealedRefusal('asset_unpriced', `benchmark: this session has no price of ${benchmark}`);
}
